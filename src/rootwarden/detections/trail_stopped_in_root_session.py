"""Root signed in and then touched the audit trail: somebody hides what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import in_steps
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-113",
    title="Trail stopped inside a root session",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.CRITICAL,
    description="After a sign-in or a privileged session of root, the trail was stopped, deleted or narrowed by root.",
    logic=(
        "RD-002 (sign-in) or RD-026 (AssumeRoot, by its target account), then RD-017 by root in the same account "
        "within 43,200 seconds; for AssumeRoot joined by the issued access key where the record shows it, else by "
        "account and time."
    ),
    misses="A trail that is touched by another identity that root made; see RD-020 and RD-017.",
    false_positives=("None.",),
    response=(
        "Restore logging from another account.",
        "End all sessions of root; delete what it created.",
        "Take the gap in the records as a time in which anything may have happened.",
    ),
    says="root of {account} called {event} on the audit trail within its session",
    mitre=("T1562.008",),
    refines=("RD-017",),
    references=("https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html",),
)

WITHIN = timedelta(hours=12)
SPAN = WITHIN


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep beginnings of root sessions, and what root does to the trail, under the account of the root user."""
    if "RD-002" in hits:
        yield event.account, Note(event, "began")
    if "RD-026" in hits and not event.failed and event.target:
        yield event.target, Note(event, "began", event.made)
    if "RD-017" in hits and event.kind in SURELY_AS_ROOT:
        yield event.account, Note(event, "touched", event.key)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude at each touch after a beginning: the one that issued the key if it is known, else the latest."""
    latest: Note | None = None
    issued: dict[str, Note] = {}
    for note in in_steps(notes, "began", "touched"):
        if note.what == "began":
            latest = note
            if note.value:
                issued[note.value] = note
            continue
        joined = issued.get(note.value, latest)
        if joined is not None and note.event.time - joined.event.time > WITHIN:
            joined = latest
        if joined is not None and note.event.time - joined.event.time <= WITHIN:
            yield Conclusion(completing=note.event, events=(joined.event,), detail=f"after {joined.event.name}")
