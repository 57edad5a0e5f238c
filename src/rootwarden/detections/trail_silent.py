"""A trail that speaks every hour fell silent: somebody may have stopped it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note, Wake
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import newest_of_each
from rootwarden.model.notices import DIGEST

DETECTION = Detection(
    code="RD-119",
    title="Trail silence: no records or digest for a covered region",
    severity=Severity.HIGH,
    severity_in_window=Severity.HIGH,
    description=(
        "CloudTrail delivers a digest file every hour, also when nothing happened. For three hours none came for "
        "this account and Region."
    ),
    logic=(
        "Digest files of an account and Region are known, and none covers the 10,800 seconds after the last one. An "
        "empty digest counts: silence of people is not silence of the trail."
    ),
    misses=(
        "Trails without log file validation, which write no digests; records deleted after delivery, which "
        "validation finds."
    ),
    false_positives=("Late delivery; a backfill digest that comes afterwards.",),
    response=(
        "Look at the status of the trail and at the policy of its bucket.",
        "Run the validation of the digests.",
        "If it was stopped: start it and look at who did (RD-017).",
    ),
    says="the trail of {account} in {region} fell silent",
    mitre=("T1562.008",),
    references=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html",
    ),
)

WITHIN = timedelta(hours=3)
SPAN = WITHIN
keep = newest_of_each


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each digest under its account and Region."""
    if event.service == DIGEST:
        yield f"{event.account} {event.region}", Note(event, "digest")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion | Wake]:
    """Conclude at each digest that none followed in time; after the last one, ask again when the time is over."""
    for number, note in enumerate(notes):
        end = note.event.time + WITHIN
        following = notes[number + 1].event.time if number + 1 < len(notes) else None
        if following is None and moment.now <= end:
            yield Wake(end + timedelta(seconds=1))
        elif following is None or following > end:
            until = f"until {following:%Y-%m-%d %H:%M} UTC" if following is not None else "until now"
            yield Conclusion(completing=note.event, detail=f"since {note.event.time:%Y-%m-%d %H:%M} UTC, {until}")
