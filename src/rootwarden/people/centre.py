"""Where the organization has IAM Identity Center, people belong there: what a person does there, step by step.

One sign-in for all accounts, sessions that end by themselves, MFA required in one place and no password of ours: that
is why it is preferred to IAM users. Nothing of it is done by a program yet: a permission set cannot be found by its
name in one call, so that a run that breaks off while it makes one could not be gone on with safely.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rootwarden.model.plan import Change, Risk, change_id
from rootwarden.model.readings import UnseenError
from rootwarden.people.ground import REMEDY, Ground
from rootwarden.people.groups import policy_arn
from rootwarden.people.roster import Group, Person

WHY = (
    "the organization has IAM Identity Center: one sign-in for all accounts, sessions that end, MFA required in one "
    "place; --iam plans IAM users all the same"
)
_MFA = (
    "In Identity Center, under Settings, Authentication: prompt for MFA every time, and have people register a device "
    "at sign-in."
)


def has_centre(instances: Any) -> bool:
    """Return whether the organization has an instance, as the fact sso.instances tells; unread is no."""
    return isinstance(instances, list) and any(isinstance(one, dict) and one.get("InstanceArn") for one in instances)


def plan_centre(ground: Ground, instances: list[Any]) -> None:
    """Plan the steps of a person: MFA first, then a permission set for each job, then the people."""
    instance = str(next(one["InstanceArn"] for one in instances if one.get("InstanceArn")))
    _by_hand(ground, "centre", "Require MFA in IAM Identity Center", instance, (_MFA,))
    there = _provisioned(ground)
    for name, group in ground.roster.groups.items():
        if name not in there:
            steps = _job(ground, instance, name, group)
            _by_hand(ground, "centre-job", f"Make the group and permission set {name}", name, steps)
    today = ground.now.date()
    for person in ground.roster.people:
        if not person.gone(today):
            title = f"Add {person.name} to Identity Center, unless they are there"
            _by_hand(ground, "centre-person", title, person.user, _person(person))


def _provisioned(ground: Ground) -> set[str]:
    """Return the names of the permission sets that are in the account; none where they could not be read."""
    try:
        found = ground.items("sets", "sso.permission_sets")
    except UnseenError:
        return set()
    return {str(one.get("Name")) for one in found}


def _job(ground: Ground, instance: str, name: str, group: Group) -> Iterator[str]:
    admin = f"aws sso-admin {{}} --instance-arn {instance}"
    yield f"aws identitystore create-group --identity-store-id STORE --display-name {name}"
    yield f"{admin.format('create-permission-set')} --name {name} --session-duration PT4H"
    for one in group.policies:
        arn = policy_arn(one, ground.partition)
        command = admin.format("attach-managed-policy-to-permission-set")
        yield f"{command} --permission-set-arn SET --managed-policy-arn {arn}"
    if group.documents:
        statements = [part for one in group.documents.values() for part in _statements(one)]
        text = msgspec.json.encode({"Version": "2012-10-17", "Statement": statements}).decode()
        command = admin.format("put-inline-policy-to-permission-set")
        yield f"{command} --permission-set-arn SET --inline-policy {shlex.quote(text)}"
    yield (
        f"{admin.format('create-account-assignment')} --permission-set-arn SET --target-type AWS_ACCOUNT "
        f"--target-id {ground.account} --principal-type GROUP --principal-id GROUP"
    )


def _statements(document: dict[str, Any]) -> list[Any]:
    found = document.get("Statement")
    return found if isinstance(found, list) else [found]


def _person(person: Person) -> Iterator[str]:
    first, _, last = person.name.partition(" ")
    name = shlex.quote(f"GivenName={first},FamilyName={last or first}")
    emails = shlex.quote(f"Value={person.email},Type=work,Primary=true")
    yield (
        f"aws identitystore create-user --identity-store-id STORE --user-name {person.user} "
        f"--display-name {shlex.quote(person.name)} --name {name} --emails {emails}"
    )
    for group in person.member_of:
        yield (
            f"aws identitystore create-group-membership --identity-store-id STORE --group-id ID-OF-{group} "
            f"--member-id UserId={person.user.upper()}"
        )


def _by_hand(ground: Ground, aspect: str, title: str, resource: str, steps: Iterable[str]) -> None:
    ground.changes.append(Change(
        id=change_id(REMEDY, ground.account, "", resource, aspect), remedy=REMEDY, title=title, why=WHY,
        account=ground.account, resource=resource, accounts=(ground.account,), risk=Risk.CAREFUL, notes=(WHY,),
        by_hand=tuple(steps),
    ))  # fmt: skip
