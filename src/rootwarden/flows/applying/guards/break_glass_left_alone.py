"""What break-glass users come in with is never switched off: it rests on purpose, and somebody will need it.

They are known by their names, and by the configuration as it is now: whoever was named for one remedy counts for all.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.plan import Call, Change
from rootwarden.people.leaving import DENY_POLICY
from rootwarden.proofs.ways_in import looks_like_break_glass

_SETTING, _GATE = "break_glass", "require-user-mfa"
# What takes from a user the way in, for a while or for good.
_TAKES = frozenset(("UpdateAccessKey", "DeleteAccessKey", "DeleteLoginProfile", "DeleteUser"))


def _about(change: Change) -> bool:
    return not change.as_root and bool(_users(change))


def _users(change: Change) -> list[str]:
    """Return the users from whom a change takes the way in, or whom it puts behind the gate, by their names."""
    found = [str(one.parameters["UserName"]) for one in _calls(change) if "UserName" in one.parameters]
    return list(dict.fromkeys(found))


def _calls(change: Change) -> Iterator[Call]:
    for step in change.steps:
        call = step.call
        denies = call.operation == "PutUserPolicy" and call.parameters.get("PolicyName") == DENY_POLICY
        gates = call.operation == "AddUserToGroup" and change.remedy == _GATE
        takes = call.operation in _TAKES and call.parameters.get("Status") != "Active"
        if call.service == "iam" and (takes or denies or gates):
            yield call


def _check(on: Guarded) -> Iterator[Refusal]:
    named = {
        name.lower()
        for slug, known in remedies().items()
        if _SETTING in known.remedy.params
        for name in on.settings(slug).texts(_SETTING)
    }
    for change in on.changes:
        for user in _users(change):
            if user.lower() in named or looks_like_break_glass(user):
                yield Refusal(
                    f"{change.title} ({change.account}): {user} is a break-glass user",
                    "the configuration names it so" if user.lower() in named else "its name says so",
                    "plan again without it; RW-IAM-13 says what such users need",
                )


GUARD = Guard(about=_about, check=_check)
