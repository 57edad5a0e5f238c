"""Where the organization has IAM Identity Center, people belong there: one sign-in for all, and MFA in one place.

Users that the roster made are known by their user type. Passwords are not handed over: Identity Center has each new
user choose one by e-mail. Where people come from an outside identity provider, they are named there instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from rootwarden.errors import RefusedError
from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Difference, Probe, Risk, Step, refer
from rootwarden.people.ground import IDENTITY, Ground
from rootwarden.people.leaving import not_too_many
from rootwarden.people.roster import Person
from rootwarden.proofs.resting_people import on_centre_user
from rootwarden.proofs.ways_in import looks_like_break_glass

FACT = "sso.directory"
WHY = "people of an organization with IAM Identity Center sign in there; --iam plans IAM users all the same"
_MISSING = ("ResourceNotFoundException",)


class Centre:
    """The Identity Center of the organization as it reads, and the account from which it is changed."""

    def __init__(self, ground: Ground, home: str, directory: Mapping[str, Any]) -> None:
        """`directory` is the fact sso.directory."""
        self.ground, self.home, self._directory = ground, home, directory
        self.mark = f"rootwarden:{ground.roster.roster}"
        self.store = {"IdentityStoreId": str(directory["IdentityStoreId"])}
        self.instance = {"InstanceArn": str(directory["InstanceArn"])}

    def find(self, kind: str, key: str, name: str) -> dict[str, Any] | None:
        """Return a user, group or permission set by its name; Identity Center does not tell case apart in names."""
        return next((one for one in self.items(kind) if str(one.get(key)).lower() == name.lower()), None)

    def items(self, kind: str) -> list[dict[str, Any]]:
        """Return the users, groups or sets."""
        found: list[dict[str, Any]] = self._directory[kind]
        return found

    def call(self, operation: str, **parameters: Any) -> Call:
        """Return a call to the directory of people."""
        region = str(self._directory["Region"])
        return Call(
            service="identitystore", operation=operation, region=region, parameters={**self.store, **parameters}
        )

    def admin(self, operation: str, **parameters: Any) -> Call:
        """Return a call to the administration of permission sets."""
        region = str(self._directory["Region"])
        return Call(service="sso-admin", operation=operation, region=region, parameters={**self.instance, **parameters})

    def group_id(self, name: str) -> Call:
        """Return the call that looks a group up by its name."""
        unique = {"AttributePath": "displayName", "AttributeValue": name}
        return self.call("GetGroupId", AlternateIdentifier={"UniqueAttribute": unique})

    def plan(self, aspect: str, title: str, resource: str, **parts: Any) -> None:
        """Plan a change that is made in the account that Identity Center is changed from."""
        change: Change = self.ground.draft(aspect, title, resource, **parts)
        self.ground.changes.append(
            replace(change, account=self.home, accounts=(self.home,), notes=(WHY, *change.notes))
        )


def place(kind: str, key: str, name: str, *at: str | Item, value: Any = None) -> Expect:
    """Return what must stand at a place of the directory."""
    return Expect(fact=FACT, at=(kind, Item(key, name), *at), value=value)


def plan_people_there(centre: Centre, confirmed: int | None) -> None:
    """Plan who comes, who moves and who goes in Identity Center.

    Raises:
        RefusedError: too many would lose their access.
    """
    today = centre.ground.now.date()
    people = [one for one in centre.ground.roster.people if not one.gone(today)]
    for person in people:
        user = centre.find("users", "UserName", person.user)
        if user is None:
            _join(centre, person)
        elif user.get("UserType") != centre.mark:
            centre.ground.leave(
                f"user {person.user}", "it was in Identity Center before the roster, which leaves it alone",
                f"set its user type to {centre.mark} once you know that it is {person.name}",
            )  # fmt: skip
        else:
            _move(centre, str(user["UserName"]), user, person.member_of, f"Bring {person.user} to what the roster says")
    _see_off(centre, {one.user.lower() for one in people}, confirmed)


def _join(centre: Centre, person: Person) -> None:
    first, _, last = person.name.partition(" ")
    unique = {"AttributePath": "userName", "AttributeValue": person.user}
    create = Step(
        id="user", does=f"Create the user {person.user}", keeps={"id": "UserId"},
        call=centre.call(
            "CreateUser", UserName=person.user, DisplayName=person.name, UserType=centre.mark,
            Name={"GivenName": first, "FamilyName": last or first},
            Emails=[{"Value": person.email, "Type": "work", "Primary": True}],
        ),
        undo=(centre.call("DeleteUser", UserId=refer("user", "id")),),
        used=on_centre_user(
            centre.admin("ListAccountAssignmentsForPrincipal", PrincipalId=refer("user", "id"), PrincipalType="USER"),
            centre.call("ListGroupMembershipsForMember", MemberId={"UserId": refer("user", "id")}),
        ),
        seen=Probe(call=centre.call("GetUserId", AlternateIdentifier={"UniqueAttribute": unique}), done="UserId",
                   absent=_MISSING),
    )  # fmt: skip
    centre.plan(
        "centre-join", f"Create the user {person.user} for {person.name} in Identity Center", person.user,
        why=f"the roster names {person.name} as {person.function}",
        steps=[create, *_into(centre, refer("user", "id"), person.member_of)],
        expects=[place("users", "UserName", person.user)],
        then=[place("users", "UserName", person.user,
                    value={"UserType": centre.mark, "Groups": list(person.member_of)})],
        shows=[Difference(what=f"user {person.user}", before="not there", after=", ".join(person.member_of))],
        notes=("the person chooses a password by e-mail; MFA is enrolled at sign-in where the settings ask for it",),
    )  # fmt: skip


def _move(centre: Centre, name: str, user: Mapping[str, Any], wanted: Iterable[str], title: str) -> None:
    now, then = sorted(user["Groups"]), sorted(wanted)
    if now == then:
        return
    out = [one for one in now if one not in then]
    steps = [*_into(centre, str(user["UserId"]), [one for one in then if one not in now])]
    for group in out:
        both = {"GroupId": _known(centre, group), "MemberId": {"UserId": str(user["UserId"])}}
        steps.append(Step(
            id=f"find-{group}", does=f"Look up that {name} is in {group}", keeps={"id": "MembershipId"},
            call=centre.call("GetGroupMembershipId", **both),
        ))  # fmt: skip
        steps.append(Step(
            id=f"from-{group}", does=f"Take {name} out of {group}",
            call=centre.call("DeleteGroupMembership", MembershipId=refer(f"find-{group}", "id")),
            undo=(centre.call("CreateGroupMembership", **both),),
        ))  # fmt: skip
    centre.plan(
        "centre-move", title, name, why="the roster says so", risk=Risk.CAREFUL, steps=steps,
        expects=[place("users", "UserName", name, "Groups", value=now)],
        then=[place("users", "UserName", name, "Groups", value=then)],
        shows=[Difference(what=f"groups of {name}", before=", ".join(now) or "none", after=", ".join(then) or "none")],
    )  # fmt: skip


def _into(centre: Centre, user: Any, groups: Iterable[str]) -> Iterable[Step]:
    """Go through the steps that put a user into groups, each looked up by its name when it is needed."""
    for group in groups:
        yield Step(id=f"group-{group}", does=f"Look up {group}", call=centre.group_id(group), keeps={"id": "GroupId"})
        both = {"GroupId": refer(f"group-{group}", "id"), "MemberId": {"UserId": user}}
        yield Step(
            id=f"into-{group}", does=f"Put them into {group}", keeps={"id": "MembershipId"},
            call=centre.call("CreateGroupMembership", **both),
            undo=(centre.call("DeleteGroupMembership", MembershipId=refer(f"into-{group}", "id")),),
            seen=Probe(call=centre.call("GetGroupMembershipId", **both), done="MembershipId", absent=_MISSING),
        )  # fmt: skip


def _known(centre: Centre, group: str) -> str:
    found = centre.find("groups", "DisplayName", group)
    return str(found["GroupId"]) if found else ""


def _see_off(centre: Centre, named: set[str], confirmed: int | None) -> None:
    """Take people out of all groups who are not named any more: nothing is left to sign in to."""
    mine = [one for one in centre.items("users") if one.get("UserType") == centre.mark]
    leaving = []
    for user in mine:
        name = str(user["UserName"])
        if name.lower() in named or not user["Groups"]:
            continue
        why = _why_spared(centre, user)
        if why:
            centre.ground.leave(f"leaver {name}", f"it is not disabled: {why}", "decide by hand, or name it")
        else:
            leaving.append(user)
    not_too_many(leaving, [one for one in mine if one["Groups"]], confirmed)
    for user in leaving:
        _move(centre, str(user["UserName"]), user, (), f"Take all access from {user['UserName']}")


def _why_spared(centre: Centre, user: Mapping[str, Any]) -> str:
    name = str(user["UserName"])
    if name in centre.ground.roster.break_glass or looks_like_break_glass(name):
        return "it is a break-glass user"
    arn = str((centre.ground.whole(IDENTITY) or {}).get("Arn") or "")
    if not arn or arn.rpartition("/")[2].lower() == name.lower():
        return "it is who asks"
    for group in user["Groups"]:
        others = [one for one in centre.items("users") if group in one["Groups"] and one is not user]
        if not others and group in _of_administrators(centre):
            return f"it is the last of {group}, who are administrators"
    return ""


def _of_administrators(centre: Centre) -> set[str]:
    """Return the names of groups to whom some account gives AdministratorAccess."""
    ids = {
        one["PrincipalId"]
        for found in centre.items("sets")
        if any(str(policy.get("Arn")).endswith("/AdministratorAccess") for policy in found["ManagedPolicies"])
        for one in found["assignments"]
    }
    return {str(one["DisplayName"]) for one in centre.items("groups") if one["GroupId"] in ids}


def has_centre(instances: Any) -> bool:
    """Return whether the organization has an instance, as the fact sso.instances tells; unread is no."""
    return isinstance(instances, list) and any(isinstance(one, dict) and one.get("InstanceArn") for one in instances)


def must_be_read(directory: Any) -> Mapping[str, Any]:
    """Return the fact sso.directory.

    Raises:
        RefusedError: it could not be read, and without it people might be made twice.
    """
    if isinstance(directory, dict) and all(key in directory for key in ("users", "groups", "sets")):
        return directory
    raise RefusedError(
        "the organization has IAM Identity Center, and its people could not be read",
        why=str(directory) if directory is not None else "it was not asked for",
        todo="plan from the management account or the delegated administrator, or plan IAM users with --iam",
    )
