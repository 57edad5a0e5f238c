"""What detections remember under one key: notes in the order of event time, each once however often it arrives."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from rootwarden.model.detection import Course, Keep, Note

Order = tuple[datetime, str, str, str]
# A copy of a course is put aside every so many notes; of more than so many copies every second of the older half goes.
_STRIDE, _COPIES = 64, 32
_TOGETHER = 20  # notes that are written down in one go


class Memory:
    """Notes by key. Late ones take their place in time; what is too old to matter is let go.

    The order of each note is kept beside it: to look it up again for every comparison is what a storm would be slow by.
    """

    __slots__ = ("_begin", "_copies", "_notes", "_orders")

    def __init__(self, begin: Callable[[], Course] | None = None) -> None:
        """Start with nothing remembered; `begin` begins the course of a key."""
        self._begin = begin
        self._notes: dict[str, list[Note]] = {}
        self._orders: dict[str, list[Order]] = {}
        # By key, how courses stood after so many notes, the fewest first.
        self._copies: dict[str, list[tuple[int, Course]]] = {}

    def __iter__(self) -> Iterator[str]:
        """Go through the keys."""
        return iter(self._notes)

    def add(self, key: str, note: Note) -> bool:
        """Remember a note; return False if it was known already."""
        held, orders, order = self._notes.setdefault(key, []), self._orders.setdefault(key, []), note.order
        if not orders or orders[-1] < order:
            held.append(note)
            orders.append(order)
            return True
        at = bisect_left(orders, order)
        there = at < len(held) and orders[at] == order
        if there and (held[at].event == note.event or held[at].event.version <= note.event.version):
            return False
        self._turn_back(key, at)
        if there:
            held[at] = note  # one content for one record, whichever came first
            return True
        held.insert(at, note)
        orders.insert(at, order)
        return True

    def notes(self, key: str) -> Sequence[Note]:
        """Return what is remembered under a key, oldest first."""
        return self._notes.get(key, ())

    def course(self, key: str) -> Course:
        """Return how the course of a key stands after all its notes.

        Raises:
            LookupError: there are no courses here.
        """
        if self._begin is None:
            raise LookupError("no courses")
        held, copies = self.notes(key), self._copies.get(key)
        at, going = (copies[-1][0], copies[-1][1].copy()) if copies else (0, self._begin())
        while at < len(held):
            last = min(len(held), at - at % _STRIDE + _STRIDE)
            for number in range(at, last):
                going.take(held[number])
            at = last
            if at % _STRIDE == 0:
                self._put_aside(key, at, going.copy())
        return going

    def _put_aside(self, key: str, at: int, copy: Course) -> None:
        copies = self._copies.setdefault(key, [])
        copies.append((at, copy))
        if len(copies) > _COPIES:
            del copies[: _COPIES // 2 : 2]

    def _turn_back(self, key: str, at: int) -> None:
        """Have the course of a key go on from before a note that took its place among those that were taken."""
        copies = self._copies.get(key)
        while copies and copies[-1][0] > at:
            copies.pop()

    def forget(self, key: str, before: datetime, keep: Keep | None) -> None:
        """Let go of the notes of events before an instant, but for those that `keep` chooses of them."""
        held = self._notes.get(key)
        if not held or held[0].event.time >= before:
            return
        old = [note for note in held if note.event.time < before]
        kept = list(keep(old, before)) if keep is not None else []
        if len(kept) == len(old):
            return
        self._put(key, [*kept, *held[len(old) :]])

    def dump(self) -> Iterator[tuple[str, list[Note]]]:
        """Yield everything, to be written down: of each key some notes at a time."""
        for key, notes in self._notes.items():
            for at in range(0, len(notes), _TOGETHER):
                yield key, notes[at : at + _TOGETHER]

    def load(self, notes: Iterable[tuple[str, list[Note]]]) -> None:
        """Take back what `dump` yielded."""
        self._notes, self._orders, self._copies = {}, {}, {}
        found: dict[str, list[Note]] = {}
        for key, some in notes:
            found.setdefault(key, []).extend(some)
        for key, held in found.items():
            self._put(key, held)

    def _put(self, key: str, notes: list[Note]) -> None:
        """Have these remembered under a key and nothing else."""
        self._copies.pop(key, None)
        if not notes:
            self._notes.pop(key, None)
            self._orders.pop(key, None)
            return
        held = self._notes[key] = sorted(notes, key=_order)
        self._orders[key] = [note.order for note in held]


def _order(note: Note) -> Order:
    return note.order


def in_steps(notes: Sequence[Note], *steps: str) -> Sequence[Note]:
    """Return notes in the order of time; within one second, in that of these steps."""
    return sorted(notes, key=lambda note: (note.event.time, steps.index(note.what)))


def newest_of_each(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
    """Keep the newest note of each value: enough to know when something was last seen."""
    newest = {(note.what, note.value): note for note in notes}
    return [note for note in notes if newest[note.what, note.value] is note]


def newest_within(lookback: timedelta) -> Keep:
    """Return what keeps the newest note of each value, but none that is too old for anything to look back at."""

    def keep(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
        return [note for note in newest_of_each(notes, before) if before - note.event.time <= lookback]

    return keep


def links(notes: Sequence[Note], pause: timedelta) -> Iterator[Note]:
    """Yield as few notes of a run as hold it together: no two that follow each other further apart than `pause`."""
    last: Note | None = None
    for number, note in enumerate(notes):
        following = notes[number + 1] if number + 1 < len(notes) else None
        if last is None or following is None or following.event.time - last.event.time > pause:
            yield note
            last = note
