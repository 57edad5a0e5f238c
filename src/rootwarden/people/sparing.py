"""Whom nobody disables, whatever a roster says: break-glass users, who asks, workloads, and the last way in.

A read that is missing spares: what could not be seen is no reason to shut anybody out.
"""

from __future__ import annotations

from typing import Any

from rootwarden.model.plan import Change
from rootwarden.model.view import View
from rootwarden.people.ground import IDENTITY, Ground
from rootwarden.proofs.iam_directory import Directory
from rootwarden.proofs.iam_users import account_users
from rootwarden.proofs.mfa_gate import WORKLOADS
from rootwarden.proofs.user_power import known_of_user
from rootwarden.proofs.ways_in import WaysIn, looks_like_break_glass


def why_spared(ground: Ground, user: dict[str, Any]) -> str:
    """Return why a user is never disabled, "" where it may be.

    Raises:
        UnseenError: who asks could not be read.
    """
    name, arn = str(user["UserName"]), str(user.get("Arn") or "")
    if ground.roster.spares(name):
        return "it is a break-glass user of the roster"
    if looks_like_break_glass(name):
        return "its name says that it is a break-glass user"
    if str(user.get("Path") or "/").startswith(WORKLOADS):
        return "it is a workload"
    if str((ground.whole(IDENTITY) or {}).get("Arn") or "") in ("", arn):
        return "it is who asks"
    return ""


def keeps_a_way_in(ground: Ground, user: dict[str, Any], change: Change) -> bool:
    """Return whether somebody can surely enter as an administrator once the change is made, or the user never could.

    Raises:
        UnseenError: the ways in could not be read.
    """
    if administers(ground.view, str(user["UserName"]), mfa=True) is False:
        return True
    ways = WaysIn(ground.as_if(change.then))
    return any(way.there.value for way in ways.straight()) or any(way.there.value for way in ways.through_roles())


def administers(seen: View, name: str, *, mfa: bool) -> bool | None:
    """Return whether a user, signed in with MFA or without, is an administrator; None: nobody can tell.

    Raises:
        UnseenError: the users could not be read.
    """
    directory = seen.once(Directory)
    for one in account_users(seen):
        if one.name == name:
            known = known_of_user(one, directory.place, mfa=mfa)
            return directory.power(directory.of_user(one.raw, one.path), known).answer.value
    return None
