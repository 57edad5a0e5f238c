"""Before something is undone by which an administrator may come in: somebody must come in without it, or root.

A way in that was made may be what others have relied on since, when they deleted root's credentials for instance. By
Identity Center people come into other accounts than the one in which it is changed: those are looked at then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from rootwarden.errors import RefusedError
from rootwarden.flows.applying.guards.last_way_in import WAYS, way_in
from rootwarden.flows.applying.looking import Looked, look
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.expect import as_if
from rootwarden.model.plan import Change
from rootwarden.model.readings import UnseenError, first_unknown
from rootwarden.proofs import centre_people
from rootwarden.proofs.root_credentials import PASSWORD, SUMMARY

# What has to be read to know who comes into an account.
_FACTS = (*WAYS, SUMMARY)
_CENTRE = centre_people.FACT
# What people of Identity Center come in by: left out where it lets no administrator in any more.
_SETS = "sso.permission_sets"
# Calls of IAM that may take power, or the way in, from somebody; whether they do is seen by what would be left.
_TAKES = frozenset((
    "DeleteRole", "DetachRolePolicy", "DeleteRolePolicy", "PutRolePolicy", "UpdateAssumeRolePolicy", "DeleteUser",
    "DetachUserPolicy", "DeleteUserPolicy", "PutUserPolicy", "DeleteLoginProfile", "UpdateAccessKey", "DeleteAccessKey",
    "PutUserPermissionsBoundary", "RemoveUserFromGroup", "AddUserToGroup", "DeleteGroup", "DetachGroupPolicy",
    "DeleteGroupPolicy", "PutGroupPolicy", "DeletePolicy", "SetDefaultPolicyVersion",
))  # fmt: skip
# The same of Identity Center, by either of its services.
_TAKES_BY_CENTRE = frozenset((
    "DeleteAccountAssignment", "DeletePermissionSet", "DetachManagedPolicyFromPermissionSet",
    "DeleteInlinePolicyFromPermissionSet", "DeleteGroup", "DeleteGroupMembership", "DeleteUser",
))  # fmt: skip
_BY = {"iam": _TAKES, "sso-admin": _TAKES_BY_CENTRE, "identitystore": _TAKES_BY_CENTRE}


def takes(change: Change) -> bool:
    """Return whether undoing a change may take from somebody the power of an administrator, or the way in."""
    return bool(_taking(change))


def needs(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the facts that have to be read to know whether undoing these changes shuts somebody out."""
    services = {service for one in changes for service in _taking(one)}
    return (*(_FACTS if "iam" in services else ()), *((_CENTRE,) if services - {"iam"} else ()))


def _taking(change: Change) -> set[str]:
    """Return the services by whose calls, when it is undone, a change may take a way in from somebody."""
    calls = (call for step in change.steps for call in step.undo)
    return {call.service for call in calls if call.operation in _BY.get(call.service, ())}


def keep_a_way(changes: Iterable[Change], seen: Looked, request: ApplyRequest) -> None:
    """See that these changes, undone in this order, do not take the last way into an account where root has none.

    Root has one where the account summary shows its password. What cannot be read is no way in.

    Raises:
        RefusedError: they may; whatever is forced.
    """
    undone = [one for one in changes if takes(one)]
    for account in dict.fromkeys(one.account for one in undone):
        mine = [one for one in undone if one.account == account]
        facts = seen.facts.get(account, {})
        after = facts
        for one in mine:
            after = as_if(after, one.expects)
        if any("iam" in _taking(one) for one in mine) and not _root_signs_in(facts):
            _see_to(account, mine[0], facts, after)
        if any(_taking(one) - {"iam"} for one in mine):
            _see_to_centre(mine, facts.get(_CENTRE), after.get(_CENTRE), request)


def _see_to(account: str, change: Change, facts: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    try:
        shuts = way_in(account, facts) and not way_in(account, after)
    except UnseenError as error:
        raise _untold(f"account {account}", str(error)) from error
    if shuts:
        raise _shuts(account, change)


def _see_to_centre(mine: list[Change], before: Any, after: Any, request: ApplyRequest) -> None:
    """See to the accounts that nobody would administer by Identity Center any more: others come in, or root."""
    why = first_unknown(before) if isinstance(before, dict) else "the people of Identity Center are not there"
    if why is not None:
        raise _untold("the accounts of Identity Center", str(why))
    closed = centre_people.shut(before, after)
    about = replace(mine[0], accounts=tuple(closed), expects=(), then=(), control="")
    seen = look(request, (about,), facts=_FACTS) if closed else Looked({}, {})
    for account in closed:
        facts = dict(seen.facts.get(account, {}))
        if _root_signs_in(facts):
            continue
        try:
            if not way_in(account, facts | {_SETS: {"sets": []}}):
                raise _shuts(account, mine[0])
        except UnseenError as error:
            raise _untold(f"account {account}", str(error)) from error


def _shuts(account: str, change: Change) -> RefusedError:
    return RefusedError(
        f"nobody could enter account {account} as an administrator any more",
        why=f"{change.title}: undone, it takes the last way in, and root is not known to have a password",
        todo="make another administrator first, or give root its password again, and undo again",
    )


def _untold(place: str, why: str) -> RefusedError:
    return RefusedError(
        f"nobody can tell whether somebody keeps a way into {place}", why=why,
        todo="make it readable, and undo again",
    )  # fmt: skip


def _root_signs_in(facts: Mapping[str, Any]) -> bool:
    summary = facts.get(SUMMARY)
    return isinstance(summary, dict) and summary.get(PASSWORD) == 1
