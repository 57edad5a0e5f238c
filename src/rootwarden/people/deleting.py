"""The end of grace: a user disabled for long enough is deleted with all that hangs on it, which cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from rootwarden.model.findings import Severity
from rootwarden.model.plan import Difference, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.people.ground import Ground, iam, of_credentials, of_keys, of_tag, of_user, tag_of
from rootwarden.people.roster import DISABLED, MANAGED
from rootwarden.proofs.policy_decision import Effect, Request, decide_together


def _grace_is_over(ground: Ground, user: dict[str, Any]) -> bool:
    try:
        since = date.fromisoformat(tag_of(user, DISABLED))
    except ValueError:
        ground.leave(
            f"leaver {user['UserName']}", f"its tag {DISABLED} is no date", "write the day as 2026-12-31",
            resource=str(user.get("Arn") or ""),
        )  # fmt: skip
        return False
    return ground.now.date() > since + timedelta(days=ground.roster.grace_days)


def may_be_deleted(ground: Ground, user: dict[str, Any]) -> bool:
    """Return whether a user was disabled long enough and is so still; if it is not, that is said."""
    if not _grace_is_over(ground, user):
        return False
    name, arn = str(user["UserName"]), str(user.get("Arn") or "")
    try:
        held = ground.held(name)
    except UnseenError as error:
        ground.leave(f"leaver {name}", f"it is not deleted: {error}", "make it readable, and plan again", resource=arn)
        return False
    own = [one.get("PolicyDocument") for one in user.get("UserPolicyList") or ()]
    denied = decide_together(own, Request("iam:GetUser", arn)).effect is Effect.DENY
    usable = held.get("LoginProfile") is not None or any(one.get("Status") != "Inactive" for one in held["AccessKeys"])
    if not denied or usable:
        ground.leave(
            f"leaver {name}", "it is marked as disabled and can be used all the same",
            "look who enabled it again and why", resource=arn, severity=Severity.HIGH,
        )  # fmt: skip
        return False
    return True


def delete(ground: Ground, user: dict[str, Any]) -> None:
    """Plan the deletion of a user that may be deleted.

    Raises:
        UnseenError: what hangs on it could not be read.
    """
    name, arn = str(user["UserName"]), str(user.get("Arn") or "")
    held, since = ground.held(name), tag_of(user, DISABLED)
    ground.plan(
        "delete", f"Delete the user {name}", risk=Risk.CAREFUL, resource=arn,
        why=f"it was disabled on {since}, longer than {ground.roster.grace_days} days ago",
        steps=tuple(_deleting_steps(ground, user, held, name, arn)),
        expects=(
            of_tag(name, DISABLED, since), of_tag(name, MANAGED, ground.roster.roster),
            of_user(name, "UserPolicyList", value=user.get("UserPolicyList") or None),
            of_credentials(name, "LoginProfile"), of_keys(name, held["AccessKeys"]),
        ),
        then=(of_user(name), of_credentials(name)), never_by=(arn,),
        shows=(Difference(what=f"user {name}", before=f"disabled since {since}", after="deleted"),),
        notes=(
            "SSH keys and Git credentials are not looked for; AWS names them where they are in the way",
            *_named_by(ground, arn),
        ),
    )  # fmt: skip


def _named_by(ground: Ground, arn: str) -> Iterator[str]:
    """Note which roles let the user in by name: what a policy names is never the same user again (IAM User Guide)."""
    try:
        roles = ground.items("roles")
    except UnseenError as error:
        yield f"whether roles let it in by name could not be read: {error}"
        return
    naming = sorted(str(one.get("RoleName")) for one in roles if arn in _texts(one.get("AssumeRolePolicyDocument")))
    if naming:
        yield f"the trust of {', '.join(naming)} names it: take it out there, whoever comes back is another to AWS"


def _texts(value: Any) -> Iterator[str]:
    """Go through all texts of a document."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _deleting_steps(ground: Ground, user: dict[str, Any], held: dict[str, Any], name: str, arn: str) -> Iterator[Step]:
    """Go through what DeleteUser wants gone first (IAM API Reference), then the user."""

    def away(step: str, does: str, operation: str, *on: str, **parameters: Any) -> Step:
        return Step(id=step, does=does, call=iam(operation, **parameters), on=on or (arn,))

    one = {"UserName": name}
    for n, key in enumerate(held["AccessKeys"], start=1):
        yield away(f"key-{n}", "Delete an access key", "DeleteAccessKey", **one, AccessKeyId=key["AccessKeyId"])
    for n, device in enumerate(held["MFADevices"], start=1):
        serial = device["SerialNumber"]
        yield away(f"mfa-{n}", "Take an MFA device off", "DeactivateMFADevice", **one, SerialNumber=serial)
        if ":mfa/" in serial:
            yield away(f"virtual-{n}", "Delete it", "DeleteVirtualMFADevice", serial, SerialNumber=serial)
    for n, signing in enumerate(held["SigningCertificates"], start=1):
        certificate = {"CertificateId": signing["CertificateId"]}
        yield away(f"certificate-{n}", "Delete a signing certificate", "DeleteSigningCertificate", **one, **certificate)
    for n, group in enumerate(user.get("GroupList") or (), start=1):
        there = ground.group(group) or {}
        on = str(there.get("Arn") or "*")
        yield away(f"group-{n}", f"Take it out of {group}", "RemoveUserFromGroup", on, **one, GroupName=group)
    for n, attached in enumerate(user.get("AttachedManagedPolicies") or (), start=1):
        policy = {"PolicyArn": attached["PolicyArn"]}
        yield away(f"attached-{n}", "Detach a policy", "DetachUserPolicy", **one, **policy)
    for n, inline in enumerate(user.get("UserPolicyList") or (), start=1):
        policy = {"PolicyName": inline["PolicyName"]}
        yield away(f"inline-{n}", "Delete an inline policy", "DeleteUserPolicy", **one, **policy)
    yield Step(
        id="user", does=f"Delete the user {name}", call=iam("DeleteUser", **one), on=(arn,),
        stays=f"the user {name} is gone, with its keys and devices; who comes back gets a new user",
        stays_as=(),
    )  # fmt: skip
