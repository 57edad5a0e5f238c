"""Signs that an IAM user belongs to nobody, or to several people, each as a chain of things that must all hold.

A sign is proven when every link holds, ruled out when one does not, and open while links are unread. What is cited is
the link on which the answer hangs alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from rootwarden.model.readings import MARK, Unknown, UnseenError, first_unknown, unknown_in
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.iam_users import Credentials, Named, credentials
from rootwarden.proofs.truth import Truth, all_true, any_true, ask

_WORKLOAD_PATH = "/service/"
_WORKLOAD_TAG = ("kind", "workload")


# Where something was read: ("report", column), ("user", field) or ("tag", key).
Cell = tuple[str, str]
_YES, _NO = Truth(True), Truth(False)
_PASSWORD: Cell = ("report", "password_enabled")
_KEYS: tuple[Cell, ...] = (("report", "access_key_1_active"), ("report", "access_key_2_active"))


class Link(Struct, frozen=True, gc=False):
    """One thing that must hold, and where it was read (None: it is about other users too)."""

    holds: Truth
    cell: Cell | None = None


class Sign(Struct, frozen=True, gc=False):
    """A sign with its reason and its links."""

    reason: str
    links: tuple[Link, ...]

    @property
    def holds(self) -> Truth:
        """Whether all links hold."""
        return all_true([link.holds for link in self.links])

    def cells(self) -> list[Cell]:
        """Return what decides: all links of a proven sign, or the one link that alone rules it out."""
        decided: list[Link] = []
        for link in self.links:
            if not link.holds.value:
                if decided or link.holds.value is None:
                    return []
                decided.append(link)
        return [link.cell for link in decided or self.links if link.cell is not None]


class Holder(Struct, frozen=True, gc=False):
    """A user with what ownership is judged by: owner ("" for none), whether that was read, row and credentials.

    `tag` is the tag that names the owner.
    """

    user: Named
    owner: str
    owner_read: Truth
    row: Named
    held: Credentials
    tag: Sight

    def cite(self, cell: Cell, log: Log) -> None:
        """Record a place that decided."""
        where, key = cell
        if where == "report":
            self.row.at(log)[key].text(default="")
        elif where == "tag":
            tag = _tag(self.user, key) if key == _WORKLOAD_TAG[0] else self.tag
            tag.recorded_in(log).text(default="")
        else:
            self.user.at(log)[key].text(default="")


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


def holder(user: Named, row: Named, owner_tag: str) -> Holder:
    """Read a user's owner and credentials; records nothing."""
    cell = _tag(user, owner_tag)
    try:
        owner = cell.text(default="").strip()
    except UnseenError as error:
        return Holder(user, "", Truth(None, error.unknown, error.path), row, credentials(row), cell)
    return Holder(user, owner, _YES if owner else _NO, row, credentials(row), cell)


@lru_cache(maxsize=64)
def any_name(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one pattern for all; one that is no regular expression is taken as the text it is. Case does not count."""
    return re.compile("|".join(f"(?:{_expression(pattern)})" for pattern in patterns) or "(?!)", re.IGNORECASE)


def _expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error:
        return re.escape(pattern)
    return pattern


# The reason of each sign -> the sentence that tells it.
SAYS = {
    "no_owner": "{name} has no tag {tag!r} that says whose user it is.",
    "workload_with_password": "{name} belongs to a workload and has a console password, which only a person needs.",
    "shared_name": "{name} is a name for several people, and it has a console password for them to share.",
    "password_and_two_keys": "{name} has a console password and two active access keys, more than one owner needs.",
    "shared_owner": "{name} and another user, both with a console password, have the same owner, {owner}.",
}


def signs(one: Holder, owners: Owners, owner_tag: str, shared_names: re.Pattern[str]) -> tuple[Sign, ...]:
    """Return every sign to look for, the one that matters most first."""
    held, owner = one.held, ("tag", owner_tag)
    password = Link(held.password, _PASSWORD)
    named = _YES if shared_names.search(one.user.name) else _NO
    keys = tuple(map(Link, held.keys, _KEYS))
    return (
        Sign("no_owner", (Link(_not(one.owner_read), owner),)),
        Sign("workload_with_password", (_workload(one.user), password)),
        Sign("shared_name", (Link(named, ("user", "UserName")), password)),
        Sign("password_and_two_keys", (password, *keys)),
        Sign("shared_owner", (password, Link(one.owner_read, owner), Link(owners.others_with_password(one)))),
    )


def _not(truth: Truth) -> Truth:
    return truth if truth.value is None else _NO if truth.value else _YES


def _workload(user: Named) -> Link:
    """Return whether a user belongs to a workload by its path or by its tag."""
    path = user.raw.get("Path") if isinstance(user.raw, dict) else None
    if isinstance(path, str):
        by_path = _YES if path.startswith(_WORKLOAD_PATH) else _NO
    else:
        by_path = ask(lambda: bool(user.at(Log())["Path"].text()))
    try:
        tagged = _tag(user, _WORKLOAD_TAG[0]).text(default="").strip().lower() == _WORKLOAD_TAG[1]
    except UnseenError as error:
        return Link(any_true((by_path, Truth(None, error.unknown, error.path))), ("user", "Path"))
    return Link(_YES, ("tag", _WORKLOAD_TAG[0])) if tagged else Link(by_path, ("user", "Path"))


def _tag(user: Named, wanted: str) -> Sight:
    """Return the value of a tag; IAM does not tell case apart in the keys of tags. Open where a key is unread."""
    path = f"{user.path}.Tags[{wanted}].Value"
    whole = user.raw if isinstance(user.raw, dict) and MARK not in user.raw else None
    tags = whole.get("Tags", []) if whole is not None else None
    if not isinstance(tags, list):
        return Sight(path, first_unknown(user.raw) or Unknown("malformed: Tags is no list"), Log())
    doubt: Unknown | None = None
    for tag in tags:
        key = tag.get("Key") if isinstance(tag, dict) else None
        if not isinstance(key, str):
            doubt = doubt or unknown_in(tag) or unknown_in(key) or Unknown("malformed: a tag without a key")
        elif key.lower() == wanted.lower():
            return Sight(f"{user.path}.Tags[{key}].Value", tag.get("Value"), Log())
    return Sight(path, doubt, Log())
