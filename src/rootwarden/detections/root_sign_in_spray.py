"""Failed sign-ins to the root users of several accounts from one address: somebody tries a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from msgspec import Struct

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Note, counted
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import links

DETECTION = Detection(
    code="RD-102",
    title="Spray: failed root sign-ins over several accounts from one source",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.HIGH,
    description=(
        "One address failed to sign in as root of three or more accounts within a day. Nobody mistypes in several "
        "accounts; somebody works through a list of addresses."
    ),
    logic=(
        "Records of RD-004 with one sourceIPAddress and three different recipientAccountId within 86,400 seconds, by "
        "event time. Further failures from the address within 86,400 seconds of the last belong to the same alert, "
        "which names one record of each account, of the first 1,000."
    ),
    misses="A spray that changes its address; accounts whose trails are not part of what is watched.",
    false_positives=("A central team that opens many accounts from one office.",),
    response=(
        "Block the source address where you can.",
        "Verify MFA on all root users, or that they have no credentials.",
        "Look for a success from the same address.",
        "Tell the holders of the root mailboxes: a password reset is the next thing to expect.",
    ),
    says="{source} tried to sign in as root of several accounts",
    mitre=("T1110.003",),
    refines=("RD-004",),
    references=(
        (
            ""
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html"
        ),
    ),
)

ACCOUNTS, WITHIN = 3, timedelta(days=1)
SPAN = WITHIN


# So many accounts are named in a sentence, and of so many a record, by which their alerts are known to belong to it.
_NAMED, _MOST = 10, 1000


class Spray(Struct):
    """The first failure of each account (before it was a spray the latest), what completed it, and the last failure."""

    tried: dict[str, Note]
    first: Note
    last: Note


class Course(Struct):
    """The sprays so far, the one that may go on, and of accounts that were tried since the last the latest failure."""

    ended: tuple[Spray, ...] = ()
    spray: Spray | None = None
    recent: dict[str, Note] = {}

    def take(self, note: Note) -> None:
        """Go on by one failure: the one that brings the third account completes a spray."""
        if self.spray is not None:
            if note.event.time - self.spray.last.event.time <= WITHIN:
                self.spray.tried.setdefault(note.value, note)
                self.spray.last = note
                return
            self.ended += (self.spray,)
            self.spray = None
        self.recent = {name: one for name, one in self.recent.items() if note.event.time - one.event.time <= WITHIN}
        self.recent[note.value] = note
        if len(self.recent) == ACCOUNTS:
            self.spray = Spray(self.recent, note, note)
            self.recent = {}

    def copy(self) -> Course:
        """Return another of the same."""
        one = self.spray
        going_on = None if one is None else Spray(dict(one.tried), one.first, one.last)
        return Course(self.ended, going_on, dict(self.recent))

    def concluded(self) -> Iterator[Conclusion]:
        """Conclude once per spray."""
        for spray in (*self.ended, *filter(None, [self.spray])):
            tried = [*islice(spray.tried.values(), _MOST)]
            names = sorted(note.value for note in tried[:_NAMED])
            detail = f"{counted(len(spray.tried), 'accounts')[1]}: {', '.join(names)}"
            yield Conclusion(
                completing=spray.first.event, events=tuple(note.event for note in tried), subject="spray",
                detail=f"{detail}, ..." if len(tried) > _NAMED else detail, until=spray.last.event.time,
            )  # fmt: skip


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each failed sign-in under the address it came from."""
    if "RD-004" in hits and event.address:
        yield event.address, Note(event, "failed", event.account)


def keep(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
    """Keep a spray that may still go on, thinned out, or what may become one."""
    course = Course()
    for note in notes:
        course.take(note)
    spray = course.spray
    if spray is not None and before - spray.last.event.time <= WITHIN:
        run = [note for note in notes if note.order >= spray.first.order]
        return list(dict.fromkeys((*spray.tried.values(), *links(run, WITHIN))))
    return [note for note in course.recent.values() if before - note.event.time <= WITHIN]
