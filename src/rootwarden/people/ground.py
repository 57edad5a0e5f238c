"""The ground that a roster is planned on: how the account reads, as if all that was planned so far were made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from rootwarden.model.expect import Expect, Item, as_if
from rootwarden.model.findings import Severity
from rootwarden.model.plan import Call, Change, Difference, Left, Risk, Secret, Step, change_id
from rootwarden.model.readings import Unknown, UnseenError, unknown_in
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import View
from rootwarden.people.roster import DISABLED, MANAGED, Roster
from rootwarden.proofs.iam_directory import FACT, listed

REMEDY = "roster"
CREDENTIALS = "iam.user_credentials"
IDENTITY = "account.identity"


class Parts(TypedDict, total=False):
    """The parts of a change as `model.plan.Change` has them; `why`, `steps`, `expects` and `then` must be given."""

    why: Required[str]
    steps: Required[Iterable[Step]]
    expects: Required[Iterable[Expect]]
    then: Required[Iterable[Expect]]
    shows: Iterable[Difference]
    risk: Risk
    notes: Iterable[str]
    secrets: tuple[Secret, ...]
    never_by: tuple[str, ...]


class Ground:
    """One account and one roster: the facts, and what is planned and left so far."""

    def __init__(
        self, roster: Roster, account: str, partition: str, now: datetime, facts: Mapping[str, Any],
        look: Callable[[Facts], View],
    ) -> None:  # fmt: skip
        """Start from plain facts; `look` makes a view of them."""
        self.roster, self.account, self.partition, self.now = roster, account, partition, now
        self.facts: Mapping[str, Any] = facts
        self._look = look
        self.changes: list[Change] = []
        self.left: list[Left] = []

    # -- how it reads --------------------------------------------------------------------------------------------
    @property
    def view(self) -> View:
        """All of it as a proof sees it."""
        return self._look(Facts(self.facts))

    def as_if(self, then: Iterable[Expect]) -> View:
        """Return what a proof would see if these expectations held, too."""
        return self._look(Facts(as_if(self.facts, then)))

    def items(self, kind: str, fact: str = FACT) -> list[dict[str, Any]]:
        """Return the users, groups or policies.

        Raises:
            UnseenError: the list, or one of its items, could not be read.
        """
        path = f"{fact}.{kind}"
        found = listed(self._field(fact, kind), path)
        for item in found:
            why = unknown_in(item) or (None if isinstance(item, dict) else Unknown("malformed: no object"))
            if why is not None:
                raise UnseenError(why, path)
        return found

    def whole(self, fact: str) -> Any:
        """Return a whole fact, None where AWS said that there is none.

        Raises:
            UnseenError: it could not be read.
        """
        value = self.facts.get(fact, Unknown("not_collected"))
        why = value if isinstance(value, Unknown) else unknown_in(value)
        if why is not None:
            raise UnseenError(why, fact)
        return value

    def user(self, name: str) -> dict[str, Any] | None:
        """Return a user by its name, in whatever case."""
        return next((one for one in self.items("users") if str(one.get("UserName")).lower() == name.lower()), None)

    def group(self, name: str) -> dict[str, Any] | None:
        """Return a group by its name, in whatever case."""
        return next((one for one in self.items("groups") if str(one.get("GroupName")).lower() == name.lower()), None)

    def document(self, arn: str) -> dict[str, Any] | None:
        """Return the default version of a managed policy, with its id under VersionId; None: there is no such policy.

        Raises:
            UnseenError: the policies, or its text, could not be read.
        """
        policy = next((one for one in self.items("policies") if one.get("Arn") == arn), None)
        if policy is None:
            return None
        for version in policy.get("PolicyVersionList") or ():
            if version.get("IsDefaultVersion") and isinstance(version.get("Document"), dict):
                return {"VersionId": version.get("VersionId"), "Document": version["Document"]}
        raise UnseenError(Unknown("malformed: no default version"), f"{FACT}.policies[{arn}]")

    def held(self, name: str) -> dict[str, Any]:
        """Return what a user can sign in with.

        Raises:
            UnseenError: it could not be read.
        """
        for one in self.items("users", CREDENTIALS):
            if one.get("UserName") == name:
                return one
        raise UnseenError(Unknown("not_in_snapshot"), f"{CREDENTIALS}.users[{name}]")

    def managed(self) -> list[dict[str, Any]]:
        """Return the users that this very roster made or took over, by name."""
        mine = (one for one in self.items("users") if tag_of(one, MANAGED) == self.roster.roster)
        return sorted(mine, key=lambda one: str(one["UserName"]))

    def _field(self, fact: str, kind: str) -> Any:
        whole = self.whole(fact)
        return whole.get(kind) if isinstance(whole, dict) else None

    # -- what is planned -----------------------------------------------------------------------------------------
    def arn(self, kind: str, path: str, name: str) -> str:
        """Return the ARN of a user, group or policy of the account."""
        return f"arn:{self.partition}:iam::{self.account}:{kind}{path}{name}"

    def plan(self, aspect: str, title: str, resource: str, **parts: Unpack[Parts]) -> None:
        """Plan a change; everything after it is planned as if it were made."""
        self.add(self.draft(aspect, title, resource, **parts))

    def draft(self, aspect: str, title: str, resource: str, **parts: Unpack[Parts]) -> Change:
        """Return a change that is not planned yet."""
        return Change(
            id=change_id(REMEDY, self.account, "", resource, aspect),
            remedy=REMEDY,
            title=title,
            account=self.account,
            resource=resource,
            accounts=(self.account,),
            why=parts["why"],
            risk=parts.get("risk", Risk.SAFE),
            shows=tuple(parts.get("shows", ())),
            notes=tuple(parts.get("notes", ())),
            expects=tuple(parts["expects"]),
            then=tuple(parts["then"]),
            steps=tuple(parts["steps"]),
            secrets=parts.get("secrets", ()),
            never_by=parts.get("never_by", ()),
            spares=self.roster.break_glass,
        )

    def add(self, change: Change) -> None:
        """Plan a change that was drafted."""
        self.changes.append(change)
        self.facts = as_if(self.facts, change.then)

    def leave(self, title: str, why: str, todo: str, *, resource: str = "", severity: Severity = Severity.INFO) -> None:
        """Say what is not done, why, and what a person should do."""
        self.left.append(Left(
            control="", title=title, severity=severity, account=self.account, region="", resource=resource,
            fingerprint="", why=why, todo=todo,
        ))  # fmt: skip


def tag_of(user: Mapping[str, Any], key: str) -> str:
    """Return the value of a tag, "" where there is none; IAM does not tell case apart in keys."""
    tags = user.get("Tags") or ()
    return next((str(tag.get("Value") or "") for tag in tags if str(tag.get("Key")).lower() == key.lower()), "")


def tag_there(user: Mapping[str, Any], key: str) -> tuple[str, str | None]:
    """Return the key of a tag as it is written there, and its value; None: there is no such tag."""
    for tag in user.get("Tags") or ():
        if str(tag.get("Key")).lower() == key.lower():
            return str(tag["Key"]), str(tag.get("Value") or "")
    return key, None


def is_disabled(user: Mapping[str, Any]) -> bool:
    """Return whether a user was disabled by a roster."""
    return bool(tag_of(user, DISABLED))


def iam(operation: str, **parameters: Any) -> Call:
    """Return a call of IAM."""
    return Call(service="iam", operation=operation, parameters=parameters)


def of_user(name: str, *at: str | Item, value: Any = None) -> Expect:
    """Return what must stand at a place of a user."""
    return Expect(fact=FACT, at=("users", Item("UserName", name), *at), value=value)


def of_credentials(name: str, *at: str | Item, value: Any = None) -> Expect:
    """Return what a user must, or must not, be able to sign in with."""
    return Expect(fact=CREDENTIALS, at=("users", Item("UserName", name), *at), value=value)


def of_keys(name: str, keys: Iterable[Mapping[str, Any]]) -> Expect:
    """Return that a user has these access keys, each in its state, and no other."""
    return of_credentials(
        name, "AccessKeys", value=[{"AccessKeyId": one["AccessKeyId"], "Status": one.get("Status")} for one in keys]
    )


def of_tag(name: str, key: str, value: str | None) -> Expect:
    """Return what a tag of a user must read; None: there is no such tag."""
    return of_user(name, "Tags", Item("Key", key), value=None if value is None else {"Value": value})
