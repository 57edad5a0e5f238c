"""What is usual for the root user of an account, learnt from its own records: the Regions and the hours it acts in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rootwarden.model.detection import Note
from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.root_activity import ACTS_AS_ROOT

REGION, HOUR, FIRED = "region", "hour", "fired"
# So many others must be known before one is called new: root in a second Region is news, in a second hour it is not.
_ENOUGH = {REGION: 1, HOUR: 5}
# A console looks around before it acts, so that a Region stays new for a day; an hour is new once.
_NEW_FOR = {REGION: timedelta(days=1), HOUR: timedelta()}


def habits(event: Event) -> Iterator[Note]:
    """Yield what an event tells of root's habits."""
    if event.kind in ACTS_AS_ROOT and event.time != NO_TIME:
        if event.region:
            yield Note(event, REGION, event.region)
        yield Note(event, HOUR, f"{event.time:%H}")


def firsts(notes: Sequence[Note]) -> dict[str, frozenset[str]]:
    """Return, by event, in which respects it was new ("region", "hour") for the account.

    Nothing is learnt from a refused sign-in.
    """
    began: dict[str, dict[str, datetime | None]] = {REGION: {}, HOUR: {}}
    found: dict[str, frozenset[str]] = {}
    for note in notes:
        when, known = note.event.time, began[note.what]
        strange = len(known) >= _ENOUGH[note.what]
        since = known.get(note.value) if note.value in known else when if strange else None
        if since is not None and when - since <= _NEW_FOR[note.what]:
            found[note.event.identity] = found.get(note.event.identity, frozenset()) | {note.what}
        if note.value not in known and not note.event.refused:
            known[note.value] = since
    return found


def oldest_of_each(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
    """Keep the first note from which each habit was learnt."""
    oldest: dict[tuple[str, str], Note] = {}
    for note in notes:
        if not note.event.refused:
            oldest.setdefault((note.what, note.value), note)
    return sorted(oldest.values(), key=lambda note: note.order)


def in_burst(notes: Sequence[Note], count: int, within: timedelta) -> frozenset[str]:
    """Return the events that belong to at least `count` within a time."""
    found: set[str] = set()
    first = told = 0
    for last, note in enumerate(notes):
        while note.event.time - notes[first].event.time > within:
            first += 1
        if last - first + 1 >= count:
            found.update(one.event.identity for one in notes[max(first, told) : last + 1])
            told = last + 1
    return frozenset(found)


def said_of(marks: frozenset[str], event: Event) -> Iterator[str]:
    """Yield for people what is unusual about an event."""
    if REGION in marks:
        yield f"new_region: root was not seen in {event.region} before"
    if HOUR in marks:
        yield f"new_hour: root was not seen between {event.time:%H}:00 and {event.time:%H}:59 UTC before"
