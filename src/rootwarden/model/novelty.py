"""What is new: a network, a program or another trait of root that its account did not show in a long time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.model.detection import Conclusion, Keep, Note
from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.memory import newest_within

# A refused sign-in is news, but nothing is learnt from it: else whoever guesses passwords would make himself known.
SEEN, TRIED = "seen", "tried"
# Of what strangers tried only so many values are known, the latest: they may come from a new network each time.
_MOST_TRIED = 1000


def noted(event: Event, value: str) -> Note:
    """Return the note of an act of root, or of an attempt to become root, that showed this value."""
    return Note(event, TRIED if event.refused else SEEN, value)


class NewValues(Struct):
    """What one account has shown, and each first act with a value not seen in the time before, where another was.

    An attempt is new if its value was neither seen nor tried in that time, unless a thousand others were: then somebody
    tries from wherever he can, and one place more is no news.
    """

    lookback: timedelta
    seen: dict[str, datetime] = {}
    tried: dict[str, datetime] = {}
    newest: datetime = NO_TIME
    found: list[Note] = []

    def take(self, note: Note) -> None:
        """Go on by one act or attempt."""
        when, value = note.event.time, note.value
        last, crowded = self.seen.get(value, NO_TIME), False
        if note.what == TRIED:
            while self.tried and when - next(iter(self.tried.values())) > self.lookback:
                del self.tried[next(iter(self.tried))]
            last = max(last, self.tried.pop(value, NO_TIME))
            crowded = len(self.tried) == _MOST_TRIED
            if crowded:
                del self.tried[next(iter(self.tried))]
            self.tried[value] = when
        if when - self.newest <= self.lookback < when - last and not crowded:
            self.found.append(note)
        if note.what == SEEN:
            self.seen[value] = self.newest = when

    def copy(self) -> NewValues:
        """Return another of the same."""
        return NewValues(self.lookback, dict(self.seen), dict(self.tried), self.newest, [*self.found])

    def concluded(self) -> Iterator[Conclusion]:
        """Conclude at each act whose value was new."""
        for note in self.found:
            yield Conclusion(completing=note.event, detail=note.value, subject=f"{note.what} {note.value}")


def values_within(lookback: timedelta) -> Keep:
    """Return what keeps the newest note of each value that may still tell whether another is new."""
    newest = newest_within(lookback)

    def keep(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
        kept = newest(notes, before)
        tried = [note for note in kept if note.what == TRIED]
        return [*(note for note in kept if note.what == SEEN), *tried[-_MOST_TRIED:]]

    return keep
