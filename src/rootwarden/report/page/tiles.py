"""The eight practices on one page: how each stands, and which controls say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rootwarden.model.findings import Practice, Status
from rootwarden.report.labels import ORDER
from rootwarden.report.page.pieces import Section, Tile


def tiles(found: Sequence[Section]) -> list[Tile]:
    """Return a tile per practice, in the order of the practices; `status` None means that nothing was judged."""
    return [_tile(practice, [one for one in found if one.practice == practice]) for practice in Practice]


def _tile(practice: Practice, mine: Sequence[Section]) -> Tile:
    counted: Counter[Status] = Counter()
    for section in mine:
        counted.update(dict(section.tally))
    tally = tuple((status, counted[status]) for status in ORDER if counted[status])
    return Tile(
        number=practice.value,
        title=practice.title,
        status=tally[0][0] if tally else None,
        tally=tally,
        total=sum(counted.values()),
        sections=tuple(mine),
    )
