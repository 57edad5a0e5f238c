"""Root uses a program it never used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import newest_of_each
from rootwarden.model.origins import family
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-109",
    title="Root with a new user agent family",
    severity=Severity.MEDIUM,
    severity_in_window=Severity.INFO,
    description=(
        "Root was used with another kind of program than before: a command line where there was only a browser, an "
        "SDK, a tool of the trade of attackers."
    ),
    logic=(
        "An act of root whose user agent family (browser, AWS CLI, SDK by language, other tools by name; versions do "
        "not count) was not seen with root of this account in the 365 days before, where at least one other was."
    ),
    misses="Programs that call themselves something else; the first act ever seen of an account.",
    false_positives=("Another browser; the first use of CloudShell or the CLI in a drill.",),
    response=(
        "Look for CLI or SDK families: root should only ever be a browser.",
        "Ask the holder which program was used.",
    ),
    says="root of {account} used another program than before",
    mitre=("T1078.004",),
    references=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
    ),
)

LOOKBACK = timedelta(days=365)
SPAN = timedelta()
keep = newest_of_each


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep the value of each act of root under its account; what failed teaches nothing of who root is."""
    value = family(event.agent) if event.kind in SURELY_AS_ROOT else ""
    if value:
        yield event.account, Note(event, "tried" if event.failed else "seen", value)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude at each act whose value the account did not show before, if it showed any.

    A failed one is told once; that somebody failed there does not make the success after it any less new.
    """
    last: dict[str, Event] = {}
    tried: dict[str, Event] = {}
    newest: Event | None = None
    for note in notes:
        event, seen = note.event, last.get(note.value)
        if newest is not None and event.time - newest.time <= LOOKBACK and _is_new(event, seen):
            if note.what == "seen" or _is_new(event, tried.get(note.value)):
                yield Conclusion(completing=event, detail=note.value)
        if note.what == "seen":
            last[note.value] = newest = event
        else:
            tried[note.value] = event


def _is_new(event: Event, before: Event | None) -> bool:
    return before is None or event.time - before.time > LOOKBACK
