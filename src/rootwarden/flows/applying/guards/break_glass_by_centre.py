"""Break-glass users of Identity Center lose nothing, and are not deleted: known by id, by the names they have now.

A change there names users by their ids, and a name can be written anew: so the directory is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.flows.applying.guards.break_glass import refusals
from rootwarden.flows.applying.guards.centre_directory import SERVICES, directory_of, takes_from_people
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.plan import Call, Change
from rootwarden.proofs.centre_people import FACT


def _check(on: Guarded) -> Iterator[Refusal]:
    for change in on.changes:
        unread = f"{change.title} ({change.account}): nobody can tell whether that is a break-glass user"
        directory = directory_of(on, change.account, unread)
        if isinstance(directory, Refusal):
            yield directory
        else:
            yield from refusals(on, change, _users(change, directory))


def _users(change: Change, directory: Mapping[str, Any]) -> list[str]:
    """Return the names, as they are now, of the users that the calls of a change name."""
    touched = {one for step in change.steps for one in _ids(step.call)}
    return [
        str(user.get("UserName"))
        for user in directory["users"]
        if touched & {user.get("UserId"), *(user.get("Memberships") or {}).values()}
    ]


def _ids(call: Call) -> Iterator[str]:
    """Go through the ids in a call by which users are known: their own, and those of their memberships of groups."""
    member = call.parameters.get("MemberId")
    given = call.parameters if call.service in SERVICES else {}
    for one in (given.get("UserId"), given.get("PrincipalId"), given.get("MembershipId"),
                member.get("UserId") if isinstance(member, dict) else None):  # fmt: skip
        if isinstance(one, str):
            yield one


GUARD = Guard(about=takes_from_people, check=_check, facts=(FACT,))
