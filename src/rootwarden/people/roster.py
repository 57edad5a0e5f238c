"""The roster: who works here, in which job, until when, and what each job may do; the account follows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from rootwarden.proofs.email_address import domain_of

# Tags by which a user is known as the roster's, and since when it is disabled. The owner is what RW-IAM-01 looks for.
MANAGED, DISABLED, OWNER = "rootwarden:managed", "rootwarden:disabled", "owner"
# IAM API Reference: UserName, GroupName, PolicyName; a tag's value may hold letters, digits, blanks and _.:/=+-@.
_USER = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+=,.@-]{1,64}$", description="1 to 64 of A-Z a-z 0-9 _+=,.@-")]
_NAME = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+=,.@-]{1,128}$")]
_TAG = Annotated[str, Meta(pattern=r"^[\w .:/=+@-]{1,256}$")]
# Of AWS's own policies the name with its path is enough; any other by its ARN.
_POLICY = Annotated[str, Meta(pattern=r"^(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?[A-Za-z0-9_+=,.@/-]{1,512}$")]
# A role by its path and name, as in its ARN, with wildcards but at the beginning: "*" would be every role.
_ROLE = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+=,.@-][A-Za-z0-9_+=,.@/*?-]{0,575}$")]
# age-encryption.org and sshd(8): what a public key begins with.
_KEY = Annotated[str, Meta(pattern=r"^(|age1[02-9ac-hj-np-z]{58}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]{40,}( .*)?)$")]
# IAM quotas: groups of a user, policies of a group. One group is the gate's.
MOST_GROUPS, MOST_POLICIES = 10, 10
DEFAULT_BOUNDARY = "default"
# What an export writes where nobody but a person knows.
FILL_IN = "FILL-IN"


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person: the name to sign in with, who it is, the job, further groups, the last day.

    `function` names the group whose policies the job needs. `key` is an age or SSH public key to which the first
    password is encrypted; without one it is a file that only its owner can read.
    """

    user: _USER
    name: _TAG
    email: _TAG
    function: _NAME
    groups: tuple[_NAME, ...] = ()
    until: date | None = None
    key: _KEY = ""

    @property
    def member_of(self) -> tuple[str, ...]:
        """All groups, without repeats."""
        return tuple(dict.fromkeys((self.function, *self.groups)))

    def gone(self, today: date) -> bool:
        """Return whether the last day is over."""
        return self.until is not None and self.until < today


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a job may do: AWS's policies by name (`job-function/Billing`), others by ARN, and documents of your own.

    Members of an `unbounded` group have no boundary: administrators, who else could set one? With `others` "keep" it is
    given to those as well who are in the group already and whom the roster does not name for it.
    """

    policies: tuple[_POLICY, ...] = ()
    documents: dict[_NAME, dict[str, Any]] = {}
    unbounded: bool = False
    others: Literal["", "keep"] = ""


class Boundary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that anybody may do, whatever their groups say: a policy by ARN, or a document of your own."""

    arn: str = ""
    document: dict[str, Any] = {}


class Roster(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    `roster` is its id, which marks the users it made. `count` is how many people it names: a file cut short is noticed.
    `boundary` "default" is Rootwarden's own, "" is none. `pass_roles` are roles that people behind the default one may
    hand to services, besides those that they made. `break_glass` are users that nobody disables.
    """

    roster: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    people: tuple[Person, ...]
    groups: dict[_NAME, Group]
    account: Annotated[str, Meta(pattern=r"^([0-9]{12})?$")] = ""
    path: Annotated[str, Meta(pattern=r"^/([!-.0-~]+/)*$")] = "/people/"
    boundary: Boundary | Annotated[str, Meta(pattern=r"^(default)?$")] = DEFAULT_BOUNDARY
    pass_roles: tuple[_ROLE, ...] = ()
    break_glass: tuple[_USER, ...] = ()
    grace_days: Annotated[int, Meta(ge=1)] = 30
    count: int | None = None

    def person(self, user: str) -> Person | None:
        """Return whoever signs in with this name; IAM does not tell case apart in names."""
        return next((one for one in self.people if one.user.lower() == user.lower()), None)

    def spares(self, user: str) -> bool:
        """Return whether a user is named as break-glass; AWS does not tell case apart in names of users."""
        return user.lower() in {one.lower() for one in self.break_glass}


def complaints(roster: Roster) -> Iterator[tuple[str, str, str]]:
    """Go through what the types cannot say, as (field, what is wrong, what to do)."""
    if not roster.people:
        yield "people", "it names nobody", "an empty roster disables nobody; name who works here"
    if roster.count is not None and roster.count != len(roster.people):
        yield "count", f"it says {roster.count}, and {len(roster.people)} people are named", "the file may be cut short"
    if roster.path.startswith("/service/"):
        yield "path", "users under /service/ are workloads", "choose another path, such as /people/"
    if isinstance(roster.boundary, Boundary) and bool(roster.boundary.arn) is bool(roster.boundary.document):
        yield "boundary", "it needs either arn or document", 'give one of them, or write boundary: "default"'
    if roster.pass_roles and roster.boundary != DEFAULT_BOUNDARY:
        yield "pass_roles", "only the default boundary goes by it", "let your own boundary allow iam:PassRole on them"
    for what, names in (("user", (one.user for one in roster.people)), ("email", (one.email for one in roster.people))):
        for name, times in Counter(name.lower() for name in names if name != FILL_IN).items():
            if times > 1:
                yield "people", f"the {what} {name} is there {times} times", "every person has a user of their own"
    for name, group in roster.groups.items():
        if not (group.policies or group.documents):
            yield f"groups.{name}", "it allows nothing", "name policies, or write documents"
        if len(group.policies) > MOST_POLICIES:
            yield f"groups.{name}.policies", f"a group holds at most {MOST_POLICIES}", "write a document of your own"
    for number, person in enumerate(roster.people):
        yield from _of_person(roster, f"people[{number}] ({person.user})", person)


def _of_person(roster: Roster, where: str, person: Person) -> Iterator[tuple[str, str, str]]:
    for field in ("name", "email", "function"):
        if getattr(person, field) == FILL_IN:
            yield f"{where}.{field}", "it is still to be filled in", "ask whose user it is, or take it off the roster"
    if not domain_of(person.email):
        yield f"{where}.email", f"{person.email!r} is no e-mail address", "write the person's own address"
    if len(person.member_of) >= MOST_GROUPS:
        yield f"{where}.groups", f"a user is in at most {MOST_GROUPS} groups, one of them the MFA gate", "name fewer"
    if roster.spares(person.user):
        yield f"{where}.user", "it is a break-glass user too", "give the person a user of their own"
    for name in person.member_of:
        if name not in roster.groups:
            close = get_close_matches(name, roster.groups, n=1)
            todo = f"did you mean {close[0]}?" if close else f"there are: {', '.join(roster.groups) or 'none'}"
            yield f"{where}.{'function' if name == person.function else 'groups'}", f"no group is called {name}", todo
