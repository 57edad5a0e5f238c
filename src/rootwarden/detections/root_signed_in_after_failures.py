"""Root signed in after several failures: the guessing may have worked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import EVIDENCE, Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity

DETECTION = Detection(
    code="RD-103",
    title="Root sign-in success after failures",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.MEDIUM,
    description="At least three sign-ins of a root user failed within the hour before one succeeded.",
    logic=(
        "Three records of RD-004, then one of RD-002 (root console sign-in succeeded) of the same account within "
        "3,600 seconds of the first of them, by event time."
    ),
    misses="A password guessed at the first or second try; failures that AWS does not record.",
    false_positives=("The holder mistyped.",),
    response=(
        "Call the holder by telephone; do not write to the mailbox of the account.",
        "If it was not the holder: end all sessions of root, change the password, look at its MFA devices.",
        "List what the session did since.",
    ),
    says="root of {account} signed in from {source} after failures",
    mitre=(
        "T1110",
        "T1078.004",
    ),
    refines=("RD-002",),
    references=(
        (
            ""
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html"
        ),
    ),
)

FAILURES, WITHIN = 3, timedelta(seconds=3600)
SPAN = WITHIN


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each sign-in, failed or not, under its account."""
    if "RD-004" in hits:
        yield event.account, Note(event, "failed")
    if "RD-002" in hits:
        yield event.account, Note(event, "succeeded")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude at each success with enough failures before it, whoever else succeeded in between."""
    for success in [note for note in notes if note.what == "succeeded"]:
        when = success.event.time
        since, until = bisect_left(notes, when - WITHIN, key=_time), bisect_right(notes, when, key=_time)
        failures = [note.event for note in notes[since:until] if note.what == "failed"]
        if len(failures) >= FAILURES:
            detail = f"{len(failures)} failures before"
            yield Conclusion(completing=success.event, events=tuple(failures[-EVIDENCE:]), detail=detail)


def _time(note: Note) -> datetime:
    return note.event.time
