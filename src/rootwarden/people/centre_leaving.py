"""Who goes in Identity Center: all access is taken at once and reversibly; the user is deleted after a period of grace.

Identity Center has no call that disables a user, and its users carry no tags: when somebody left is written into the
user type, by which the roster's own users are known. Whoever is signed in stays so until the session ends; a person can
end that in the console.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.model.findings import Severity
from rootwarden.model.plan import Call, Difference, Risk, Step
from rootwarden.people.centre import Centre, out_of, place
from rootwarden.people.leaving import not_too_many
from rootwarden.proofs.centre_people import direct, given_alone

_BY_HAND = "by hand, in the console of Identity Center: Users, {name}, Disable user access; no call does that"


def see_off_there(centre: Centre, named: set[str], confirmed: int | None) -> None:
    """Plan what becomes of the roster's users in Identity Center whom it does not name any more.

    Raises:
        RefusedError: too many would lose their access, be marked as left, or be deleted.
    """
    mine = [one for one in centre.items("users") if centre.made(one)]
    unnamed = [one for one in mine if str(one["UserName"]).lower() not in named]
    leaving = []
    for user in unnamed:
        why = "" if centre.left_on(user) else centre.why_spared(user)
        if why:
            centre.ground.leave(
                f"leaver {user['UserName']}", f"it is not disabled: {why}", "decide by hand, or name it"
            )
        elif not centre.left_on(user):
            leaving.append(user)
    idle = [user for user in leaving if not _has_access(centre, user)]
    for user in idle:
        _mark(centre, user)
    going = [user for user in leaving if user not in idle and _take_off(centre, user)]
    over = [user for user in unnamed if centre.left_on(user) and _delete_when_over(centre, user)]
    # Who has nothing to lose just now counts as well: the mark leads to the deletion.
    not_too_many([*idle, *going], over, [one for one in mine if not centre.left_on(one)], confirmed)


def _has_access(centre: Centre, user: Mapping[str, Any]) -> bool:
    return bool(user["Groups"]) or any(direct(centre.directory, str(user["UserId"])))


def _mark(centre: Centre, user: Mapping[str, Any]) -> None:
    """Plan the mark of somebody who has no access to lose; from that day on the grace runs."""
    name, today = str(user["UserName"]), centre.ground.now.date()
    over = today + timedelta(days=centre.ground.roster.grace_days)
    centre.plan(
        "centre-leave", f"Mark {name} as one who has left", name, risk=Risk.CAREFUL, never_by=centre.sessions(name),
        why=f"the roster {centre.ground.roster.roster} does not name {name} any more, and it has no access",
        steps=[centre.typed(user, centre.mark_of(today))], expects=_reads(user, [], [], centre.mark),
        then=_reads(user, [], [], centre.mark_of(today)), notes=(_BY_HAND.format(name=name),),
        shows=[Difference(what=f"user {name}", before="without access", after=f"left, deleted after {over}")],
    )  # fmt: skip


def _take_off(centre: Centre, user: Mapping[str, Any]) -> bool:
    """Plan that somebody loses all access; return whether that is planned: the last administrator keeps it."""
    name, groups = str(user["UserName"]), sorted(user["Groups"])
    today = centre.ground.now.date()
    alone = list(direct(centre.directory, str(user["UserId"])))
    has = given_alone(centre.directory, str(user["UserId"]))
    steps = [*_unassign(centre, user), *out_of(centre, name, user, groups), centre.typed(user, centre.mark_of(today))]
    over = today + timedelta(days=centre.ground.roster.grace_days)
    return centre.plan(
        "centre-leave", f"Take all access from {name}", name, risk=Risk.CAREFUL, steps=steps,
        why=f"the roster {centre.ground.roster.roster} does not name {name} any more", never_by=centre.sessions(name),
        expects=[*_reads(user, groups, has, centre.mark), *(_given(user, *one) for one in alone)],
        then=[*_reads(user, [], [], centre.mark_of(today)), *(_given(user, *one, gone=True) for one in alone)],
        shows=[
            Difference(what=f"groups of {name}", before=", ".join(groups) or "none", after="none"),
            *(Difference(what=f"{one['Name']} in {account}", before="given to the user", after="taken away")
              for one, account in alone),
            Difference(what=f"user {name}", before="in use", after=f"left, deleted after {over}"),
        ],
        notes=("whoever is signed in stays so until the session ends", _BY_HAND.format(name=name)),
    )  # fmt: skip


def _unassign(centre: Centre, user: Mapping[str, Any]) -> Iterator[Step]:
    for number, (found, account) in enumerate(direct(centre.directory, str(user["UserId"])), start=1):
        everything = {
            "PermissionSetArn": found["PermissionSetArn"], "TargetType": "AWS_ACCOUNT", "TargetId": account,
            "PrincipalType": "USER", "PrincipalId": str(user["UserId"]),
        }  # fmt: skip
        yield Step(
            id=f"assigned-{number}", does=f"Take {found['Name']} in {account} away",
            call=centre.admin("DeleteAccountAssignment", **everything),
            undo=(centre.admin("CreateAccountAssignment", **everything),),
        )  # fmt: skip


def _reads(user: Mapping[str, Any], groups: list[str], alone: list[str], kind: str) -> Iterator[Expect]:
    """Go through what a user must read: these groups, what it holds without one, no more of either, and its type."""
    name = str(user["UserName"])
    yield place("users", "UserName", name, "Groups", value=groups)
    yield place("users", "UserName", name, "Direct", value=alone)
    yield place("users", "UserName", name, "UserType", value=kind)


def _given(user: Mapping[str, Any], found: Mapping[str, Any], account: str, *, gone: bool = False) -> Expect:
    one = {"AccountId": account, "PrincipalType": "USER", "PrincipalId": str(user["UserId"])}
    return place("sets", "Name", str(found["Name"]), "assignments", Item("", one), value=None if gone else one)


def _delete_when_over(centre: Centre, user: Mapping[str, Any]) -> bool:
    """Plan the deletion of a user that left long enough ago, while it has no access; return whether it is planned."""
    name, since = str(user["UserName"]), centre.left_on(user)
    try:
        over = date.fromisoformat(since) + timedelta(days=centre.ground.roster.grace_days)
    except ValueError:
        centre.ground.leave(f"leaver {name}", f"its user type says {since!r}, which is no date", "write 2026-12-31")
        return False
    if centre.ground.now.date() <= over:
        return False
    why = centre.why_spared(user)
    if why:
        centre.ground.leave(f"leaver {name}", f"it is not deleted: {why}", "decide by hand, or name it")
        return False
    if _has_access(centre, user):
        centre.ground.leave(
            f"leaver {name}", "it is marked as left and has access all the same", "look who gave it, and why",
            severity=Severity.HIGH,
        )  # fmt: skip
        return False
    delete: Call = centre.call("DeleteUser", UserId=str(user["UserId"]))
    return centre.plan(
        "centre-delete", f"Delete the user {name}", name, risk=Risk.CAREFUL, never_by=centre.sessions(name),
        why=f"all access was taken on {since}, longer than {centre.ground.roster.grace_days} days ago",
        steps=[Step(id="user", does=f"Delete the user {name}", call=delete,
                    stays=f"the user {name} is gone; who comes back gets a new one, and chooses a password anew",
                    stays_as=())],
        expects=list(_reads(user, [], [], str(user["UserType"]))), then=[place("users", "UserName", name)],
        shows=[Difference(what=f"user {name}", before=f"left on {since}", after="deleted")],
    )  # fmt: skip
