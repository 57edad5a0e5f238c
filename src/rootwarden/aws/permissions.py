"""Which IAM actions one API call needs, derived from the table of facts so that it is written nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rootwarden.model.facts import FACTS, Fact


def _pairs(fact: Fact) -> dict[str, tuple[str, ...]]:
    """Pair calls with actions by position; where there are fewer actions than calls, every call needs all of them."""
    if len(fact.calls) == len(fact.permissions):
        return {call: (action,) for call, action in zip(fact.calls, fact.permissions, strict=True)}
    return dict.fromkeys(fact.calls, fact.permissions)


def _derived() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for fact in FACTS.values():
        if fact.name != "root.privileged_audit" and not fact.on_request:
            found.update(_pairs(fact))
    return found


# "service.Operation" -> actions. The IAM calls of the privileged audit are made as root of the member: only the
# permission to become root can be missing there, and the member's own calls of that name are not needed elsewhere.
ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {call: actions for fact in FACTS.values() if fact.on_request for call, actions in _pairs(fact).items()}
    | dict.fromkeys(FACTS["root.privileged_audit"].calls, FACTS["root.privileged_audit"].permissions)
    | _derived()
    | {"sts.AssumeRole": ("sts:AssumeRole",)}
)


def actions_for(call: str) -> tuple[str, ...]:
    """Return the IAM actions for a call such as `s3.GetBucketPolicy`; empty when none is needed or known."""
    return ACTIONS.get(call, ())
