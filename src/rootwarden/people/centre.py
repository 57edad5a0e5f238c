"""Where the organization has IAM Identity Center, people belong there: one sign-in for all, and MFA in one place.

Users that the roster made are known by their user type. Passwords are not handed over: Identity Center has each new
user choose one by e-mail. Where people come from an outside identity provider, they are named there instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec.structs import replace

from rootwarden.errors import RefusedError
from rootwarden.model.expect import Expect, Item, as_if
from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Call, Change, Difference, Probe, Risk, Step
from rootwarden.people.centre_beyond import on_joining_there
from rootwarden.people.ground import IDENTITY, Ground
from rootwarden.people.roster import Person
from rootwarden.proofs.centre_people import FACT, centre_user, sessions_of, shut
from rootwarden.proofs.resting_people import on_centre_user
from rootwarden.proofs.ways_in import is_break_glass

WHY = "people of an organization with IAM Identity Center sign in there; --iam plans IAM users all the same"
# Neither sso-admin nor identitystore has a call that shows a password, an MFA device or a sign-in (botocore 1.44).
_CHOSEN = (
    "a password that {name} has chosen and MFA devices go with the user when it is deleted; no call of Identity Center "
    "tells whether there are any"
)
_MISSING = ("ResourceNotFoundException",)
# Between the mark of the roster and the day on which somebody left.
_LEFT = ":left:"


class Centre:
    """The Identity Center of the organization as it reads, and the account from which it is changed."""

    def __init__(self, ground: Ground, home: str, directory: Mapping[str, Any]) -> None:
        """`directory` is the fact sso.directory."""
        self.ground, self.home, self.directory = ground, home, directory
        self._later: Mapping[str, Any] = {FACT: directory}  # once all that is planned so far is made
        self.mark = f"rootwarden:{ground.roster.roster}"
        self.store = {"IdentityStoreId": str(directory["IdentityStoreId"])}
        self.instance = {"InstanceArn": str(directory["InstanceArn"])}

    def find(self, kind: str, key: str, name: str) -> dict[str, Any] | None:
        """Return a user, group or permission set by its name; Identity Center does not tell case apart in names."""
        return next((one for one in self.items(kind) if str(one.get(key)).lower() == name.lower()), None)

    def items(self, kind: str) -> list[dict[str, Any]]:
        """Return the users, groups or sets."""
        found: list[dict[str, Any]] = self.directory[kind]
        return found

    def call(self, operation: str, **parameters: Any) -> Call:
        """Return a call to the directory of people."""
        region = str(self.directory["Region"])
        return Call(
            service="identitystore", operation=operation, region=region, parameters={**self.store, **parameters}
        )

    def admin(self, operation: str, **parameters: Any) -> Call:
        """Return a call to the administration of permission sets."""
        region = str(self.directory["Region"])
        return Call(service="sso-admin", operation=operation, region=region, parameters={**self.instance, **parameters})

    def group_id(self, name: str) -> Call:
        """Return the call that looks a group up by its name."""
        unique = {"AttributePath": "displayName", "AttributeValue": name}
        return self.call("GetGroupId", AlternateIdentifier={"UniqueAttribute": unique})

    def made(self, user: Mapping[str, Any]) -> bool:
        """Return whether the roster made a user, one that has left among them."""
        return user.get("UserType") == self.mark or bool(self.left_on(user))

    def mark_of(self, day: date) -> str:
        """Return the user type of somebody whose access was taken on a day."""
        return f"{self.mark}{_LEFT}{day.isoformat()}"

    def left_on(self, user: Mapping[str, Any]) -> str:
        """Return the day on which all access was taken from a user of the roster, "" while it was not."""
        start, kind = f"{self.mark}{_LEFT}", str(user.get("UserType") or "")
        return kind.removeprefix(start) if kind.startswith(start) else ""

    def typed(self, user: Mapping[str, Any], kind: str) -> Step:
        """Return the step that writes another user type; taken back, it reads as before."""
        do, undo = (
            self.call("UpdateUser", UserId=str(user["UserId"]),
                      Operations=[{"AttributePath": "userType", "AttributeValue": one}])
            for one in (kind, str(user["UserType"]))
        )  # fmt: skip
        return Step(id="type", does=f"Write the user type {kind}", call=do, undo=(undo,))

    def sessions(self, name: str) -> tuple[str, ...]:
        """Return the pattern of who must not make a change, because it would shut them out."""
        return (sessions_of(name, self.ground.partition),)

    def why_spared(self, user: Mapping[str, Any]) -> str:
        """Return why a user is never shut out, "" where it may be; names differ by more than their case."""
        name = str(user["UserName"])
        if is_break_glass(name, self.ground.roster.break_glass):
            return "it is a break-glass user"
        arn = str((self.ground.whole(IDENTITY) or {}).get("Arn") or "")
        who = centre_user(arn) or arn.rpartition("/")[2]
        return "it is who asks" if not arn or who.lower() == name.lower() else ""

    def plan(self, aspect: str, title: str, resource: str, **parts: Any) -> bool:
        """Plan a change that is made in the account that Identity Center is changed from; return whether it is.

        Where it would take from an account the last administrator who comes by Identity Center, it is left instead.
        """
        change: Change = self.ground.draft(aspect, title, resource, **parts)
        later = as_if(self._later, change.then)
        closed = shut(self._later[FACT], later[FACT])
        if closed:
            groups = (self.find("users", "UserName", resource) or {}).get("Groups") or ["those"]
            self.ground.leave(
                f"leaver {resource}" if aspect == "centre-leave" else f"user {resource}",
                f"it is the last of {', '.join(groups)} who administers {', '.join(closed)} by Identity Center",
                "make another administrator first, and plan again",
            )  # fmt: skip
            return False
        self._later = later
        self.ground.changes.append(
            replace(change, account=self.home, accounts=(self.home,), notes=(WHY, *change.notes))
        )
        return True


def place(kind: str, key: str, name: str, *at: str | Item, value: Any = None) -> Expect:
    """Return what must stand at a place of the directory."""
    return Expect(fact=FACT, at=(kind, Item(key, name), *at), value=value)


def plan_people_there(centre: Centre) -> set[str]:
    """Plan who comes and who moves in Identity Center; return who is named, in small letters."""
    today = centre.ground.now.date()
    people = [one for one in centre.ground.roster.people if not one.gone(today)]
    for person in people:
        user = centre.find("users", "UserName", person.user)
        if user is None:
            _join(centre, person)
        elif not centre.made(user):
            centre.ground.leave(
                f"user {person.user}", "it was in Identity Center before the roster, which leaves it alone",
                f"set its user type to {centre.mark} once you know that it is {person.name}",
            )  # fmt: skip
        else:
            _move(centre, str(user["UserName"]), user, person.member_of, f"Bring {person.user} to what the roster says")
    return {one.user.lower() for one in people}


def _join(centre: Centre, person: Person) -> None:
    new = {"UserName": person.user, "UserId": "", "Groups": []}
    more = on_joining_there(centre.ground, centre.directory, new, person.member_of)
    if more.ruling:
        more.refuse(centre.ground, person.user)
        return
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
        stays=_CHOSEN.format(name=person.user), stays_as=(),
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
        risk=Risk.CAREFUL if more.held or more.more else Risk.SAFE,
        notes=(
            "the person chooses a password by e-mail; MFA is enrolled at sign-in where the settings ask for it",
            *more.notes(person.user),
        ),
    )  # fmt: skip


def _move(centre: Centre, name: str, user: Mapping[str, Any], wanted: Iterable[str], title: str) -> None:
    now, then, since = sorted(user["Groups"]), sorted(wanted), centre.left_on(user)
    if now == then and not since:
        return
    out = [one for one in now if one not in then]
    why = centre.why_spared(user) if out else ""
    if why:
        todo = "have somebody else plan" if why == "it is who asks" else "give the person a user of their own"
        centre.ground.leave(f"user {name}", f"{why}, and would lose {', '.join(out)}", todo)
        return
    into = [one for one in then if one not in now]
    more = on_joining_there(centre.ground, centre.directory, user, then)
    if more.ruling:
        more.refuse(centre.ground, name)
        return
    steps = [
        *_into(centre, str(user["UserId"]), into),
        *out_of(centre, name, user, out),
    ]
    steps += [centre.typed(user, centre.mark)] if since else []
    kinds = [place("users", "UserName", name, "UserType", value=one) for one in (user["UserType"], centre.mark)]
    centre.plan(
        "centre-move", title, name, why="the roster says so", risk=Risk.CAREFUL, steps=steps,
        expects=[place("users", "UserName", name, "Groups", value=now), *(kinds[:1] if since else ())],
        then=[place("users", "UserName", name, "Groups", value=then), *(kinds[1:] if since else ())],
        never_by=centre.sessions(name) if out else (), notes=more.notes(name) if into else (),
        shows=[Difference(what=f"groups of {name}", before=", ".join(now) or "none", after=", ".join(then) or "none")],
    )  # fmt: skip


def out_of(centre: Centre, name: str, user: Mapping[str, Any], groups: Iterable[str]) -> Iterator[Step]:
    """Go through the steps that take a user out of groups; taken back, it is in them again."""
    for group in groups:
        both = {"GroupId": _known(centre, group), "MemberId": {"UserId": str(user["UserId"])}}
        yield Step(
            id=f"find-{group}", does=f"Look up that {name} is in {group}", keeps={"id": "MembershipId"},
            call=centre.call("GetGroupMembershipId", **both),
        )  # fmt: skip
        yield Step(
            id=f"from-{group}", does=f"Take {name} out of {group}",
            call=centre.call("DeleteGroupMembership", MembershipId=refer(f"find-{group}", "id")),
            undo=(centre.call("CreateGroupMembership", **both),),
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
