"""Somebody asked for a privileged root session who never did, or of an account that never had one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context, is_assume_root
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record, field, text
from rootwarden.model.findings import Severity
from rootwarden.model.memory import newest_within

DETECTION = Detection(
    code="RD-117",
    title="AssumeRoot by a caller or target not seen before",
    severity=Severity.HIGH,
    severity_in_window=Severity.LOW,
    description=(
        "A privileged root session was issued to a caller that was not seen with this target account in ninety days."
    ),
    logic=(
        "A successful AssumeRoot whose pair of caller (the role behind the session, else the ARN) and target account "
        "was not seen in the 90 days before."
    ),
    misses="A caller that is known and in wrong hands.",
    false_positives=("A new operator, or the first task in an account.",),
    response=(
        "Check who may call sts:AssumeRoot, and why this caller may.",
        "Match it with a window of the target account.",
    ),
    says="{actor} asked for a root session of {target} for the first time",
    mitre=(
        "T1548.005",
        "T1078.004",
    ),
    refines=("RD-026",),
    references=("https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html",),
)

LOOKBACK = timedelta(days=90)
SPAN = timedelta()
keep = newest_within(LOOKBACK)


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep the target of each privileged session under its caller."""
    if is_assume_root(event) and not event.failed:
        yield _caller(event, record), Note(event, "issued", event.target)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude at each target that the caller did not have before."""
    last: dict[str, Event] = {}
    for note in notes:
        seen = last.get(note.value)
        if seen is None or note.event.time - seen.time > LOOKBACK:
            detail = f"target {note.value or 'unnamed'}"
            yield Conclusion(completing=note.event, detail=detail, subject=detail)
        last[note.value] = note.event


def _caller(event: Event, record: Record) -> str:
    """Return the role behind a session, because names of sessions change; else the caller itself."""
    context = field(field(record, "userIdentity"), "sessionContext")
    return text(field(context, "sessionIssuer"), "arn") or event.actor
