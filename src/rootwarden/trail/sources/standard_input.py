"""Standard input: records as they are piped in, until the pipe ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rootwarden.trail.envelopes import read_items
from rootwarden.trail.sources.parcel import Parcel, Tools


def fits(place: str) -> bool:
    """Return whether a place is standard input."""
    return place == "-"


def open(place: str, tools: Tools) -> Pipe:
    """Open standard input.

    Raises:
        UsageError: it is closed.
    """
    return Pipe(tools)


class Pipe:
    """Standard input. What was read and not kept when the program ends cannot be asked for again."""

    readers = 1
    note = "standard input cannot be asked again: what is on its way when the program is killed is lost"

    def __init__(self, tools: Tools) -> None:
        """Take the open file."""
        self.name, self.finished, self._file = "standard input", False, tools.stdin()

    def resume(self, progress: Mapping[str, str]) -> None:
        """Nothing is to be done."""

    def receive(self, seconds: float) -> Iterator[Parcel]:
        """Hand over one item after the other, each as soon as its line was written; see Source."""
        for item in read_items(self._file, self.name, live=True):
            yield Parcel([item], self.name)
        self.finished = True

    def progress(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Return nothing."""
        return {}

    def confirm(self, parcels: Sequence[Parcel]) -> None:
        """Nothing is to be said to anybody."""
