"""The MFA device of root was removed and no other took its place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note, Wake
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity

DETECTION = Detection(
    code="RD-112",
    title="MFA removed and not replaced",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.CRITICAL,
    description=(
        "An MFA device of root was removed, and an hour later none had been registered. The password alone opens the "
        "account."
    ),
    logic=(
        "RD-012 about root's own device, and no successful EnableMFADevice by root of the account within 3,600 "
        "seconds after it."
    ),
    misses="Whether root has other devices left: the audit tells (RW-ROOT-01).",
    false_positives=(
        "A slow rotation.",
        "One of several devices was removed.",
    ),
    response=(
        "Register MFA now.",
        "Ask who removed the device and why.",
    ),
    says="the MFA device of root of {account} was removed and not replaced within the hour",
    mitre=("T1556.006",),
    refines=("RD-012",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-virt-mfa-for-root.html",),
)

WITHIN = timedelta(hours=1)
SPAN = WITHIN


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep removals and registrations by root under their account."""
    removed = hits.get("RD-012")
    if removed is not None and removed.case == 0:
        yield event.account, Note(event, "removed")
    added = hits.get("RD-011")
    if added is not None and added.case == 0 and event.name == "EnableMFADevice":
        yield event.account, Note(event, "registered")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion | Wake]:
    """Conclude at each removal that nothing followed, once the time is over; until then ask again."""
    registered = [note.event.time for note in notes if note.what == "registered"]
    waits: list[datetime] = []
    for note in notes:
        end = note.event.time + WITHIN
        first = bisect_left(registered, note.event.time)
        if note.what != "removed" or (first < len(registered) and registered[first] <= end):
            continue
        if moment.now < end:
            waits.append(end)
        else:
            yield Conclusion(completing=note.event)
    if waits:
        yield Wake(waits[0])
