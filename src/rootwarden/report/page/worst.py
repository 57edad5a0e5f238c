"""The five worst things, each with where it is and what to do first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from rootwarden.model.audit import Audit
from rootwarden.model.control import Registered
from rootwarden.model.findings import Practice, Severity
from rootwarden.report.grouping import Group, five_worst
from rootwarden.report.places import account_names, where


class Worst(Struct, frozen=True, kw_only=True):
    """One of the five: what was found, how bad and how widespread it is, where, and the first step."""

    code: str
    message: str
    severity: Severity
    spread: str
    practice: str
    where: str
    first_step: str


def worst_things(audit: Audit, groups: Sequence[Group], controls: Mapping[str, Registered]) -> list[Worst]:
    """Return the five worst failing groups, fewer where fewer fail; `groups` are sorted, the worst first."""
    names = account_names(audit)
    return [_worst(group, names, controls.get(group.first.control)) for group in five_worst(groups)]


def _worst(group: Group, names: Mapping[str, str], known: Registered | None) -> Worst:
    one = group.first
    return Worst(
        code=one.code,
        message=group.brief,
        severity=one.severity,
        spread=group.spread(len(names)),
        practice=Practice(one.practice).title,
        where=where(group, names),
        first_step=known.control.fix.steps[0] if known and known.control.fix.steps else "",
    )
