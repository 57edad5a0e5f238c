"""The geometry of the bar charts, in thousandths of the bar, so that the picture needs no script."""

from __future__ import annotations

from collections.abc import Mapping

from rootwarden.model.findings import Status
from rootwarden.report.page.pieces import Segment

_WHOLE = 1000
_GAP = 4
_THINNEST = 8


def segments(counted: Mapping[Status, int]) -> tuple[Segment, ...]:
    """Return the parts of a bar, a gap between them; a small part stays visible, at the expense of the largest."""
    present = {status: count for status, count in counted.items() if count}
    total = sum(present.values())
    if not total:
        return ()
    room = _WHOLE - _GAP * (len(present) - 1)
    wide = {status: max(_THINNEST, room * count // total) for status, count in present.items()}
    widest = max(wide, key=lambda status: wide[status])
    wide[widest] += room - sum(wide.values())
    parts: list[Segment] = []
    start = 0
    for status, count in present.items():
        parts.append(Segment(status, count, start, wide[status]))
        start += wide[status] + _GAP
    return tuple(parts)


def filled(read: int, expected: int) -> int:
    """Return how much of a coverage bar is filled; never all of it while something is missing."""
    if expected <= 0:
        return 0
    return min(_WHOLE, read * _WHOLE // expected)
