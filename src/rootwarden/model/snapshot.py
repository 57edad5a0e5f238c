"""The snapshot: what AWS answered, line by line, so that every judgement can be replayed offline.

Line 1 is the header, line 2 the organization, then one line per account; the layout is in docs/snapshot.md.
Facts stay undecoded JSON until a rule asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from rootwarden.errors import InputError
from rootwarden.model.account_line import (
    COLLECT_AGAIN,
    NOT_LEGIBLE,
    Authorization,
    decoded,
    is_account,
    may_hold_a_mark,
)
from rootwarden.model.readings import Unknown, not_collected, unknown_in
from rootwarden.model.sight import in_our_time

T = TypeVar("T")
SCHEMA = "snapshot/1"


class AskedFor(Struct, frozen=True, kw_only=True):
    """What the collection was asked to read."""

    org: bool
    regions: tuple[str, ...] = ()
    root_audit: bool = False
    accounts: tuple[str, ...] = ()


class Header(Struct, frozen=True, kw_only=True):
    """Line 1: what this file is, when it was read, from which partition, and how many accounts it should hold.

    `caller` is the account of whoever asked; "" in a file of before this was kept.
    """

    rootwarden: str = SCHEMA
    tool_version: str
    collected_at: datetime
    partition: str
    scope: AskedFor
    accounts_expected: int
    caller: str = ""


class OrganizationLine(Struct, frozen=True):
    """Line 2: the facts of the organization; absent for a standalone account."""

    organization: dict[str, Raw]


class Facts:
    """The facts of one account or of the organization: decoded on first use, then kept."""

    __slots__ = ("_indexes", "_kept", "_raw", "_values", "_whole")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Wrap facts that are `msgspec.Raw` JSON, large ones taken apart, or already plain values."""
        self._raw = raw
        self._values: dict[str, tuple[Any, bool]] = {}
        self._whole: set[str] = set()
        self._indexes: dict[tuple[str, str], dict[str, int]] = {}
        self._kept: dict[Hashable, Any] = {}

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the facts that are there, read or not."""
        return iter(self._raw)

    def get(self, name: str) -> tuple[Any, bool]:
        """Return (value, clean) of a fact; an absent fact is `Unknown("not_collected")`; clean means no mark inside."""
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = self._decode(name)
        return found

    def held(self, name: str) -> Any:
        """Return a fact as it is held, decoded or not: to make other facts of it."""
        return self._raw[name]

    def state(self, name: str) -> Unknown | bool | None:
        """Return why a fact is wholly unread, True if all of it was read, None if parts of it were not."""
        if name in self._whole:
            return True
        if name not in self._values:
            raw = self._raw.get(name)
            if isinstance(raw, Raw | Authorization) and not may_hold_a_mark(raw):
                self._whole.add(name)
                return True
        value, clean = self.get(name)
        if isinstance(value, Unknown):
            return value
        return True if clean else unknown_in(value)

    def index(self, name: str, key: str) -> dict[str, int]:
        """Return {item[key]: position} for a fact that is a list; empty when it is unread or of another shape."""
        if (name, key) not in self._indexes:
            value, _ = self.get(name)
            items = value if isinstance(value, list) else []
            self._indexes[name, key] = {
                item[key]: n
                for n, item in enumerate(items)
                if isinstance(item, Mapping) and isinstance(item.get(key), str)
            }
        return self._indexes[name, key]

    def field(self, name: str, field: str) -> Raw | None:
        """Return a field of a large fact that was taken apart, undecoded; None: take the fact as a whole.

        Decoding all of such a fact takes longer than judging the small part of it that matters.
        """
        raw = self._raw.get(name)
        return getattr(raw, field) if isinstance(raw, Authorization) else None

    def shaped(self, name: str, shape: msgspec.json.Decoder[T], field: str = "") -> T | None:
        """Return a fact, or a field of a large one, decoded into what `shape` wants; None where it does not fit."""
        raw = self.field(name, field) if field else self._raw.get(name)
        try:
            return shape.decode(raw) if isinstance(raw, Raw) else msgspec.convert(raw, shape.type)
        except NOT_LEGIBLE:
            return None

    def legible(self, name: str, field: str = "") -> bool:
        """Return whether all of a fact, or of a field of a large one, is UTF-8, also what a shape passes over."""
        raw = self.field(name, field) if field else self._raw.get(name)
        data = bytes(raw) if isinstance(raw, Raw) else b""
        try:
            return data.isascii() or bool(data.decode())
        except UnicodeDecodeError:
            return False

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` works out from these facts, worked out once for all who ask under the same key."""
        if key not in self._kept:
            self._kept[key] = make()
        value: T = self._kept[key]
        return value

    def release(self) -> None:
        """Let go of all values at once; a stored error may keep the judgement that met it, and all it saw, for long."""
        self._raw = {}
        for kept in (self._values, self._indexes, self._kept, self._whole):
            kept.clear()

    def _decode(self, name: str) -> tuple[Any, bool]:
        if name not in self._raw:
            return not_collected(name), False
        raw = self._raw[name]
        if isinstance(raw, Authorization):
            return raw.whole()
        return decoded(raw) if isinstance(raw, Raw) else (raw, False)


_header = msgspec.json.Decoder(Header)
_organization = msgspec.json.Decoder(OrganizationLine)


class _Version(Struct):
    rootwarden: str = ""


def read_header(line: bytes, file: str) -> Header:
    """Decode line 1.

    Raises:
        InputError: not a snapshot, of a newer schema, or a field is missing or of the wrong type.
    """
    try:
        version = msgspec.json.decode(line, type=_Version).rootwarden
    except NOT_LEGIBLE as error:
        raise InputError(f"{file} is not a snapshot", why=f"line 1: {error}", todo=COLLECT_AGAIN) from error
    if version != SCHEMA:
        raise _wrong_schema(file, version)
    try:
        header = _header.decode(line)
    except msgspec.ValidationError as error:
        raise InputError(f"{file} has a damaged header", why=f"line 1: {error}", todo=COLLECT_AGAIN) from error
    if header.collected_at.tzinfo is None or not in_our_time(header.collected_at):
        why = "line 1: collected_at is no instant of the years 2006 to 9000 with an offset"
        raise InputError(f"{file} has a damaged header", why=why, todo=COLLECT_AGAIN)
    return header


def read_organization(line: bytes, file: str) -> Facts | None:
    """Decode line 2 as the organization; None when it is an account already (a standalone account has no such line).

    Raises:
        InputError: the line is no JSON, or neither an organization nor an account.
    """
    if line.startswith(b'{"account"'):
        return None
    try:
        return Facts(_organization.decode(line).organization)
    except NOT_LEGIBLE as error:
        if is_account(line):
            return None
        raise InputError(f"{file} cannot be read", why=f"line 2: {error}", todo=COLLECT_AGAIN) from error


def encode_line(value: Any) -> bytes:
    """Encode a header, an organization line or an account line as one line of JSON."""
    return msgspec.json.encode(value) + b"\n"


def _wrong_schema(file: str, version: str) -> InputError:
    if version.startswith("snapshot/") and version.removeprefix("snapshot/").isdigit():
        return InputError(
            f"{file} has schema {version}, this program reads {SCHEMA}",
            why="a newer Rootwarden wrote it",
            todo="upgrade rootwarden, or collect again with this version",
        )
    return InputError(f"{file} is not a snapshot", why='line 1 has no "rootwarden": "snapshot/1"', todo=COLLECT_AGAIN)
