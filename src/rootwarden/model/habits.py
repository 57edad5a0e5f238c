"""What is usual for the root user of an account, learnt from its own records: the Regions and the hours it acts in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rootwarden.model.detection import Note
from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.root_activity import ACTS_AS_ROOT

REGION, HOUR, FIRED = "region", "hour", "fired"
# So many others must be known before one is called new: root in a second Region is news, in a second hour it is not.
_ENOUGH = {REGION: 1, HOUR: 5}


def habits(event: Event) -> Iterator[Note]:
    """Yield what an event tells of root's habits."""
    if event.kind in ACTS_AS_ROOT and event.time != NO_TIME:
        if event.region:
            yield Note(event, REGION, event.region)
        yield Note(event, HOUR, f"{event.time:%H}")


def firsts(notes: Sequence[Note]) -> dict[str, frozenset[str]]:
    """Return, by event, in which respects it was the first of its kind ("region", "hour") for the account."""
    seen: dict[str, set[str]] = {REGION: set(), HOUR: set()}
    found: dict[str, frozenset[str]] = {}
    for note in notes:
        if len(seen[note.what]) >= _ENOUGH[note.what] and note.value not in seen[note.what]:
            found[note.event.identity] = found.get(note.event.identity, frozenset()) | {note.what}
        seen[note.what].add(note.value)
    return found


def in_burst(notes: Sequence[Note], count: int, within: timedelta) -> frozenset[str]:
    """Return the events that belong to at least `count` within a time."""
    found: set[str] = set()
    first = 0
    for last, note in enumerate(notes):
        while note.event.time - notes[first].event.time > within:
            first += 1
        if last - first + 1 >= count:
            found.update(one.event.identity for one in notes[first : last + 1])
    return frozenset(found)


def said_of(marks: frozenset[str], event: Event) -> Iterator[str]:
    """Yield for people what is unusual about an event."""
    if REGION in marks:
        yield f"new_region: root was not seen in {event.region} before"
    if HOUR in marks:
        yield f"new_hour: root was not seen between {event.time:%H}:00 and {event.time:%H}:59 UTC before"
