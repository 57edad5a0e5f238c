"""What detections remember under one key: notes in the order of event time, each once however often it arrives."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rootwarden.model.detection import Keep, Note


class Memory:
    """Notes by key. Late ones take their place in time; what is too old to matter is let go."""

    __slots__ = ("_notes",)

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self._notes: dict[str, list[Note]] = {}

    def __iter__(self) -> Iterator[str]:
        """Go through the keys."""
        return iter(self._notes)

    def add(self, key: str, note: Note) -> bool:
        """Remember a note; return False if it was known already."""
        held = self._notes.setdefault(key, [])
        if not held or held[-1].order < note.order:
            held.append(note)
            return True
        at = bisect_left(held, note.order, key=_order)
        if at < len(held) and held[at].order == note.order:
            if held[at].event == note.event or held[at].event.version <= note.event.version:
                return False
            held[at] = note  # one content for one record, whichever came first
            return True
        insort(held, note, key=_order)
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
        rest = sorted([*kept, *held[len(old) :]], key=_order)
        if rest:
            self._notes[key] = rest
        else:
            del self._notes[key]

    def dump(self) -> dict[str, list[Note]]:
        """Return everything, to be written down."""
        return {key: list(notes) for key, notes in self._notes.items()}

    def load(self, notes: dict[str, list[Note]]) -> None:
        """Take back what `dump` returned."""
        self._notes = {key: sorted(held, key=_order) for key, held in notes.items()}


def _order(note: Note) -> tuple[datetime, str, str, str]:
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
