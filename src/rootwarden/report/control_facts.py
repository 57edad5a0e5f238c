"""What a control needs to read, and the IAM actions for it, derived from the table of facts."""

from __future__ import annotations

from collections.abc import Iterable

from rootwarden.model.control import Control
from rootwarden.model.facts import FACTS, Scope

_SUBJECT = {Scope.ORG: "organization", Scope.WORKSPACE: "installation of Rootwarden"}


def permissions(control: Control) -> tuple[str, ...]:
    """Return every IAM action the control's facts need, optional ones too, in alphabetical order."""
    return actions(control.fact_names)


def actions(facts: Iterable[str]) -> tuple[str, ...]:
    """Return the IAM actions of some facts, each once, in alphabetical order."""
    return tuple(sorted({action for name in facts if name in FACTS for action in FACTS[name].permissions}))


def needs(control: Control) -> list[tuple[str, str]]:
    """Return (fact, how it is needed) for each fact: `needed`, `one of these is enough` or `used when readable`."""
    required = {name: len(group) for group in control.required for name in group}
    words = {0: "used when readable", 1: "needed"}
    return [(name, words.get(required.get(name, 0), "one of these is enough")) for name in control.fact_names]


def subject(control: Control) -> str:
    """Return what there is one finding of: `account`, `organization`, `resource`."""
    return _SUBJECT.get(control.scope, control.scope.value)


def is_paid(control: Control) -> bool:
    """Say whether AWS charges for a call of the control; such calls are made with `--paid` only."""
    return any(FACTS[name].paid for name in control.fact_names if name in FACTS)
