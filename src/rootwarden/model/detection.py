"""The contract of a detection: what act it sees, how bad that is, what to do; one record at a time or with memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self

from msgspec import Struct

from rootwarden.model.context import Context
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity


class Harm(StrEnum):
    """The three harms of a root user in wrong hands, and none of them yet."""

    MONEY = "money"
    DELETION = "deletion"
    DATA = "data"
    NONE = "none"


class Approval(StrEnum):
    """Which approval an alert depends on: none at all, that no window covers the act, or that one does not allow it."""

    ANY = "any"
    MISSING = "missing"
    EXCEEDED = "exceeded"


class Detection(Struct, frozen=True, kw_only=True):
    """What is said of a detection everywhere; its slug is its file's name.

    `severity_in_window` counts inside an approved window of root use. `needs_root_itself`: an alert of it is withdrawn
    once AssumeRoot turns out to have issued the session. `refines`: codes that need not be told beside this one, for it
    says more of the same. `says` is a clause for a story: {actor} {event} {account} {region} {source} {target} are
    filled in, {subject} is the account whose root user it is about. `logic` says in words what must hold. `approval`
    is decided when an alert is raised, because only then it is known who issued a session.
    """

    code: str
    title: str
    severity: Severity
    severity_in_window: Severity
    description: str
    logic: str
    misses: str
    false_positives: tuple[str, ...]
    response: tuple[str, ...]
    says: str
    harm: Harm = Harm.NONE
    mitre: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    needs_root_itself: bool = False
    approval: Approval = Approval.ANY
    refines: tuple[str, ...] = ()


class Hit(Struct, frozen=True):
    """A single-record detection fired: the severity and title of the case that applies; `case` 0 is the rule's own."""

    code: str
    severity: Severity
    severity_in_window: Severity
    title: str
    case: int = 0


class Note(Struct, frozen=True, gc=False):
    """One thing a detection with memory remembers: which step it was, a value if any, and the event behind it."""

    event: Event
    what: str
    value: str = ""

    @property
    def order(self) -> tuple[datetime, str, str, str]:
        """The order of notes: by the time of the event, whatever the order of arrival."""
        return self.event.time, self.event.identity, self.what, self.value


class Conclusion(Struct, frozen=True, kw_only=True):
    """What a detection concludes: the event that completed it, all events behind it, and what is special here.

    `single`: the event alone is the case, so that its fingerprint is that of one record. `detail` is added to what the
    detection says, `severity` and `severity_in_window` replace its own. `subject` names what the case is about, so that
    it stays the same case when late evidence completes it with another record; `until` says that it went on after the
    last of its events.
    """

    completing: Event
    events: tuple[Event, ...] = ()
    single: bool = False
    severity: Severity | None = None
    severity_in_window: Severity | None = None
    title: str = ""
    detail: str = ""
    subject: str = ""
    until: datetime | None = None

    @property
    def last(self) -> datetime:
        """When the case last went on."""
        last = max((event.time for event in self.events), default=self.completing.time)
        return max(last, self.completing.time, self.until or last)


# Enough records to show what happened: a case that goes on for thousands names the first of them.
EVIDENCE = 100
_EXACT = 20


def counted(count: int, what: str) -> tuple[int, str]:
    """Return how many of a case that goes on are shown, and the words for it: exact up to 20, then 50, 100, 200 ...

    In a storm nobody reads that it is one more, and an alert that says so each time would be written each time.
    """
    if count <= _EXACT:
        return count, f"{count} {what}"
    size = 10 ** (len(str(count)) - 1)
    shown = max(one for one in (size, size * 2, size * 5) if one <= count)
    return shown, f"{shown} {what} or more"


class Wake(Struct, frozen=True):
    """A detection asks to be asked again at this time, because time alone may decide."""

    at: datetime


class Moment(Struct, frozen=True):
    """When and in which circumstances a detection concludes: `now` by the clock of events, and the context.

    `heard` is the instant up to which silence means something: now, or the end of what an archive holds.
    """

    now: datetime
    context: Context
    heard: datetime


class Course(Protocol):
    """How a detection stands after the notes of one key so far, taken one by one in the order of event time.

    For detections that anybody can fill the memory of: a storm is not gone through again at each of its records. When
    a late note takes its place among those that were taken, an earlier copy goes on from there.
    """

    def take(self, note: Note, /) -> None:
        """Go on by one note."""

    def copy(self) -> Self:
        """Return another of the same, which goes its own way from here."""

    def concluded(self) -> Iterable[Conclusion]:
        """Yield all that is concluded from what was taken."""


Remember = Callable[[Event, Record, Mapping[str, Hit], Context], Iterable[tuple[str, Note]]]
Conclude = Callable[[str, Sequence[Note], Moment], Iterable[Conclusion | Wake]]
Keep = Callable[[Sequence[Note], datetime], Sequence[Note]]


class Stateful(Struct, frozen=True):
    """A detection with memory.

    `remember` says what of an event is kept, under which key. `conclude` is a pure function of all that is kept under
    one key, in the order of event time: so the end is the same in whatever order records arrive. `span` is how far
    apart events of one case may be: what is older (and older than any record may be late) is forgotten, but for what
    `keep` chooses of it, given the old notes and the instant they are older than. With a `course`, `conclude` is that:
    from its beginning through all notes.
    """

    slug: str
    why: str
    detection: Detection
    remember: Remember
    conclude: Conclude
    span: timedelta
    keep: Keep | None = None
    course: Callable[[], Course] | None = None


def by_course(course: Callable[[], Course]) -> Conclude:
    """Return what concludes by going through all notes from the beginning of a course."""

    def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterable[Conclusion]:
        going = course()
        for note in notes:
            going.take(note)
        return going.concluded()

    return conclude


class Escalation(Struct, frozen=True):
    """When alerts of a single-record detection weigh more: so many within a time, or in a Region new to root."""

    severity: Severity
    count: int = 0
    within: timedelta = timedelta()
    new_region: bool = False


class SingleRecord(Struct, frozen=True):
    """A detection of single records: a Sigma rule with its cases.

    `event_names` and `identity_types` hold, casefolded, what records it can be about at all (None: any). `text` is the
    rule as written, `file` where it stands.
    """

    slug: str
    detection: Detection
    judge: Callable[[Record], Hit | None]
    event_names: frozenset[str] | None
    identity_types: frozenset[str] | None
    text: str
    file: str
    escalation: Escalation | None = None

    @property
    def own_hit(self) -> Hit:
        """The hit of the rule's own case."""
        one = self.detection
        return Hit(one.code, one.severity, one.severity_in_window, one.title)
