"""A root session that began in an approved window went on after it closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-105",
    title="Root session outlasts its window",
    severity=Severity.HIGH,
    severity_in_window=Severity.LOW,
    description=(
        "The session of root that an approval covered is still used after the window closed. Somebody kept it open, "
        "or somebody else has it."
    ),
    logic=(
        "An act of root after the end of a window and its grace, in a session (same account and access key) that "
        "began, or was seen, inside that window."
    ),
    misses=(
        "Sessions that the record does not tell apart: console sign-ins without an access key in the record. Windows "
        "that are not known."
    ),
    false_positives=("A console tab that was left open refreshes in the background.",),
    response=(
        "Sign root out; change the password if nobody can be reached.",
        "Ask the operator of the window what was still to be done.",
        "Extend or open a window if work goes on.",
    ),
    says="a root session of {account} went on after its approved window ({event})",
    mitre=("T1078.004",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",),
)

# A console session lasts twelve hours at most.
SPAN = timedelta(hours=12)


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep acts of root under their session, with the window each lies in."""
    if context.windows is None or not event.key or event.kind not in SURELY_AS_ROOT:
        return
    window = context.window_of(event)
    began = _window_at(event, context)
    yield f"{event.account} {event.key}", Note(event, "inside" if window else "outside", began)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude once per session: the first act after the window completes it."""
    inside = {note.value for note in notes if note.value}
    late = [note.event for note in notes if note.what == "outside" and inside]
    if late:
        yield Conclusion(completing=late[0], events=tuple(late), detail=f"window {min(inside)}")


def _window_at(event: Event, context: Context) -> str:
    """Return the window in which the session began or acted, "" if none had begun by then."""
    for when in (event.time, event.session):
        found = [
            one
            for one in context.windows or ()
            if when is not None and one.covers(event.account, when, context.match_grace)
        ]
        if found:
            return min(found, key=lambda one: (one.opens, one.id)).id
    return ""
