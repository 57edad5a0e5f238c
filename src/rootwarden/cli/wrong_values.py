"""Says how a value of rootwarden.toml is to be written, where msgspec says only which type it wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import msgspec

from rootwarden.cli import watch_settings

_PLACE = re.compile(r"at `\$\.(?P<place>[^`]+)`")


def how_to_write(error: msgspec.ValidationError) -> str:
    """Return what to do about a value: which ones there are, or one that would do."""
    text = str(error)
    found = _PLACE.search(text)
    place = re.sub(r"\[[^]]*\]", "", found["place"]) if found else ""
    if "Invalid enum value" in text and (known := dict(_choices()).get(place)):
        return f"write one of {', '.join(known)}"
    if "Expected `array" in text and "got `str`" in text:
        return 'write a list, as ["one", "another"]'
    return "mend that value"


def _choices() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each key of the sections about watching that takes one of a few words, with these words."""
    for section in msgspec.structs.fields(watch_settings.WatchSections):
        kind = section.type
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            for entry in msgspec.structs.fields(kind):
                words = tuple(one for one in get_args(entry.type) if isinstance(one, str) and one)
                if words:
                    yield f"{section.encode_name}.{entry.encode_name}", words
