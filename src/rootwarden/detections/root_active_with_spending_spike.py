"""Root acted and spending left its usual course: somebody may be running machines at your cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Harm, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.notices import SPENDING
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-115",
    title="Root activity with a spending spike",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.HIGH,
    description=(
        "AWS reported that spending of the account is out of line, within two days of activity of its root user."
    ),
    logic=(
        "An act of root and a notice of unusual spending (Cost Anomaly Detection or a budget) of the same account "
        "within 172,800 seconds of each other. Spending data is hours old when it comes."
    ),
    misses="Spending that no budget and no anomaly monitor watches; costs that appear later than two days.",
    false_positives=("A planned purchase.",),
    response=(
        "Stop the resources that cost: look at every Region.",
        "Call finance; open a case with AWS Support.",
        "Treat the credentials of root as stolen until shown otherwise.",
    ),
    says="spending of {account} left its usual course around activity of its root user",
    mitre=("T1496",),
    harm=Harm.MONEY,
    references=("https://docs.aws.amazon.com/cost-management/latest/userguide/manage-ad.html",),
)

WITHIN = timedelta(days=2)
SPAN = WITHIN


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep acts of root and notices of spending under their account."""
    if event.kind in SURELY_AS_ROOT:
        yield event.account, Note(event, "acted")
    elif event.service == SPENDING:
        yield event.account, Note(event, "spent", event.target)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude once per notice: whichever of the notice and the nearest act came later completes it."""
    acted = [note.event for note in notes if note.what == "acted"]
    for note in notes:
        near = [event for event in acted if abs(event.time - note.event.time) <= WITHIN] if note.what == "spent" else []
        if near:
            done = max(note.event, near[0], key=lambda event: (event.time, event.identity))
            yield Conclusion(completing=done, events=(note.event, *near), detail=note.value)
