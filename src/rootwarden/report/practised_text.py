"""What came of practising, for a person at a terminal: failing findings by practice before, after and once undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from rootwarden.model.differences import Difference
from rootwarden.model.findings import Finding, Practice, Status
from rootwarden.model.plan import Plan
from rootwarden.report.labels import plural
from rootwarden.report.plan_words import total
from rootwarden.report.wrapping import wrapped

_COLUMNS = 80
_ROW = "  {:<44}{:>9}{:>9}{:>14}"
_BEFORE = {
    None: "was not there before", Status.NOT_APPLICABLE: "did not apply before", Status.PASS: "passed before",
    Status.UNKNOWN: "could not be judged before",
}  # fmt: skip


class CameUp(Protocol):
    """A finding that fails after the plan and did not before."""

    @property
    def finding(self) -> Finding: ...  # noqa: D102 - the fields of flows.practising.CameUp
    @property
    def before(self) -> Finding | None: ...  # noqa: D102
    @property
    def foretold(self) -> bool: ...  # noqa: D102


def table(
    plan: Plan, before: Mapping[int, int], after: Mapping[int, int], undone: Mapping[int, int],
    left: Sequence[Difference], stays: Sequence[str], came_up: Sequence[CameUp] = (),
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
    said = [*_wrapped(f"{made}. {total(plan.cost)}."), *_new(came_up), *_left(left, stays)]
    return "\n".join(["", *lines, "", *said]) + "\n"


def _new(came_up: Sequence[CameUp]) -> Iterator[str]:
    """Say what fails after the plan that did not before: a line for each control, for the table counts it too."""
    by_control: dict[tuple[str, str, bool], list[Finding]] = {}
    for one in came_up:
        by_control.setdefault((one.finding.code, _was(one.before), one.foretold), []).append(one.finding)
    for (code, was, foretold), found in by_control.items():
        accounts = ", ".join(dict.fromkeys(one.account for one in found))
        why = "The plan names it among what it leaves" if foretold else "The plan did not foretell it"
        yield from _wrapped(f"New: {code} in {accounts} ({found[0].title}) {was}. {why}.")


def _was(before: Finding | None) -> str:
    """Return how a finding read before, and why."""
    if before is None:
        return _BEFORE[None]
    word = _BEFORE.get(before.status, "did not fail before")
    return f"{word}: {before.message.rstrip('.')}" if before.message else word


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
    return wrapped(text, _COLUMNS, indent, indent + "  ")
