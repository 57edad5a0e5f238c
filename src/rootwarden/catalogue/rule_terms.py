"""What a Sigma rule says to Rootwarden alone: its code, responses, severity in a window, and cases."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec import Struct

from rootwarden.model.detection import Escalation, Harm
from rootwarden.model.findings import Severity
from rootwarden.proofs.sigma_rule import Rule, RuleError

KEY = "x-rootwarden"
_LONGEST = 86_400  # seconds; what is counted is remembered for as long
_LEVELS = {"informational": Severity.INFO} | {one.value: one for one in Severity if one is not Severity.INFO}


class Case(Struct, frozen=True):
    """A case of a rule that weighs differently: when a condition over the rule's own searches holds."""

    when: str
    severity: Severity
    severity_in_window: Severity | None
    title: str


class Terms(Struct, frozen=True, kw_only=True):
    """The terms of a rule; those of others have none, and get what their level says."""

    code: str
    severity: Severity
    severity_in_window: Severity | None
    misses: str
    response: tuple[str, ...]
    says: str
    harm: Harm
    refines: tuple[str, ...]
    levels: tuple[Case, ...]
    escalation: Escalation | None


class _WrittenCase(Struct, forbid_unknown_fields=True):
    when: str
    level: str
    title: str = ""
    severity_in_window: str = ""


class _WrittenEscalation(Struct, forbid_unknown_fields=True):
    level: str
    count: int = 0
    within_s: int = 0
    new_region: bool = False


class _Written(Struct, forbid_unknown_fields=True):
    code: str = ""
    severity_in_window: str = ""
    misses: str = "what the rule does not name; it is not one of Rootwarden's own"
    response: tuple[str, ...] = ("Read the references of the rule.", "Ask the caller.")
    says: str = ""
    harm: Harm = Harm.NONE
    refines: tuple[str, ...] = ()
    levels: tuple[_WrittenCase, ...] = ()
    escalate: _WrittenEscalation | None = None


def read_terms(rule: Rule) -> Terms:
    """Return the terms of a rule.

    Raises:
        RuleError: `x-rootwarden` holds something unknown or of a wrong type; names the field.
    """
    try:
        written = msgspec.convert(rule.custom.get(KEY, {}), _Written)
    except msgspec.ValidationError as error:
        raise RuleError(rule.file, 0, KEY, KEY, why=str(error), todo="see docs/detections/README.md") from error
    more = written.escalate
    if more is not None and not more.new_region and (more.count < 2 or not 1 <= more.within_s <= _LONGEST):
        why = f"count must be 2 or more and within_s from 1 to {_LONGEST}, or new_region true"
        raise RuleError(rule.file, 0, KEY, "escalate", why=why, todo="complete it or leave it out")
    return Terms(
        code=written.code,
        severity=_level(rule, rule.level),
        severity_in_window=_level(rule, written.severity_in_window) if written.severity_in_window else None,
        misses=written.misses,
        response=written.response,
        says=written.says,
        harm=written.harm,
        refines=written.refines,
        levels=tuple(
            Case(
                one.when,
                _level(rule, one.level),
                _level(rule, one.severity_in_window) if one.severity_in_window else None,
                one.title,
            )
            for one in written.levels
        ),
        escalation=None
        if more is None
        else Escalation(_level(rule, more.level), more.count, timedelta(seconds=more.within_s), more.new_region),
    )


def _level(rule: Rule, name: str) -> Severity:
    if name not in _LEVELS:
        todo = f"write one of {', '.join(_LEVELS)}"
        raise RuleError(rule.file, 0, KEY, f"level {name!r}", why="Sigma knows no such level", todo=todo)
    return _LEVELS[name]
