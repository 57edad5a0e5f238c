"""What guards of people who come by Identity Center share: what takes from them, and the directory as it reads now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.flows.applying.guards.guard import Guarded, Refusal
from rootwarden.model.plan import Change
from rootwarden.model.readings import first_unknown
from rootwarden.proofs.centre_people import FACT

SERVICES = ("identitystore", "sso-admin")
_TAKES = frozenset(("DeleteGroupMembership", "DeleteAccountAssignment", "DeleteUser"))


def takes_from_people(change: Change) -> bool:
    """Return whether a change ends a membership, an assignment or a user of Identity Center."""
    return any(step.call.service in SERVICES and step.call.operation in _TAKES for step in change.steps)


def directory_of(on: Guarded, account: str, unread: str) -> Mapping[str, Any] | Refusal:
    """Return the directory that an account sees, or the refusal `unread` where a part of it could not be read."""
    found = on.facts(account).get(FACT)
    why = first_unknown(found) if isinstance(found, dict) else "it is not there"
    if why or not isinstance(found, dict):
        return Refusal(unread, str(why), "make it readable, and apply again")
    return found
