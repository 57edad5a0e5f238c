"""Who comes: a user of their own behind the boundary and the MFA gate, in the groups of the job, with a first password.

The order of the calls matters: the gate stands before there is a password to sign in with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rootwarden.model.expect import Expect
from rootwarden.model.placeholders import secret
from rootwarden.model.plan import Difference, Probe, Risk, Secret, Step
from rootwarden.people.beyond import in_groups, on_joining
from rootwarden.people.foundation import Foundation
from rootwarden.people.ground import Ground, iam, of_credentials, of_tag, of_user
from rootwarden.people.roster import MANAGED, OWNER, Person
from rootwarden.proofs.resting_people import on_first_password, on_user

# Where people of each partition sign in (IAM User Guide, "Sign-in URL", and the guides of GovCloud and China).
_SIGN_IN = {
    "aws": "https://{account}.signin.aws.amazon.com/console",
    "aws-us-gov": "https://{account}.signin.amazonaws-us-gov.com/console",
    "aws-cn": "https://{account}.signin.amazonaws.cn/console",
}
PASSWORD = "first-password"
_NOTE = """\
Sign in at {url} as {user}.
You choose your own password first. Then open "Security credentials", assign an MFA device (a passkey or security key
where you can), sign out and sign in again with it: before that nothing else is allowed.
Delete this file when you have signed in."""


def join(ground: Ground, foundation: Foundation, person: Person) -> None:
    """Plan a new user, its groups, and a first password that has to be changed."""
    path, name = ground.roster.path, person.user
    arn, boundary = ground.arn("user", path, name), boundary_of(ground, foundation, person)
    groups = (foundation.gate_group, *person.member_of)
    steps = [
        _create(ground, arn, person, boundary),
        *enter(ground, name, groups),
        _give_password(arn, name, on_user(name)),
    ]
    about: dict[str, Any] = {"UserName": name, "Path": path, "Arn": arn, "GroupList": list(groups)}
    about |= {"AttachedManagedPolicies": []} | ({"PermissionsBoundary": _limit(boundary)} if boundary else {})
    then = (
        of_user(name, value=about), *(of_tag(name, key, value) for key, value in _tags(ground, person).items()),
        *with_password(name, new=True),
    )  # fmt: skip
    more = on_joining(ground, name, person.member_of, (*then, in_groups(ground, name, groups)))
    if more.ruling:
        more.refuse(ground, name, arn)
        return
    safe = (boundary or not foundation.boundary) and not more.held
    ground.plan(
        "join", f"Create the user {name} for {person.name}",
        risk=Risk.SAFE if safe else Risk.CAREFUL,
        why=f"the roster {ground.roster.roster} names {person.name} as {person.function}", resource=arn, steps=steps,
        expects=(of_user(name), of_credentials(name)), then=then,
        shows=(
            Difference(what=f"user {name}", before="not there", after=f"{person.name} <{person.email}>"),
            Difference(what="groups", before="none", after=", ".join(groups)),
            *((Difference(what="boundary", before="none", after=boundary),) if boundary else ()),
        ),
        secrets=(first_password(ground, person),),
        notes=(
            "once the person has signed in, undoing leaves the user: take them off the roster instead",
            *more.notes(name),
        ),
    )  # fmt: skip


def boundary_of(ground: Ground, foundation: Foundation, person: Person) -> str:
    """Return the ARN of a person's boundary; members of an unbounded group have none."""
    free = any(ground.roster.groups[name].unbounded for name in person.member_of)
    return "" if free else foundation.boundary


def first_password(ground: Ground, person: Person) -> Secret:
    """Return the first password as something that is made and handed over when the plan is applied."""
    url = _SIGN_IN.get(ground.partition, _SIGN_IN["aws"]).format(account=ground.account)
    return Secret(
        name=PASSWORD, what=f"the first password of {person.user}", to=person.user,
        note=f"For {person.name} <{person.email}>.\n" + _NOTE.format(url=url, user=person.user), key=person.key,
    )  # fmt: skip


def give_password(ground: Ground, person: Person, name: str, arn: str) -> None:
    """Plan a first password for a user of the roster that has none."""
    ground.plan(
        "password", f"Give {name} a first password", why=f"{name} has none and is on the roster", resource=arn,
        steps=(_give_password(arn, name, (on_first_password(name),)),), expects=(of_credentials(name, "LoginProfile"),),
        then=with_password(name), secrets=(first_password(ground, person),),
        shows=(Difference(what=f"password of {name}", before="none", after="one that has to be changed"),),
    )  # fmt: skip


def _give_password(arn: str, name: str, used: tuple[Probe, ...]) -> Step:
    return Step(
        id="password",
        does=f"Hand over a first password to {name}, to be changed at once",
        call=iam("CreateLoginProfile", UserName=name, Password=secret(PASSWORD), PasswordResetRequired=True),
        undo=(iam("DeleteLoginProfile", UserName=name),),
        used=used,
        seen=Probe(call=iam("GetLoginProfile", UserName=name), done="LoginProfile.UserName", absent=("NoSuchEntity",)),
        on=(arn,),
    )


def with_password(name: str, *, new: bool = False) -> Iterator[Expect]:
    """Go through what reads differently once a user has a first password; `new`: it had nothing at all before."""
    if new:
        nothing: dict[str, Any] = {"UserName": name, "AccessKeys": [], "MFADevices": [], "SigningCertificates": []}
        yield of_credentials(name, value=nothing)
    yield of_credentials(name, "LoginProfile", value={"PasswordResetRequired": True})


def enter(ground: Ground, name: str, groups: Iterable[str]) -> Iterator[Step]:
    """Go through the steps that put a user into groups."""
    for group in groups:
        both = {"GroupName": group, "UserName": name}
        yield Step(
            id=f"into-{group}", does=f"Put {name} into {group}", call=iam("AddUserToGroup", **both),
            undo=(iam("RemoveUserFromGroup", **both),), on=(_group_arn(ground, group),),
        )  # fmt: skip


def leave(ground: Ground, name: str, groups: Iterable[str]) -> Iterator[Step]:
    """Go through the steps that take a user out of groups."""
    for group in groups:
        both = {"GroupName": group, "UserName": name}
        yield Step(
            id=f"from-{group}", does=f"Take {name} out of {group}", call=iam("RemoveUserFromGroup", **both),
            undo=(iam("AddUserToGroup", **both),), on=(_group_arn(ground, group),),
        )  # fmt: skip


def _group_arn(ground: Ground, name: str) -> str:
    there = ground.group(name)
    return str(there.get("Arn")) if there else ground.arn("group", ground.roster.path, name)


def _create(ground: Ground, arn: str, person: Person, boundary: str) -> Step:
    name, mine = person.user, ground.roster.roster
    tags = [{"Key": key, "Value": value} for key, value in _tags(ground, person).items()]
    limit = {"PermissionsBoundary": boundary} if boundary else {}
    return Step(
        id="user",
        does=f"Create the user {name}",
        call=iam("CreateUser", UserName=name, Path=ground.roster.path, Tags=tags, **limit),
        undo=(iam("DeleteUser", UserName=name),),
        used=on_user(name),
        seen=Probe(
            call=iam("GetUser", UserName=name), done=f"User.Tags[?Key=='{MANAGED}' && Value=='{mine}']",
            absent=("NoSuchEntity",),
        ),
        on=(arn,),
    )  # fmt: skip


def _tags(ground: Ground, person: Person) -> dict[str, str]:
    return {MANAGED: ground.roster.roster, OWNER: person.email, "name": person.name}


def _limit(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryArn": arn}
