"""The catalogue as a list: for people in 80 columns, for machines as versioned JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from rootwarden.model.control import Registered
from rootwarden.model.facts import Scope
from rootwarden.model.findings import CATALOGUE_VERSION, Practice, Severity
from rootwarden.model.thresholds import Param
from rootwarden.report.control_facts import permissions
from rootwarden.report.labels import plural
from rootwarden.report.prose import paragraphs

CONTROLS_SCHEMA = "controls/1"


class ControlEntry(Struct, frozen=True, kw_only=True):
    """One control as `rootwarden controls --output json` shows it."""

    code: str
    slug: str
    title: str
    question: str
    why: str
    severity: Severity
    practice: int
    scope: Scope
    measured: str
    misses: str
    facts: tuple[str, ...]
    permissions: tuple[str, ...]
    settings: dict[str, Param]
    remedy: str
    automation: str
    frameworks: dict[str, tuple[str, ...]]
    verified: str


class ControlList(Struct, frozen=True, kw_only=True):
    """The JSON object that `rootwarden controls --output json` prints."""

    schema_version: str = CONTROLS_SCHEMA
    catalogue_version: str
    controls: tuple[ControlEntry, ...]


def as_json(controls: Iterable[Registered]) -> str:
    """Return the controls as indented JSON."""
    listed = ControlList(
        catalogue_version=CATALOGUE_VERSION, controls=tuple(_entry(one) for one in sorted(controls, key=_code))
    )
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode()


def as_table(controls: Iterable[Registered], width: int = 80) -> str:
    """Return the controls by practice: severity, code, slug and question, no line longer than `width`."""
    listed = sorted(controls, key=_code)
    lines: list[str] = []
    for practice in Practice:
        mine = [one for one in listed if one.control.practice is practice]
        if mine:
            lines += ["", f"{practice.value} {practice.title}"]
        for one in mine:
            lines.append(f"  {one.control.code:<12} {one.control.severity.value:<9} {one.slug}")
            lines += textwrap.wrap(one.control.question, width, initial_indent=" " * 15, subsequent_indent=" " * 15)
    count = plural(len(listed), "control")
    lines += ["", f"{count}, catalogue {CATALOGUE_VERSION}. All about one: rootwarden explain CODE"]
    return "\n".join(lines).lstrip("\n")


def _code(one: Registered) -> str:
    return one.control.code


def _entry(one: Registered) -> ControlEntry:
    control = one.control
    return ControlEntry(
        code=control.code,
        slug=one.slug,
        title=control.title,
        question=control.question,
        why="\n\n".join(paragraphs(one.why)),
        severity=control.severity,
        practice=int(control.practice),
        scope=control.scope,
        measured=control.measured,
        misses=control.misses,
        facts=control.fact_names,
        permissions=permissions(control),
        settings=dict(control.params),
        remedy=control.remedy,
        automation=control.fix.automation,
        frameworks={key: tuple(found) for key, found in control.frameworks.items()},
        verified=control.verified,
    )
