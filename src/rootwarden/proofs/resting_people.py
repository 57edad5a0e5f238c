"""What others may have come to rest on since people, groups and policies were made: looked at before undoing them."""

from __future__ import annotations

from typing import Any

from rootwarden.model.placeholders import quoted
from rootwarden.model.plan import Call, Probe
from rootwarden.proofs.resting import others, probe

_GONE = ("NoSuchEntity",)
_MISSING = ("ResourceNotFoundException",)


def on_policy(arn: str) -> tuple[Probe, ...]:
    """Look whether a policy is attached anywhere, or is somebody's boundary: IAM deletes none that is."""
    held = "[PolicyGroups, PolicyUsers, PolicyRoles][]"
    return (probe("iam", "ListEntitiesForPolicy", held, _GONE, PolicyArn=arn),)


def on_group(name: str) -> tuple[Probe, ...]:
    """Look whether somebody is in a group; those whom the same run put there are out by then."""
    return (probe("iam", "GetGroup", "Users", _GONE, GroupName=name),)


def on_user(name: str) -> tuple[Probe, ...]:
    """Look whether a new user is somebody's by now: it has an access key, an MFA device, or chose a password."""
    return (
        probe("iam", "ListAccessKeys", "AccessKeyMetadata", _GONE, UserName=name),
        probe("iam", "ListMFADevices", "MFADevices", _GONE, UserName=name),
        on_first_password(name),
    )


def on_first_password(name: str) -> Probe:
    """Look whether somebody has put a password of their own in place of the first one."""
    return probe("iam", "GetLoginProfile", "LoginProfile.PasswordResetRequired == `false`", _GONE, UserName=name)


def on_centre_user(about: Call, group_free: Call) -> tuple[Probe, ...]:
    """Look whether a user of Identity Center was given something of their own, or is in other people's groups.

    `about` asks for the user's assignments, `group_free` for the groups. Whether it has chosen a password, has an MFA
    device or signed in tells no call of identitystore or sso-admin: the plan says so.
    """
    return (
        Probe(call=about, done="AccountAssignments[?PrincipalType == 'USER']", absent=_MISSING),
        Probe(call=group_free, done="GroupMemberships", absent=_MISSING),
    )


def on_centre_group(members: Call, assigned: Call, account: str) -> tuple[Probe, ...]:
    """Look whether somebody is in a group of Identity Center, or it was let into another account."""
    beside = f"AccountAssignments[?PrincipalType == 'GROUP' && AccountId != {quoted(account)}]"
    return (
        Probe(call=members, done="GroupMemberships", absent=_MISSING),
        Probe(call=assigned, done=beside, absent=_MISSING),
    )


def on_permission_set(accounts: Call, assigned: Call, account: str, group: Any) -> tuple[Probe, ...]:
    """Look whether a permission set was given in another account, or to others than our group in this one.

    Identity Center takes an assignment away in its own time: ours may be listed for a while.
    """
    ours = quoted(group) if isinstance(group, str) else "${group.id}"
    return (
        Probe(call=accounts, done=others("AccountIds", "@", (account,)), absent=_MISSING),
        Probe(call=assigned, done=f"AccountAssignments[?PrincipalId != {ours}]", absent=_MISSING),
    )
