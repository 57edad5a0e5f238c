"""A trail that speaks every hour fell silent: somebody may have stopped it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

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
        (
            ""
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html"
        ),
    ),
)

WITHIN = timedelta(hours=3)
SPAN = WITHIN
keep = newest_of_each
# As long as a trail is silent its alert stands, whatever else is forgotten.
_STILL = datetime(9000, 1, 1, tzinfo=UTC)


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each digest under its account and Region."""
    if event.service == DIGEST:
        yield f"{event.account} {event.region}", Note(event, "digest")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion | Wake]:
    """Conclude at each digest that none followed in time; after the last one, ask again when the time is over."""
    for note, following in zip_longest(notes, notes[1:]):
        end = note.event.time + WITHIN
        since = f"since {note.event.time:%Y-%m-%d %H:%M} UTC"
        if following is None and moment.heard <= end:
            yield Wake(end + timedelta(seconds=1))
        elif following is None:
            yield Conclusion(completing=note.event, detail=f"{since}, and not heard since", until=_STILL)
        elif following.event.time > end:
            until = following.event.time
            yield Conclusion(completing=note.event, detail=f"{since}, until {until:%Y-%m-%d %H:%M} UTC", until=until)
