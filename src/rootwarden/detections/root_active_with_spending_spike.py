"""Root acted and spending left its usual course: somebody may be running machines at your cost."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import EVIDENCE, Conclusion, Detection, Harm, Hit, Moment, Note
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
# From the first act before a notice to the last one after it.
SPAN = WITHIN * 2


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep acts of root and notices of spending under their account."""
    if event.kind in SURELY_AS_ROOT and not event.refused:
        yield event.account, Note(event, "acted")
    elif event.service == SPENDING:
        yield event.account, Note(event, "spent", event.target)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude once per notice: whichever of the notice and the first act near it came later completes it.

    Notices that one act completes are one case.
    """
    acted = [note.event for note in notes if note.what == "acted"]
    found: dict[str, Conclusion] = {}
    for note in notes:
        near = _near(acted, note.event) if note.what == "spent" else ()
        if near:
            done = max(note.event, near[0], key=lambda event: (event.time, event.identity))
            other = found.get(done.identity)
            events, told = (other.events, f"{other.detail}; ") if other is not None else ((), "")
            found[done.identity] = Conclusion(
                completing=done, events=(*events, note.event, *near[:EVIDENCE]), detail=told + note.value,
                until=max(near[-1].time, other.last if other is not None else note.event.time),
            )  # fmt: skip
    yield from found.values()


def _near(acted: Sequence[Event], notice: Event) -> Sequence[Event]:
    first = bisect_left(acted, notice.time - WITHIN, key=_time)
    return acted[first : bisect_right(acted, notice.time + WITHIN, key=_time)]


def _time(event: Event) -> datetime:
    return event.time
