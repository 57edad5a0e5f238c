"""What differs between two readings of the same facts, apart from what no two readings agree on: times and counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

# Fields that hold an instant, a count of uses or a measurement: they move by themselves.
_MOVING = re.compile(
    r"(Time|Date|Timestamp|TimeLoggingStarted|TimeLoggingStopped|_time|_date|_changed|_rotated|_rotation|LastUsed|"
    r"LastModified|_last_used|generated|CalculatedSpend|NotificationState|event_rate)$"
)


class Difference(Struct, frozen=True):
    """One place that reads otherwise than before; None stands for what is not there."""

    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Go through the places in which two plain values differ; what moves by itself is passed over.

    Lists are compared item by item: a reading keeps the order in which AWS answers.
    """
    match before, after:
        case (dict(), dict()):
            for name in sorted({*before, *after}, key=str):
                if not _MOVING.search(str(name)):
                    yield from differences(before.get(name), after.get(name), f"{path}.{name}".lstrip("."))
        case (list(), list()) if len(before) == len(after):
            for at, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from differences(old, new, f"{path}[{at}]")
        case _:
            if before != after:
                yield Difference(path, before, after)
