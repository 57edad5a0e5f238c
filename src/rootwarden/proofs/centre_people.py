"""People of Identity Center: whose a session is, and who is an administrator of which account by their assignments.

Whether a permission set makes an administrator is decided by its policies. Not read are a permissions boundary of the
set, and policies of the account itself that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.model.readings import unknown_in
from rootwarden.proofs.admin_power import Held, Place, standing
from rootwarden.proofs.aws_policies import says_of_iam
from rootwarden.proofs.policy_document import Document, read_document

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
    """Return by account the names of the users whom Identity Center surely makes administrators there."""
    return _holders(directory, (True,))


def shut(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the accounts that somebody administers before by Identity Center, and nobody after.

    Who only may be an administrator, because nobody can decide the policies, does not stand in for one who surely is;
    where nobody surely is, the last who may be counts as one.
    """
    surely, left, still = administrators(before), administrators(after), may_administer(after)
    return sorted(one for one in may_administer(before) if not (left if one in surely else still).get(one))


def may_administer(directory: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return by account the names of the users who are administrators there, or of whom nobody can tell."""
    return _holders(directory, (True, None))


def power_of(permission_set: Mapping[str, Any], partition: str, account: str) -> bool | None:
    """Return whether a permission set makes an administrator of an account; None: nobody can tell."""
    return standing(_held(permission_set), None, Place(partition, account), _session(account)).answer.value


def _holders(directory: Mapping[str, Any], wanted: tuple[bool | None, ...]) -> dict[str, set[str]]:
    """Return by account the names of the users of whom the power they have there is one of these answers."""
    groups = {one.get("GroupId"): one.get("DisplayName") for one in directory["groups"]}
    partition = str(directory["InstanceArn"]).split(":")[1]
    found: dict[str, set[str]] = {}
    for one in directory["sets"]:
        known: dict[str, bool | None] = {}
        for given in one.get("assignments") or ():
            account, who = str(given["AccountId"]), given.get("PrincipalId")
            if account not in known:
                known[account] = power_of(one, partition, account)
            for user in directory["users"] if who and known[account] in wanted else ():
                if user.get("UserId") == who or groups.get(who) in (user.get("Groups") or ()):
                    found.setdefault(account, set()).add(str(user["UserName"]))
    return found


def _held(permission_set: Mapping[str, Any]) -> list[Held]:
    """Return the policies of a permission set that say something of IAM as a whole; the unread is a flawed document."""
    managed, inline = permission_set.get("ManagedPolicies") or (), permission_set.get("InlinePolicy")
    if unknown_in(managed) is not None:
        return [Held("managed policies", Document((), "they could not be read"))]
    held = [] if inline is None else [Held("inline policy", read_document(inline))]
    for arn in (str(one.get("Arn")) for one in managed):
        text = says_of_iam(arn)
        unread = Document((), f"the text of {arn} is not read")
        held.append(Held(arn, unread if text is None else read_document(text)))
    return held


def _session(account: str) -> dict[str, str | None]:
    """Return what is known of the requests of whoever comes by Identity Center; the role's ARN has a random part."""
    return {
        "aws:principalaccount": account, "aws:principaltype": "AssumedRole", "aws:principalisawsservice": "false",
        "aws:username": None,
    }  # fmt: skip
