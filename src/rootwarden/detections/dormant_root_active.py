"""A root user that rested for months acts again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import newest_of_each
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-114",
    title="Dormant root becomes active",
    severity=Severity.HIGH,
    severity_in_window=Severity.LOW,
    description="Root of this account did nothing for ninety days or more, and acts now.",
    logic="An act of root whose predecessor in the same account is at least 90 and at most 400 days older.",
    misses="Accounts of which no earlier act is known: nobody can say how long they rested.",
    false_positives=("A yearly drill.",),
    response=(
        "Match it to a drill or a request.",
        "If there is none: who holds the credentials, and where are they?",
    ),
    says="root of {account} became active after a long rest",
    mitre=("T1078.004",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",),
)

REST, LOOKBACK = timedelta(days=90), timedelta(days=400)
SPAN = timedelta()
keep = newest_of_each


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each act of root under its account."""
    if event.kind in SURELY_AS_ROOT:
        yield event.account, Note(event, "acted")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude at each act after a long rest."""
    for before, note in pairwise(notes):
        rest = note.event.time - before.event.time
        if REST <= rest <= LOOKBACK:
            yield Conclusion(completing=note.event, detail=f"{rest.days} days")
