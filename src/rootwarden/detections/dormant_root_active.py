"""A root user that rested for months acts again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Note
from rootwarden.model.event import NO_TIME, Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import newest_within
from rootwarden.model.novelty import TRIED, noted
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-114",
    title="Dormant root becomes active",
    severity=Severity.HIGH,
    severity_in_window=Severity.LOW,
    description="Root of this account did nothing for ninety days or more, and acts now.",
    logic=(
        "An act of root whose predecessor in the same account is at least 90 and at most 400 days older. A sign-in "
        "that fails after such a rest counts too, but does not end it."
    ),
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
keep = newest_within(LOOKBACK)


class Course(Struct):
    """When root last acted and when it was last tried, and what was concluded so far."""

    acted: datetime = NO_TIME
    tried: datetime = NO_TIME
    found: tuple[Conclusion, ...] = ()

    def take(self, note: Note) -> None:
        """Conclude at an act after a long rest; a refused sign-in ends the rest for its kind alone."""
        when, refused = note.event.time, note.what == TRIED
        rest = when - (max(self.acted, self.tried) if refused else self.acted)
        if REST <= rest <= LOOKBACK:
            self.found += (Conclusion(completing=note.event, detail=f"{rest.days} days", subject=note.what),)
        if refused:
            self.tried = when
        else:
            self.acted = when

    def copy(self) -> Course:
        """Return another of the same."""
        return Course(self.acted, self.tried, self.found)

    def concluded(self) -> Iterator[Conclusion]:
        """Yield what was concluded so far."""
        yield from self.found


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each act of root, and each refused sign-in, under its account."""
    if event.kind in SURELY_AS_ROOT:
        yield event.account, noted(event, "")
