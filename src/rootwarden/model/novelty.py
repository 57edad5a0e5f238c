"""What is new: a network, a program or another trait of root that its account did not show in a long time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rootwarden.model.detection import Keep, Note
from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.memory import newest_within

# A refused sign-in is news, but nothing is learnt from it: else whoever guesses passwords would make himself known.
SEEN, TRIED = "seen", "tried"
# Of what strangers tried only so many values are known, the latest: they may come from a new network each time.
_MOST_TRIED = 1000


def noted(event: Event, value: str) -> Note:
    """Return the note of an act of root, or of an attempt to become root, that showed this value."""
    return Note(event, TRIED if event.refused else SEEN, value)


def new_values(notes: Sequence[Note], lookback: timedelta) -> Iterator[Note]:
    """Yield, of one account's notes, the first of each value not seen in the time before, where another was.

    An attempt is new if its value was neither seen nor tried in that time, as far as attempts are known.
    """
    seen: dict[str, datetime] = {}
    tried: dict[str, datetime] = {}
    newest = NO_TIME
    for note in notes:
        when, value = note.event.time, note.value
        last = seen.get(value, NO_TIME)
        if note.what == TRIED:
            last = max(last, tried.pop(value, NO_TIME))
            tried[value] = when
            if len(tried) > _MOST_TRIED:
                del tried[next(iter(tried))]
        if when - newest <= lookback < when - last:
            yield note
        if note.what == SEEN:
            seen[value] = newest = when


def values_within(lookback: timedelta) -> Keep:
    """Return what keeps the newest note of each value that may still tell whether another is new."""
    newest = newest_within(lookback)

    def keep(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
        kept = newest(notes, before)
        tried = [note for note in kept if note.what == TRIED]
        return [*(note for note in kept if note.what == SEEN), *tried[-_MOST_TRIED:]]

    return keep
