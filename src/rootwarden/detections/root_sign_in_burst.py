"""Many failed sign-ins of one root user in a short time: somebody is guessing the password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.model.context import Context
from rootwarden.model.detection import EVIDENCE, Conclusion, Detection, Hit, Note, counted
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


class Burst(Struct):
    """The first failures of a burst, how many it has, and the last."""

    first: list[Note]
    count: int
    last: Note


class Course(Struct):
    """The bursts that ended, the one that may go on, and what may become one."""

    ended: tuple[Burst, ...] = ()
    burst: Burst | None = None
    recent: list[Note] = []

    def take(self, note: Note) -> None:
        """Go on by one failure: the one that makes it five completes a burst."""
        if self.burst is not None:
            if note.event.time - self.burst.last.event.time <= WITHIN:
                if self.burst.count < EVIDENCE:
                    self.burst.first.append(note)
                self.burst.count += 1
                self.burst.last = note
                return
            self.ended += (self.burst,)
            self.burst = None
        self.recent = [*(one for one in self.recent if note.event.time - one.event.time <= WITHIN), note]
        if len(self.recent) == COUNT:
            self.burst = Burst(self.recent, COUNT, note)
            self.recent = []

    def copy(self) -> Course:
        """Return another of the same."""
        one = self.burst
        going_on = None if one is None else Burst([*one.first], one.count, one.last)
        return Course(self.ended, going_on, [*self.recent])

    def concluded(self) -> Iterator[Conclusion]:
        """Conclude once per burst."""
        for burst in (*self.ended, *filter(None, [self.burst])):
            shown, detail = counted(min(burst.count, EVIDENCE), "failures")  # of more it may be forgotten how many
            yield Conclusion(
                completing=burst.first[COUNT - 1].event, events=tuple(note.event for note in burst.first[:shown]),
                detail=detail, subject="burst", until=burst.last.event.time,
            )  # fmt: skip


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each failed sign-in under its account."""
    if "RD-004" in hits:
        yield event.account, Note(event, "failed")


def keep(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
    """Keep a burst that may still go on, thinned out after its first records, or what may become one."""
    course = Course()
    for note in notes:
        course.take(note)
    burst = course.burst
    if burst is not None and before - burst.last.event.time <= WITHIN:
        later = [note for note in notes if note.order > burst.first[-1].order]
        return [*burst.first, *links(later, WITHIN)]
    return [note for note in course.recent if before - note.event.time <= WITHIN]
