"""The middle of the table: the eight practices, and under each what fails, is unknown or needs a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from rootwarden.model.findings import Practice, Status
from rootwarden.report.grouping import Group
from rootwarden.report.labels import ORDER, STATUS
from rootwarden.report.places import where
from rootwarden.report.screen.pen import Pen

_ONLY_COUNTED = frozenset({Status.PASS, Status.NOT_APPLICABLE})


def draw_practices(pen: Pen, groups: Sequence[Group], names: Mapping[str, str], *, verbose: bool) -> None:
    """Draw each practice that something was judged of; passing and not applicable findings are listed if `verbose`."""
    for practice in Practice:
        mine = [group for group in groups if group.first.practice == practice]
        if not mine:
            continue
        pen.heading(f"{practice.value} {practice.title}", _counts(mine))
        shown = [group for group in mine if verbose or group.first.status not in _ONLY_COUNTED]
        rows = [_row(pen, group, names) for group in shown]
        # What differs only in what it is an aspect of reads the same, and is said once.
        pen.rows(list({tuple(str(cell) for cell in row): row for row in rows}.values()), (9, 8, 11, 0))


def _row(pen: Pen, group: Group, names: Mapping[str, str]) -> tuple[str | Text, ...]:
    one = group.first
    said = pen.ink(one.title if one.status is Status.PASS else group.message)
    place, spread = where(group, names), group.spread(len(names))
    detail = f"{spread}: {place}" if spread and place else spread or place
    if detail:
        said.append("\n").append(pen.ink(detail, "dim"))
    return pen.status(one.status), pen.severity(one.severity), one.code, said


def _counts(groups: Sequence[Group]) -> str:
    counted = {status: sum(len(g.findings) for g in groups if g.first.status is status) for status in ORDER}
    return ", ".join(f"{count:,} {STATUS[status].word}" for status, count in counted.items() if count)
