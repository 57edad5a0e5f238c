"""Everything about one control as a page of the documentation, and the index of all pages by practice."""

from __future__ import annotations

from collections.abc import Iterable

from rootwarden.model.control import Control, Registered
from rootwarden.model.findings import CATALOGUE_VERSION, Practice
from rootwarden.report.commands import generic
from rootwarden.report.control_facts import is_paid, needs, permissions, subject
from rootwarden.report.frameworks import mapped
from rootwarden.report.labels import AUTOMATION, plural
from rootwarden.report.prose import paragraphs
from rootwarden.report.setting import setting_text


def page(registered: Registered) -> str:
    """Return docs/controls/<slug>.md."""
    control = registered.control
    parts = [
        f"# {control.code}: {control.title}",
        f"**{control.question}**",
        _table(
            ("name", "severity", "practice", "one finding per", "verified on real AWS"),
            [
                (
                    f"`{registered.slug}`",
                    control.severity.value,
                    f"{control.practice.value} {control.practice.title}",
                    subject(control),
                    control.verified,
                )
            ],
        ),
        "## Why\n\n" + "\n\n".join(paragraphs(registered.why)),
        f"## How it is measured\n\n{control.measured}",
        f"## What it misses\n\n{control.misses}",
        _reads(control),
        _settings(registered),
        _frameworks(control),
        _remedy(control),
        _links(control),
        f"---\nGenerated from the catalogue {CATALOGUE_VERSION}; [all controls](README.md).",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index(controls: Iterable[Registered]) -> str:
    """Return docs/controls/README.md: all controls by practice."""
    listed = sorted(controls, key=lambda one: one.control.code)
    parts = [f"# Controls\n\n{plural(len(listed), 'control')}, catalogue {CATALOGUE_VERSION}, by practice."]
    for practice in Practice:
        rows = [
            (f"[{one.control.code}]({one.slug}.md)", one.control.severity.value, one.control.question)
            for one in listed
            if one.control.practice is practice
        ]
        if rows:
            parts.append(f"## {practice.value} {practice.title}\n\n{_table(('code', 'severity', 'question'), rows)}")
    return "\n\n".join(parts) + "\n"


def _reads(control: Control) -> str:
    found = permissions(control)
    allowed = "\n\nIAM actions: " + ", ".join(f"`{action}`" for action in found) + "." if found else ""
    paid = "\n\nAWS charges for some of these calls; they are made with `--paid` only." if is_paid(control) else ""
    rows = [(f"`{name}`", how) for name, how in needs(control)]
    return f"## What it reads\n\n{_table(('fact', ''), rows)}{allowed}{paid}"


def _settings(registered: Registered) -> str:
    if not registered.control.params:
        return ""
    lines = "\n".join(setting_text(name, value) for name, value in registered.control.params.items())
    return f"## Settings\n\nWith their defaults:\n\n```toml\n[controls.{registered.slug}]\n{lines}\n```"


def _frameworks(control: Control) -> str:
    rows = [(one.name, _ids(one.ids, one.long)) for one in mapped(control.frameworks)]
    body = _table(("framework", "requirements"), rows) if rows else "No mapping is claimed."
    return f"## Frameworks\n\n{body}"


def _ids(ids: tuple[str, ...], long: bool) -> str:
    listed = ", ".join(ids)
    return f"<details><summary>{len(ids)} requirements</summary>{listed}</details>" if long else listed


def _remedy(control: Control) -> str:
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(control.fix.steps, start=1))
    parts = [f"## How to mend it\n\n{AUTOMATION.get(control.fix.automation, control.fix.automation)}.\n\n{steps}"]
    if control.fix.commands:
        parts.append("```sh\n" + "\n".join(generic(control.fix.commands)) + "\n```")
    if control.fix.terraform:
        parts.append(f"Terraform:\n\n```hcl\n{control.fix.terraform.strip()}\n```")
    return "\n\n".join(parts)


def _links(control: Control) -> str:
    return "## Links\n\n" + "\n".join(f"- <{link}>" for link in control.links) if control.links else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
