"""Receives from all sources at once, and hands over what came in the order of its coming."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from threading import Condition, Event, Thread

from rootwarden.flows.watching.numbers import Numbers
from rootwarden.model.ports import Clock
from rootwarden.trail.sources import Parcel, Source, SourceError

# What may wait to be judged, in parcels and in the items they hold (a log file holds thousands): what is beyond that
# waits where it came from.
_ROOM, _ITEMS = 4000, 40_000
_LISTEN = 10.0  # seconds
_PAUSE, _LONGEST = 1.0, 60.0  # seconds after a failure; doubles


class Receiver:
    """The threads that receive, and those that confirm."""

    def __init__(
        self,
        sources: Sequence[Source],
        numbers: Numbers,
        clock: Clock,
        log: Callable[[str, Mapping[str, object]], None],
    ) -> None:
        """Take the sources."""
        self._sources, self._numbers, self._clock, self._log = sources, numbers, clock, log
        self._stop = Event()
        self._came: queue.Queue[tuple[Source, Parcel]] = queue.Queue(_ROOM)
        self._held, self._changed = 0, Condition()
        self._kept: queue.Queue[tuple[Source, list[Parcel]] | None] = queue.Queue()
        self._readers: list[Thread] = []
        self._confirmers: list[Thread] = []
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin to receive."""
        for source in self._sources:
            self._readers += [Thread(target=self._read, args=(source,), daemon=True) for _ in range(source.readers)]
        self._confirmers = [Thread(target=self._confirm, daemon=True) for _ in range(2)]
        for thread in (*self._readers, *self._confirmers):
            thread.start()

    def next(self, most: int, seconds: float) -> list[tuple[Source, Parcel]]:
        """Return what came, at most so much; wait so long for the first."""
        try:
            found = [self._came.get(timeout=seconds)]
        except queue.Empty:
            return []
        while len(found) < most:
            try:
                found.append(self._came.get_nowait())
            except queue.Empty:
                break
        with self._changed:
            self._held -= sum(len(parcel.items) for _, parcel in found)
            self._changed.notify_all()
        return found

    def waiting(self) -> int:
        """Return how much waits to be judged."""
        return self._came.qsize()

    def confirm(self, came: Sequence[tuple[Source, Parcel]]) -> None:
        """Have it said to the sources that these are kept; that happens meanwhile."""
        for source in self._sources:
            mine = [parcel for one, parcel in came if one is source]
            if mine:
                self._kept.put((source, mine))

    def finished(self) -> bool:
        """Return whether nothing will come any more."""
        return all(source.finished for source in self._sources) and self._came.empty()

    def stop(self, patience: float) -> None:
        """End; what was kept is confirmed before, for so many seconds."""
        self._stop.set()
        for _ in self._confirmers:
            self._kept.put(None)
        for thread in self._confirmers:
            thread.join(patience)

    def _read(self, source: Source) -> None:
        pause = _PAUSE
        while not self._stop.is_set() and not source.finished:
            try:
                for parcel in source.receive(_LISTEN):
                    self._numbers.parcels.labels(source.name).inc()
                    self._put(source, parcel)
                pause = _PAUSE
            except SourceError as error:
                self._numbers.failures.labels(source.name).inc()
                self._log("source-failed", {"source": source.name, "why": error.why, "todo": error.todo})
                self._stop.wait(pause)
                pause = min(_LONGEST, pause * 2)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which ends the program
                self.failure = error
                return

    def _put(self, source: Source, parcel: Parcel) -> None:
        with self._changed:
            while self._held >= _ITEMS and not self._stop.is_set():
                self._changed.wait(0.5)
            self._held += len(parcel.items)
        while not self._stop.is_set():
            try:
                self._came.put((source, parcel), timeout=0.5)
                return
            except queue.Full:
                continue

    def _confirm(self) -> None:
        while True:
            kept = self._kept.get()
            if kept is None:
                return
            source, parcels = kept
            try:
                source.confirm(parcels)
            except SourceError as error:  # they come again, and are known then
                self._numbers.failures.labels(source.name).inc()
                self._log("confirm-failed", {"source": source.name, "why": error.why, "todo": error.todo})
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which ends the program
                self.failure = error
                return
