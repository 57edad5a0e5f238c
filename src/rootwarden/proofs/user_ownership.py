"""Signs that an IAM user belongs to nobody, or to several people, each as a chain of things that must all hold.

A sign is proven when every link holds, ruled out when one does not, and open while links are unread. What is cited is
the link on which the answer hangs alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.iam_users import Credentials, Named, credentials
from rootwarden.proofs.truth import Truth, all_true, any_true, ask

_WORKLOAD_PATH = "/service/"
_WORKLOAD_TAG = ("kind", "workload")


class Link(Struct, frozen=True):
    """One thing that must hold, and where it was read (None: it is about other users too)."""

    holds: Truth
    cell: Sight | None = None


class Sign(Struct, frozen=True):
    """A sign with its reason, the sentence that tells it, and its links."""

    reason: str
    says: str
    links: tuple[Link, ...]

    @property
    def holds(self) -> Truth:
        """Whether all links hold."""
        return all_true(link.holds for link in self.links)

    def cells(self) -> Iterator[Sight]:
        """Yield what decides: all links of a proven sign, or the one link that alone rules it out."""
        against = [link for link in self.links if not link.holds.value]
        if len(against) > 1 or any(link.holds.value is None for link in against):
            return
        yield from (link.cell for link in against or self.links if link.cell is not None)


class Holder(Struct, frozen=True):
    """A user with what ownership is judged by: owner ("" for none), whether that was read, row and credentials."""

    user: Named
    owner: str
    owner_read: Truth
    row: Sight
    held: Credentials


class Owners:
    """Who owns which users, so that two users of one owner find each other."""

    __slots__ = ("_by_owner", "_unread")

    def __init__(self, everyone: Iterable[Holder]) -> None:
        """Group the users of an account by owner."""
        self._by_owner: dict[str, list[Holder]] = {}
        self._unread: list[Holder] = []
        for one in everyone:
            if one.owner_read.value is None:
                self._unread.append(one)
            elif one.owner:
                self._by_owner.setdefault(one.owner.lower(), []).append(one)

    def others_with_password(self, one: Holder) -> Truth:
        """Answer whether another user with a console password has the same owner; open while an owner is unread."""
        if not one.owner:
            return one.owner_read
        sure = (other.held.password for other in self._by_owner[one.owner.lower()] if other.user.name != one.user.name)
        maybe = (all_true((other.held.password, other.owner_read)) for other in self._unread)
        return any_true((*sure, *maybe))


def holder(user: Named, row: Sight, owner_tag: str) -> Holder:
    """Read a user's owner and credentials; records nothing."""
    cell = _tag(user.at(Log()), owner_tag)
    answer = ask(lambda: bool(cell.text(default="").strip()))
    owner = cell.text(default="").strip() if answer.value else ""
    return Holder(user, owner, answer, row, credentials(row))


def signs(one: Holder, owners: Owners, owner_tag: str, name_patterns: Iterable[str]) -> Iterator[Sign]:
    """Yield every sign to look for, the one that matters most first."""
    user, password = one.user.at(Log()), Link(one.held.password, one.row["password_enabled"])
    name = one.user.name
    yield Sign(
        "no_owner",
        f"{name} has no tag {owner_tag!r} that says whose user it is.",
        (Link(_not(one.owner_read), _tag(user, owner_tag)),),
    )
    yield Sign(
        "workload_with_password",
        f"{name} belongs to a workload and has a console password, which only a person needs.",
        (_workload(user), password),
    )
    yield Sign(
        "shared_name",
        f"{name} is a name for several people, and it has a console password for them to share.",
        (Link(Truth(_matches(name, name_patterns)), user["UserName"]), password),
    )
    yield Sign(
        "password_and_two_keys",
        f"{name} has a console password and two active access keys, more than one person or workload needs.",
        (password, *(Link(key, one.row[f"access_key_{n}_active"]) for n, key in enumerate(one.held.keys, 1))),
    )
    yield Sign(
        "shared_owner",
        f"{name} and another user, both with a console password, have the same owner, {one.owner}.",
        (password, Link(one.owner_read, _tag(user, owner_tag)), Link(owners.others_with_password(one))),
    )


def _not(truth: Truth) -> Truth:
    return truth if truth.value is None else Truth(not truth.value)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(_compiled(pattern).search(name) for pattern in patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a configured pattern; one that is no regular expression is taken as the text it is."""
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error:
        return re.compile(re.escape(pattern), re.IGNORECASE)


def _workload(user: Sight) -> Link:
    path = user["Path"]
    by_path = ask(lambda: path.text().startswith(_WORKLOAD_PATH))
    kind = _tag(user, _WORKLOAD_TAG[0])
    by_tag = ask(lambda: kind.text(default="").strip().lower() == _WORKLOAD_TAG[1])
    return Link(any_true((by_path, by_tag)), kind if by_tag.value else path)


def _tag(user: Sight, wanted: str) -> Sight:
    """Return the value of a tag; IAM does not tell case apart in the keys of tags. Open where a key is unread."""
    path = f"{user.path}.Tags[{wanted}].Value"
    unread: Unknown | None = None
    try:
        for tag in user["Tags"].each("Key", default=[]):
            try:
                if tag["Key"].text().lower() == wanted.lower():
                    return tag["Value"]
            except UnseenError as error:
                unread = unread or error.unknown
    except UnseenError as error:
        unread = error.unknown
    return Sight(path, unread, Log())
