"""Before something is undone by which an administrator may come in: somebody must come in without it, or root.

A way in that was made may be what others have relied on since, when they deleted root's credentials for instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rootwarden.errors import RefusedError
from rootwarden.flows.applying.guards.last_way_in import WAYS, way_in
from rootwarden.flows.applying.looking import Looked
from rootwarden.model.expect import as_if
from rootwarden.model.plan import Change
from rootwarden.model.readings import UnseenError
from rootwarden.proofs.root_credentials import PASSWORD, SUMMARY

# What has to be read to know.
FACTS = (*WAYS, SUMMARY)
# Calls of IAM that may take power, or the way in, from somebody; whether they do is seen by what would be left.
_TAKES = frozenset((
    "DeleteRole", "DetachRolePolicy", "DeleteRolePolicy", "PutRolePolicy", "UpdateAssumeRolePolicy", "DeleteUser",
    "DetachUserPolicy", "DeleteUserPolicy", "PutUserPolicy", "DeleteLoginProfile", "UpdateAccessKey", "DeleteAccessKey",
    "PutUserPermissionsBoundary", "RemoveUserFromGroup", "AddUserToGroup", "DeleteGroup", "DetachGroupPolicy",
    "DeleteGroupPolicy", "PutGroupPolicy", "DeletePolicy", "SetDefaultPolicyVersion",
))  # fmt: skip


def takes(change: Change) -> bool:
    """Return whether undoing a change may take from somebody the power of an administrator, or the way in."""
    calls = (call for step in change.steps for call in step.undo)
    return any(call.service == "iam" and call.operation in _TAKES for call in calls)


def keep_a_way(changes: Iterable[Change], seen: Looked) -> None:
    """See that these changes, undone in this order, do not take the last way into an account where root has none.

    Root has one where the account summary shows its password. What cannot be read is no way in.

    Raises:
        RefusedError: they may; whatever is forced.
    """
    undone = [one for one in changes if takes(one)]
    for account in dict.fromkeys(one.account for one in undone):
        facts = seen.facts.get(account, {})
        if not _root_signs_in(facts):
            _see_to(account, [one for one in undone if one.account == account], facts)


def _see_to(account: str, mine: list[Change], facts: Mapping[str, Any]) -> None:
    after = facts
    for one in mine:
        after = as_if(after, one.expects)
    try:
        shuts = way_in(account, facts) and not way_in(account, after)
    except UnseenError as error:
        raise RefusedError(
            f"nobody can tell whether somebody keeps a way into account {account}", why=str(error),
            todo="make it readable, and undo again",
        ) from error  # fmt: skip
    if shuts:
        raise RefusedError(
            f"nobody could enter account {account} as an administrator any more",
            why=f"{mine[0].title}: undone, it takes the last way in, and root is not known to have a password",
            todo="make another administrator first, or give root its password again, and undo again",
        )


def _root_signs_in(facts: Mapping[str, Any]) -> bool:
    summary = facts.get(SUMMARY)
    return isinstance(summary, dict) and summary.get(PASSWORD) == 1
