"""A root session that began in an approved window went on after it closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from rootwarden.model.context import Context, Window
from rootwarden.model.detection import EVIDENCE, Conclusion, Detection, Hit, Moment, Note
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
        "began, or was seen, inside that window and not more than twelve hours before. It ends where another window "
        "covers it."
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
    """Keep acts of root under their session: the account and the access key."""
    if context.windows is not None and event.key and event.kind in SURELY_AS_ROOT:
        yield f"{event.account} {event.key}", Note(event, "acted")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude once per session and window: the first act after the window completes it.

    If it comes after several windows that overlap, the last of them counts.
    """
    account = key.partition(" ")[0]
    windows = [one for one in moment.context.windows or () if one.account == account]
    done: set[str] = set()
    for window in sorted(windows, key=lambda one: (one.closes, one.id), reverse=True):
        late = _late(window, windows, notes, moment.context.match_grace)
        if late and late[0].identity not in done:
            done.add(late[0].identity)
            told = f"window {window.id}"
            yield Conclusion(completing=late[0], events=tuple(late), detail=told, subject=window.id)


def _late(window: Window, windows: Sequence[Window], notes: Sequence[Note], grace: timedelta) -> list[Event]:
    """Return the first things the session did after a window in which it began or was seen, until another covers it."""
    first = next((n for n, note in enumerate(notes) if note.event.time - grace > window.closes), len(notes))
    inside = notes[first - 1].event.time if first and _within(window, notes[first - 1].event.time, grace) else None
    late: list[Event] = []
    for note in notes[first:]:
        event = note.event
        if len(late) == EVIDENCE or any(_within(other, event.time, grace) for other in windows):
            break
        began = event.session if event.session is not None and _within(window, event.session, grace) else inside
        if began is None or event.time - began > SPAN:
            break
        late.append(event)
    return late


def _within(window: Window, when: datetime, grace: timedelta) -> bool:
    return window.covers(window.account, when, grace)
