"""Reads plans that the former version of this program wrote: what was one thing then may be a list by now."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Read = TypeVar("Read")


def read_json(data: bytes, decoder: msgspec.json.Decoder[Read], kind: type[Read]) -> Read:
    """Decode a plan, or what holds one under `plan`, into this kind of struct, as this version or the former wrote it.

    Raises:
        msgspec.DecodeError: it is no JSON, or a field is missing or of the wrong type.
        UnicodeDecodeError: a text is no UTF-8.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError:
        whole = msgspec.json.decode(data)
        if not _lists_what_was_one(whole):
            raise
        return msgspec.convert(whole, kind)


def _lists_what_was_one(whole: Any) -> bool:
    """Turn every `used` of a step that is one probe into a list of it; return whether there was any."""
    found = False
    plan = whole.get("plan", whole) if isinstance(whole, dict) else None
    for change in _objects(plan, "changes"):
        for step in _objects(change, "steps"):
            if isinstance(step.get("used"), dict):
                step["used"], found = [step["used"]], True
    return found


def _objects(place: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects in a list of an object; none where there is no such list."""
    items = place.get(name) if isinstance(place, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
