"""What AWS answered, or why it could not be read: the one place that knows the mark of an unread value."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from rootwarden.model.facts import FACTS, calls_and_permissions

MARK = "_unknown"


class Unknown(Struct, frozen=True, omit_defaults=True, gc=False):
    """Why a value could not be read, the call that would have told, the IAM actions that were missing, and a hint."""

    why: str
    call: str = ""
    missing: tuple[str, ...] = ()
    hint: str = ""

    def mark(self) -> dict[str, Any]:
        """Return the JSON that stands in the snapshot where the value would have been."""
        body: dict[str, Any] = {"why": self.why, "call": self.call, "missing": list(self.missing)}
        if self.hint:
            body["hint"] = self.hint
        return {MARK: body}

    def __str__(self) -> str:
        """One line for people: `AccessDenied on iam.ListUsers (needs iam:ListUsers)`."""
        line = f"{self.why} on {self.call}" if self.call else self.why
        if self.missing:
            line += f" (needs {', '.join(self.missing)})"
        return f"{line}; {self.hint}" if self.hint else line


class Unmarked(Struct, gc=False, kw_only=True):
    """A shape for what was read: an object with the mark of an unread value in it does not fit."""

    mark: UnsetType = field(name=MARK, default=UNSET)


class UnseenError(Exception):
    """A rule needed a value that could not be read; the judge turns it into an UNKNOWN verdict."""

    def __init__(self, unknown: Unknown, path: str) -> None:
        """Keep the reason and the fact path at which sight ended."""
        super().__init__(unknown, path)
        self.unknown, self.path = unknown, path

    def __str__(self) -> str:
        """One line for people; put together only when somebody asks, for most are caught and weighed."""
        return f"{self.path}: {self.unknown}"


@cache
def not_collected(fact: str) -> Unknown:
    """Return the reason for a fact that nobody asked for."""
    if fact not in FACTS:
        return Unknown("not_collected")
    call, missing = calls_and_permissions(fact)
    return Unknown("not_collected", call, missing)


def unknown_in(value: Any) -> Unknown | None:
    """Return the reason if `value` is itself the mark of an unread value, else None."""
    if isinstance(value, dict) and MARK in value:
        body = value[MARK]
        if not isinstance(body, dict):
            return Unknown("malformed mark in the snapshot")
        missing = body.get("missing", ())
        return Unknown(
            str(body.get("why", "unknown")),
            str(body.get("call", "")),
            tuple(str(item) for item in missing) if isinstance(missing, list | tuple) else (),
            str(body.get("hint", "")),
        )
    return None


def first_unknown(value: Any) -> Unknown | None:
    """Return the first mark anywhere inside `value`, else None; however deep it is nested."""
    ahead = [value]
    while ahead:
        place = ahead.pop()
        found = unknown_in(place)
        if found is not None:
            return found
        if isinstance(place, dict | list):
            children = place.values() if isinstance(place, dict) else place
            ahead += [child for child in children if isinstance(child, dict | list)][::-1]
    return None
