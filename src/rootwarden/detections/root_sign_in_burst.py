"""Many failed sign-ins of one root user in a short time: somebody is guessing the password."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import EVIDENCE, Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import links

DETECTION = Detection(
    code="RD-101",
    title="Burst of failed root sign-ins",
    severity=Severity.HIGH,
    severity_in_window=Severity.LOW,
    description=(
        "Five or more sign-ins of one root user failed within fifteen minutes. Holders mistype once or twice; a "
        "machine or a stranger goes on."
    ),
    logic=(
        "Five records of RD-004 (root console sign-in failed) of one account within 900 seconds, by event time. "
        "Further failures within 900 seconds of the last belong to the same alert."
    ),
    misses=(
        "Guessing that is slower than five in a quarter of an hour; failures that AWS does not record, such as a "
        "wrong e-mail address."
    ),
    false_positives=("The holder is locked out and tries again and again.",),
    response=(
        "Look for a success after the failures (RD-103).",
        "Ask the holders of this root user whether it was they.",
        "Look up the source address; block it where you can.",
        "Make sure that MFA is registered and that the mailbox of the account is safe.",
    ),
    says="somebody failed to sign in as root of {account} again and again from {source}",
    mitre=("T1110.001",),
    refines=("RD-004",),
    references=(
        (
            ""
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html"
        ),
    ),
)

COUNT, WITHIN = 5, timedelta(seconds=900)
SPAN = WITHIN


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each failed sign-in under its account."""
    if "RD-004" in hits:
        yield event.account, Note(event, "failed")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude once per burst: the record that makes it five completes it."""
    ended, going_on, _ = _bursts(notes)
    for burst in (*ended, going_on):
        if burst:
            count = f"{EVIDENCE} failures or more" if len(burst) > EVIDENCE else f"{len(burst)} failures"
            yield Conclusion(
                completing=burst[COUNT - 1].event, events=tuple(note.event for note in burst[:EVIDENCE]),
                detail=count, until=burst[-1].event.time,
            )  # fmt: skip


def keep(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
    """Keep a burst that may still go on, thinned out after its first records, or what may become one."""
    _, burst, recent = _bursts(notes)
    if burst and before - burst[-1].event.time <= WITHIN:
        return [*burst[:EVIDENCE], *links(burst[EVIDENCE:], WITHIN)]
    return [note for note in recent if before - note.event.time <= WITHIN]


def _bursts(notes: Sequence[Note]) -> tuple[list[list[Note]], list[Note], deque[Note]]:
    """Return the bursts that ended, the one that goes on at the last note, and what may become one."""
    ended: list[list[Note]] = []
    burst: list[Note] = []
    recent: deque[Note] = deque()
    for note in notes:
        if burst and note.event.time - burst[-1].event.time <= WITHIN:
            burst.append(note)
            continue
        if burst:
            ended.append(burst)
            burst = []
        recent.append(note)
        while note.event.time - recent[0].event.time > WITHIN:
            recent.popleft()
        if len(recent) == COUNT:
            burst = [*recent]
            recent.clear()
    return ended, burst, recent
