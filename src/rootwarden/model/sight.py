"""A place in the snapshot that a rule looks at: typed reading that records what was read, and never guesses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import MARK, Unknown, UnseenError, first_unknown, unknown_in

type_names = {bool: "true or false", int: "a number", str: "text", list: "a list", dict: "an object"}


class _Absent:
    """The value of a field that AWS left out."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()
_REQUIRED: Any = object()


class Log(Struct, gc=False, eq=False):
    """What a rule has read so far: (path, value) pairs, in order, each path once."""

    entries: dict[str, Any] = {}


class Sight(Struct, gc=False, eq=False):
    """One value of the snapshot with its path.

    Going down (`sight["Field"]`) never fails; reading (`.text()`, `.flag()` ...) raises `UnseenError` where the value
    could not be collected, is of another type, or is absent and no default was given. `clean` says that the whole fact
    is known to hold no mark of an unread value.
    """

    # A judgement makes hundreds of these, so that what can be done in C is; see docs/decisions/0012.
    path: str
    _value: Any
    _log: Log
    _clean: bool = False

    # -- looking without reading -------------------------------------------------------------------------------
    @property
    def unknown(self) -> Unknown | None:
        """Why this very value could not be read (None: it was read; parts of it may still be unread)."""
        value = self._value
        if type(value) is dict:
            return unknown_in(value) if not self._clean and MARK in value else None
        return value if type(value) is Unknown and not self._clean else None

    @property
    def why_partly_unknown(self) -> Unknown | None:
        """Why this value or any part of it could not be read, else None."""
        why = self.unknown
        return why if why is not None or self._clean else first_unknown(self._value)

    @property
    def is_none(self) -> bool:
        """Read whether AWS said there is none (JSON null) or left the field out.

        Raises:
            UnseenError: the value could not be collected.
        """
        self._must_know()
        absent = self._value is None or self._value is ABSENT
        self._log.entries[self.path] = None if absent else _short(self._value)
        return absent

    @property
    def is_null(self) -> bool:
        """Read whether AWS said there is none (JSON null); unlike `is_none`, a field that was left out is unread.

        Raises:
            UnseenError: the value could not be collected, or the field is absent.
        """
        self._must_know()
        if self._value is ABSENT:
            raise UnseenError(Unknown("field_missing"), self.path)
        self._log.entries[self.path] = _short(self._value)
        return self._value is None

    def told(self, field: str) -> str:
        """Return a name that stands in a field, or beside the mark of an unread value; "" if there is none.

        Nothing is recorded: it is for finding things by their name, which is no evidence.
        """
        value = self._value.get(field) if isinstance(self._value, dict) else None
        return value if isinstance(value, str) else ""

    def recorded_in(self, log: Log) -> Sight:
        """Return the same place; what is read there goes into another record, as that of the one resource judged."""
        return Sight(self.path, self._value, log, self._clean)

    def item(self, key: str, wanted: str) -> Sight:
        """Go to the item of a list whose field `key` is `wanted`; null when none is.

        Unread where the list is, where an unread item might be the one, or where two are: which of them counts must not
        depend on their order. The others are not recorded.
        """
        path = f"{self.path}[{wanted}]"
        why = self.unknown
        if why is not None:
            return Sight(path, why, self._log)
        if not isinstance(self._value, list):
            missing = self._value is None or self._value is ABSENT
            return Sight(path, Unknown("field_missing" if missing else f"malformed: {self.path} is no list"), self._log)
        matches = []
        for item in self._value:
            name = item.get(key) if isinstance(item, dict) else None
            if name == wanted:
                matches.append(item)
            elif not isinstance(name, str):
                why = unknown_in(item) or unknown_in(name) or Unknown(f"malformed: an item without {key}")
                return Sight(path, why, self._log)
        if len(matches) > 1:
            return Sight(path, Unknown(f"ambiguous: {len(matches)} items called {wanted}"), self._log)
        return Sight(path, matches[0] if matches else None, self._log, self._clean)

    def __getitem__(self, key: str) -> Sight:
        """Go down to a field; of an unread value every field is unread for the same reason."""
        path = f"{self.path}.{key}"
        value = self._value
        if type(value) is dict and (self._clean or MARK not in value):
            return Sight(path, value.get(key, ABSENT), self._log, self._clean)
        if value is None or value is ABSENT:
            return Sight(path, ABSENT, self._log, self._clean)
        return Sight(path, self.unknown or Unknown(f"malformed: {self.path} is not an object"), self._log)

    # -- reading -----------------------------------------------------------------------------------------------
    def flag(self, default: bool = _REQUIRED) -> bool:
        """Read true or false; `default` is what an absent field means."""
        value = self._value
        if type(value) is bool:
            self._log.entries[self.path] = value
            return value
        return bool(self._read(bool, default))

    def number(self, default: float = _REQUIRED) -> float:
        """Read a number."""
        value = self._value
        if type(value) is float or type(value) is int:
            self._log.entries[self.path] = value
            return value
        return self._read(int | float, default)  # type: ignore[no-any-return]

    def text(self, default: str = _REQUIRED) -> str:
        """Read text."""
        value = self._value
        if type(value) is str:  # as nearly always, and hundreds of times for each account
            self._log.entries[self.path] = value
            return value
        return self._read(str, default)  # type: ignore[no-any-return]

    def time(self, default: datetime | None = _REQUIRED) -> datetime | None:
        """Read an ISO 8601 instant as aware UTC; text that is no instant counts as malformed."""
        raw = self._read(str, None if default is not _REQUIRED else _REQUIRED)
        if raw is None:
            return default
        return parse_time(raw) or self._malformed("an ISO 8601 time")

    def each(self, key: str = "", default: list[Any] = _REQUIRED) -> list[Sight]:
        """Read a list as sights; `key` names the field that tells its items apart in paths (`users[alice]`)."""
        items, log, clean, path = self._read(list, default), self._log, self._clean, self.path
        if not key:
            return [Sight(f"{path}[{n}]", item, log, clean) for n, item in enumerate(items)]
        return [Sight(self._name(n, item, key), item, log, clean) for n, item in enumerate(items)]

    def fields(self, default: dict[str, Any] = _REQUIRED) -> Iterator[tuple[str, Sight]]:
        """Read an object as (name, sight) pairs."""
        for name, item in self._read(dict, default).items():
            yield name, Sight(f"{self.path}[{name}]", item, self._log, self._clean)

    def plain(self, default: Any = _REQUIRED) -> Any:
        """Read the whole subtree as plain JSON values; raises `UnseenError` if any part of it is unread."""
        self._must_know()
        value = self._value
        inner = None if self._clean else first_unknown(value)
        if inner is not None:
            raise UnseenError(inner, self.path)
        if value is ABSENT:
            return self._read(object, default)
        self._log.entries[self.path] = _short(value)
        return value

    def as_collected(self) -> Any:
        """Return the value as it stands in the snapshot, marks of unread parts included; records nothing.

        For proofs that walk through much and cite little: they check each part they use, and read what they cite
        through a sight of its own.

        Raises:
            UnseenError: the value could not be collected, or the field is absent.
        """
        self._must_know()
        if self._value is ABSENT:
            raise UnseenError(Unknown("field_missing"), self.path)
        return self._value

    # -- inside ------------------------------------------------------------------------------------------------
    def _must_know(self) -> None:
        why = None if self._clean else self.unknown
        if why is not None:
            raise UnseenError(why, self.path)

    def _read(self, kind: Any, default: Any) -> Any:
        value = self._value
        if type(value) is kind and (kind is not dict or self._clean or MARK not in value):
            self._log.entries[self.path] = _short(value)
            return value
        self._must_know()
        if value is ABSENT or (value is None and kind is not object):
            if default is _REQUIRED:
                raise UnseenError(Unknown("field_missing"), self.path)
            self._log.entries[self.path] = None
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool and kind is not object):
            self._malformed(type_names.get(kind, "a number"))
        self._log.entries[self.path] = _short(value)
        return value

    def _malformed(self, wanted: str) -> Any:
        shown = repr(self._value)[:40]
        raise UnseenError(Unknown(f"malformed: expected {wanted}, found {shown}"), self.path)

    def _name(self, n: int, item: Any, key: str) -> str:
        label = item.get(key) if key and isinstance(item, dict) else None
        return f"{self.path}[{label if isinstance(label, str) else n}]"


def parse_time(text: str) -> datetime | None:
    """Parse ISO 8601 (with `Z` or an offset; without one, UTC) to an aware UTC datetime; None if it is no instant."""
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def in_our_time(instant: datetime) -> bool:
    """Return whether an instant lies in 2006 (when AWS began) to 9000, where no sum of times leaves the calendar."""
    return 2006 <= instant.year <= 9000


_SCALARS = frozenset((str, int, float, bool, type(None)))


def _short(value: Any) -> Any:
    """Return a value as evidence: scalars whole, long collections as their size."""
    if type(value) in _SCALARS:
        return value
    if type(value) is list and len(value) > 4:
        return f"{len(value)} items"
    if isinstance(value, dict):
        few = len(value) <= 4 and _SCALARS.issuperset(map(type, value.values()))
        return dict(value) if few else f"{len(value)} fields"
    if isinstance(value, list):
        return list(value) if len(value) <= 4 and _SCALARS.issuperset(map(type, value)) else f"{len(value)} items"
    return value
