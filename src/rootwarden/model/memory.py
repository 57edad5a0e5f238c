"""What detections remember under one key: notes in the order of event time, each once however often it arrives."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rootwarden.model.detection import Keep, Note

Order = tuple[datetime, str, str, str]


class Memory:
    """Notes by key. Late ones take their place in time; what is too old to matter is let go.

    The order of each note is kept beside it: to look it up again for every comparison is what a storm would be slow by.
    """

    __slots__ = ("_notes", "_orders")

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self._notes: dict[str, list[Note]] = {}
        self._orders: dict[str, list[Order]] = {}

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
        if at < len(held) and orders[at] == order:
            if held[at].event == note.event or held[at].event.version <= note.event.version:
                return False
            held[at] = note  # one content for one record, whichever came first
            return True
        held.insert(at, note)
        orders.insert(at, order)
        return True

    def notes(self, key: str) -> Sequence[Note]:
        """Return what is remembered under a key, oldest first."""
        return self._notes.get(key, ())

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

    def dump(self) -> dict[str, list[Note]]:
        """Return everything, to be written down."""
        return {key: list(notes) for key, notes in self._notes.items()}

    def load(self, notes: dict[str, list[Note]]) -> None:
        """Take back what `dump` returned."""
        self._notes, self._orders = {}, {}
        for key, held in notes.items():
            self._put(key, held)

    def _put(self, key: str, notes: list[Note]) -> None:
        """Have these remembered under a key and nothing else."""
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
