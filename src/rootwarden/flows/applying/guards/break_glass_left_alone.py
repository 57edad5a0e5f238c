"""What break-glass users come in with is never switched off: it rests on purpose, and somebody will need it.

They are known by their names, by the roster that was planned, and by the configuration as it is now.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.flows.applying.guards.break_glass import refusals
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.plan import Call, Change
from rootwarden.people.leaving import DENY_POLICY

_GATE = "require-user-mfa"
# What takes from a user the way in, or what it may do there, for a while or for good.
_TAKES = frozenset((
    "UpdateAccessKey", "DeleteAccessKey", "DeleteLoginProfile", "DeleteUser", "RemoveUserFromGroup", "DetachUserPolicy",
    "DeleteUserPolicy",
))  # fmt: skip


def _about(change: Change) -> bool:
    return not change.as_root and bool(_users(change))


def _users(change: Change) -> list[str]:
    """Return the users from whom a change takes the way in, or whom it puts behind the gate, by their names."""
    found = [str(one.parameters["UserName"]) for one in _calls(change) if "UserName" in one.parameters]
    return list(dict.fromkeys(found))


def _calls(change: Change) -> Iterator[Call]:
    for step in change.steps:
        call = step.call
        denial = call.parameters.get("PolicyName") == DENY_POLICY
        denies = call.operation == "PutUserPolicy" and denial
        lifts = call.operation == "DeleteUserPolicy" and denial
        gates = call.operation == "AddUserToGroup" and change.remedy == _GATE
        takes = call.operation in _TAKES and call.parameters.get("Status") != "Active" and not lifts
        if call.service == "iam" and (takes or denies or gates):
            yield call


def _check(on: Guarded) -> Iterator[Refusal]:
    for change in on.changes:
        yield from refusals(on, change, _users(change))


GUARD = Guard(about=_about, check=_check)
