"""What came of practising, for a person at a terminal: failing findings by practice before, after and once undone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from rootwarden.model.differences import Difference
from rootwarden.model.findings import Practice
from rootwarden.model.plan import Plan
from rootwarden.report.labels import plural
from rootwarden.report.plan_words import cost

_COLUMNS = 80
_ROW = "  {:<44}{:>9}{:>9}{:>14}"


def table(
    plan: Plan, before: Mapping[int, int], after: Mapping[int, int], undone: Mapping[int, int],
    left: Sequence[Difference], stays: Sequence[str],
) -> str:  # fmt: skip
    """Return it as text of at most 80 columns."""
    lines = [_ROW.format("failing findings", "before", "after", "once undone")]
    for practice in Practice:
        counts = before.get(practice, 0), after.get(practice, 0), undone.get(practice, 0)
        if any(counts):
            lines.append(_ROW.format(f"{practice.value} {practice.title}", *counts))
    lines.append(_ROW.format("in all", *(sum(one.values()) for one in (before, after, undone))))
    calls = sum(len(one.steps) for one in plan.changes)
    made = (
        f"{plural(len(plan.changes), 'change')} by {plural(calls, 'call')} in {plural(len(plan.accounts), 'account')}"
    )
    return "\n".join(["", *lines, "", *_wrapped(f"{made}. {cost(plan.cost)}."), *_left(left, stays)]) + "\n"


def _left(left: Sequence[Difference], stays: Sequence[str]) -> Iterator[str]:
    if not left:
        yield from _wrapped("Once undone every fact reads as before, times apart.")
        return
    said = "as the plan said beforehand" if stays else "which the plan did not say"
    reads = "value does" if len(left) == 1 else "values do"
    yield from _wrapped(f"Once undone {len(left)} {reads} not read as before, {said}:")
    yield from chain.from_iterable(_wrapped(f"{one.path}", "  ") for one in left[:10])
    yield from chain.from_iterable(_wrapped(f"cannot be taken back: {one}", "  ") for one in stays)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, _COLUMNS, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
    )  # fmt: skip
