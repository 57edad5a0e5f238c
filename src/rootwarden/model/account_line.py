"""One line of a snapshot: an account with its facts, undecoded until a rule asks, the large ones taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """The fact `iam.authorization` taken apart: its lists, nothing of them decoded.

    Decoding all of it takes longer than judging the small part that matters.
    """

    users: Raw
    groups: Raw
    roles: Raw
    policies: Raw

    def whole(self) -> tuple[Any, bool]:
        """Return (value, clean) of the fact decoded."""
        parts = {name: decoded(getattr(self, name)) for name in self.__struct_fields__}
        return {name: value for name, (value, _) in parts.items()}, all(clean for _, clean in parts.values())


class AccountLine(Struct, frozen=True):
    """One account and the facts about it: `msgspec.Raw` by name, or a large one taken apart."""

    account: str
    facts: Mapping[str, Raw | Authorization]


class Pieces(Sequence[Any]):
    """The items of a list, each decoded when it is first looked at."""

    __slots__ = ("_decoded", "_raw")

    def __init__(self, raw: Sequence[Raw]) -> None:
        """Hold the items as they stand in the snapshot."""
        self._raw = raw
        self._decoded: dict[int, Any] = {}

    def __len__(self) -> int:
        """Return how many items there are."""
        return len(self._raw)

    def __getitem__(self, at: Any) -> Any:
        """Decode one item; the same object whenever it is asked for."""
        if at not in self._decoded:
            self._decoded[at] = decoded(self._raw[at])[0]
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
    return any(_marked(bytes(part)) for part in (raw.users, raw.groups, raw.roles, raw.policies))


def _marked(data: bytes) -> bool:
    """Look for the mark in JSON, spelled out or with escaped letters.

    Looking for a single byte is several hundred times faster than for two: most facts hold no backslash at all, and
    the long ones seldom an underscore.
    """
    return (b"_" in data and b'"_unknown"' in data) or (b"\\" in data and b"\\u" in data)


class _AnyFacts(Struct, frozen=True, gc=False):
    account: str
    facts: dict[str, Raw]


_NOTHING = Raw()
_LARGE: Mapping[str, Any] = {"iam.authorization": Authorization | UnsetType}
_any = msgspec.json.Decoder(_AnyFacts)
ReadAccount = Callable[[bytes, str, int], AccountLine]


def reader_of(facts: Iterable[str]) -> ReadAccount:
    """Return a reader of account lines (line, file, its number) that takes in these facts only.

    Where one of them is not as it should be, all facts that are there are given. The reader raises `InputError` where
    the line is no JSON or lacks `account` or `facts`.
    """
    names = tuple(facts)
    known = msgspec.json.Decoder(_line_with(names))

    def read(line: bytes, file: str, number: int) -> AccountLine:
        try:
            found: Any = known.decode(line)
            there = zip(names, msgspec.structs.astuple(found.facts), strict=True)
            return AccountLine(
                found.account, {name: value for name, value in there if value is not _NOTHING and value is not UNSET}
            )
        except NOT_LEGIBLE:
            pass  # an unread or malformed large fact; or the line is damaged, of which the next lines tell
        try:
            other = _any.decode(line)
        except NOT_LEGIBLE as error:
            raise InputError(f"{file} cannot be read", why=f"line {number}: {error}", todo=COLLECT_AGAIN) from error
        return AccountLine(other.account, other.facts)

    return read


def _line_with(names: tuple[str, ...]) -> type[Struct]:
    """Return a line with these facts as one struct, so that it is gone through once: field n stands for fact n."""
    fields = [
        (f"fact_{n}", _LARGE.get(name, Raw), msgspec.field(name=name, default=UNSET if name in _LARGE else _NOTHING))
        for n, name in enumerate(names)
    ]
    facts = msgspec.defstruct("_Facts", fields, gc=False)
    return msgspec.defstruct("_Line", [("account", str), ("facts", facts)], gc=False)


read_account = reader_of(FACTS)


def is_account(line: bytes) -> bool:
    """Return whether a line is that of an account."""
    try:
        _any.decode(line)
    except NOT_LEGIBLE:
        return False
    return True
