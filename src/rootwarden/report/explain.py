"""Everything about one control as text for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rootwarden.model.control import Control, Registered
from rootwarden.model.findings import CATALOGUE_VERSION
from rootwarden.report.commands import generic
from rootwarden.report.control_facts import is_paid, needs, permissions, subject
from rootwarden.report.frameworks import mapped
from rootwarden.report.labels import AUTOMATION
from rootwarden.report.prose import paragraphs
from rootwarden.report.setting import setting_text

_INDENT = "  "


def explain(registered: Registered, width: int = 80) -> str:
    """Return question, why, how it is measured, what it misses, permissions, settings, frameworks, remedy and links.

    No line is longer than `width`, commands excepted: those must survive being copied.
    """
    control = registered.control
    sections = (
        ("", [f"{control.code}  {registered.slug}", *_wrapped(control.question, width, "")]),
        ("", _wrapped(_standing(control), width, "")),
        ("WHY", _wrapped_paragraphs(registered.why, width)),
        ("HOW IT IS MEASURED", _wrapped_paragraphs(control.measured, width)),
        ("WHAT IT MISSES", _wrapped_paragraphs(control.misses, width)),
        ("WHAT IT READS", _reads(control)),
        ("PERMISSIONS", [_INDENT + action for action in permissions(control)]),
        ("SETTINGS", _settings(control, width)),
        ("FRAMEWORKS", _frameworks(control, width)),
        ("HOW TO MEND IT", _remedy(control, width)),
        ("LINKS", [_INDENT + link for link in control.links]),
        ("", _wrapped(f"catalogue {CATALOGUE_VERSION}; verified on real AWS: {control.verified}", width, "")),
    )
    return "\n\n".join("\n".join([title, *lines] if title else lines) for title, lines in sections if lines)


def _standing(control: Control) -> str:
    paid = " AWS charges for some of its calls; they are made with --paid only." if is_paid(control) else ""
    return (
        f"Severity {control.severity.value}. Practice {control.practice.value}: {control.practice.title}. "
        f"One finding per {subject(control)}.{paid}"
    )


def _reads(control: Control) -> list[str]:
    found = needs(control)
    wide = max((len(name) for name, _ in found), default=0)
    return [f"{_INDENT}{name:<{wide}}  {how}" for name, how in found]


def _settings(control: Control, width: int) -> list[str]:
    lines: list[str] = []
    for name, value in control.params.items():
        lines += _wrapped(setting_text(name, value), width, _INDENT, hang="    ")
    return lines


def _frameworks(control: Control, width: int) -> list[str]:
    lines: list[str] = []
    for one in mapped(control.frameworks):
        listed = (
            f"{len(one.ids)} requirements, listed by `rootwarden controls -o json`" if one.long else ", ".join(one.ids)
        )
        lines += _wrapped(f"{one.name}: {listed}", width, _INDENT, hang="    ")
    return lines or [f"{_INDENT}no mapping is claimed"]


def _remedy(control: Control, width: int) -> list[str]:
    lines = _wrapped(f"{AUTOMATION.get(control.fix.automation, control.fix.automation)}.", width, _INDENT)
    for number, step in enumerate(control.fix.steps, start=1):
        lines += _wrapped(f"{number}. {step}", width, _INDENT, hang="     ")
    if control.fix.commands:
        lines += ["", *(f"{_INDENT}$ {command}" for command in generic(control.fix.commands))]
    if control.fix.terraform:
        lines += ["", f"{_INDENT}Terraform:", *textwrap.indent(control.fix.terraform.strip(), "    ").splitlines()]
    return lines


def _wrapped_paragraphs(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in paragraphs(text):
        lines += [*([""] if lines else []), *_wrapped(paragraph, width, _INDENT)]
    return lines


def _wrapped(text: str, width: int, indent: str, hang: str | None = None) -> list[str]:
    following: Iterable[str] = textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent if hang is None else hang, break_on_hyphens=False
    )
    return list(following)
