"""One line of a snapshot: an account with its facts, undecoded until a rule asks, the large ones taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from rootwarden.errors import InputError
from rootwarden.model.facts import FACTS
from rootwarden.model.readings import Unknown

# What decoding raises: no JSON or of another shape, no UTF-8, nested deeper than Python can follow.
NOT_LEGIBLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
COLLECT_AGAIN = "make a new one with `rootwarden collect -o FILE`"


class Authorization(Struct, frozen=True, gc=False):
    """The fact `iam.authorization` taken apart: the lists that grow long item by item, nothing decoded.

    Decoding all of it takes longer than judging the small part that matters.
    """

    users: Raw
    groups: Raw
    roles: list[Raw]
    policies: list[Raw]

    def whole(self) -> tuple[Any, bool]:
        """Return (value, clean) of the fact decoded."""
        users, groups = decoded(self.users), decoded(self.groups)
        roles, policies = [decoded(raw) for raw in self.roles], [decoded(raw) for raw in self.policies]
        value = {
            "users": users[0],
            "groups": groups[0],
            "roles": [one for one, _ in roles],
            "policies": [one for one, _ in policies],
        }
        return value, all(clean for _, clean in (users, groups, *roles, *policies))


class AccountLine(Struct, frozen=True):
    """One account and the facts about it: `msgspec.Raw` by name, or a large one taken apart."""

    account: str
    facts: Mapping[str, Raw | Authorization]


class Pieces(Sequence[Any]):
    """The items of a list, each decoded when it is first looked at."""

    __slots__ = ("_decoded", "raw")

    def __init__(self, raw: Sequence[Raw]) -> None:
        """Hold the items as they stand in the snapshot."""
        self.raw = raw
        self._decoded: dict[int, Any] = {}

    def __len__(self) -> int:
        """Return how many items there are."""
        return len(self.raw)

    def __getitem__(self, at: Any) -> Any:
        """Decode one item; the same object whenever it is asked for."""
        if at not in self._decoded:
            self._decoded[at] = decoded(self.raw[at])[0]
        return self._decoded[at]


def decoded(raw: Raw) -> tuple[Any, bool]:
    """Return (value, clean) of JSON; what cannot be decoded is `Unknown`, clean means that no mark is inside."""
    data = bytes(raw)
    try:
        value = msgspec.json.decode(data)
    except NOT_LEGIBLE as error:
        return Unknown(f"malformed: {error}"), False
    return value, not _marked(data)


def may_hold_a_mark(raw: Raw | Authorization) -> bool:
    """Say whether a fact may hold the mark of an unread value; never wrongly no."""
    if isinstance(raw, Raw):
        return _marked(bytes(raw))
    return _marked(b"".join((raw.users, raw.groups, *raw.roles, *raw.policies)))


def _marked(data: bytes) -> bool:
    """Look for the mark in JSON, spelled out or with escaped letters.

    Looking for a single byte is several hundred times faster than for two, and most facts hold no backslash at all.
    """
    return b'"_unknown"' in data or (b"\\" in data and b"\\u" in data)


class _AnyFacts(Struct, frozen=True, gc=False):
    account: str
    facts: dict[str, Raw]


_NOTHING = Raw()
_LARGE: Mapping[str, Any] = {"iam.authorization": Authorization | UnsetType}
_NAMES = tuple(FACTS)
# The facts of the table as one struct, so that a line is gone through once: field n stands for fact n.
_KnownFacts = msgspec.defstruct(
    "_KnownFacts",
    [
        (f"fact_{n}", _LARGE.get(name, Raw), msgspec.field(name=name, default=UNSET if name in _LARGE else _NOTHING))
        for n, name in enumerate(_NAMES)
    ],
    gc=False,
)
_Known = msgspec.defstruct("_Known", [("account", str), ("facts", _KnownFacts)], gc=False)
_known = msgspec.json.Decoder(_Known)
_any = msgspec.json.Decoder(_AnyFacts)


def read_account(line: bytes, file: str, number: int) -> AccountLine:
    """Decode one account line; facts that no table names are left out, unless another is not as it should be.

    Raises:
        InputError: the line is no JSON or lacks `account` or `facts`.
    """
    try:
        found: Any = _known.decode(line)
        return AccountLine(found.account, dict(_named(found.facts)))
    except NOT_LEGIBLE:
        pass  # an unread or malformed large fact; or the line is damaged, of which the next lines tell
    try:
        other = _any.decode(line)
    except NOT_LEGIBLE as error:
        raise InputError(f"{file} cannot be read", why=f"line {number}: {error}", todo=COLLECT_AGAIN) from error
    return AccountLine(other.account, other.facts)


def is_account(line: bytes) -> bool:
    """Return whether a line is that of an account."""
    try:
        _any.decode(line)
    except NOT_LEGIBLE:
        return False
    return True


def _named(facts: Struct) -> Iterator[tuple[str, Raw | Authorization]]:
    for name, value in zip(_NAMES, msgspec.structs.astuple(facts), strict=True):
        if value is not _NOTHING and value is not UNSET:
            yield name, value
