"""People of Identity Center: whose a session is, and who is an administrator of which account by their assignments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

FACT = "sso.directory"
# Whoever comes by Identity Center is in such a role, the session being named after the user (IAM Identity Center User
# Guide, "Referencing permission sets in resource policies").
_SESSION = re.compile(r"arn:[^:]+:sts::\d{12}:assumed-role/AWSReservedSSO_[^/]+/(?P<user>.+)")


def centre_user(arn: str) -> str:
    """Return the name of the user of Identity Center whose session this is, "" where it is none."""
    found = _SESSION.fullmatch(arn)
    return found["user"] if found else ""


def sessions_of(name: str, partition: str) -> str:
    """Return the pattern of the ARNs of all sessions of a user of Identity Center."""
    return f"arn:{partition}:sts::*:assumed-role/AWSReservedSSO_*/{name}"


def direct(directory: Mapping[str, Any], user: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Go through the permission sets that a user (its id) holds without a group, each with the account."""
    for found in directory["sets"]:
        for one in found.get("assignments") or ():
            if one.get("PrincipalType") == "USER" and one.get("PrincipalId") == user:
                yield found, str(one["AccountId"])


def given_alone(directory: Mapping[str, Any], user: str) -> list[str]:
    """Return in words all that a user (its id) holds without a group: so it can be said that there is nothing else."""
    return sorted(f"{found['Name']} in {account}" for found, account in direct(directory, user))


def holds(directory: Mapping[str, Any], user: Mapping[str, Any], found: Mapping[str, Any], account: str) -> bool:
    """Return whether a user has a permission set in an account, alone or by one of its groups."""
    groups = {one.get("GroupId") for one in directory["groups"] if one.get("DisplayName") in (user.get("Groups") or ())}
    return any(
        one.get("AccountId") == account and one.get("PrincipalId") in groups | {user.get("UserId")}
        for one in found.get("assignments") or ()
    )


def administrators(directory: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return by account the names of the users to whom Identity Center gives AdministratorAccess there."""
    groups = {one.get("GroupId"): one.get("DisplayName") for one in directory["groups"]}
    found: dict[str, set[str]] = {}
    for one in directory["sets"]:
        if not any(
            str(policy.get("Arn")).endswith("/AdministratorAccess") for policy in one.get("ManagedPolicies") or ()
        ):
            continue
        for given in one.get("assignments") or ():
            who = given.get("PrincipalId")
            for user in directory["users"] if who else ():
                if user.get("UserId") == who or groups.get(who) in (user.get("Groups") or ()):
                    found.setdefault(str(given["AccountId"]), set()).add(str(user["UserName"]))
    return found


def shut(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the accounts that somebody administers before by Identity Center, and nobody after."""
    left = administrators(after)
    return sorted(account for account in administrators(before) if not left.get(account))
