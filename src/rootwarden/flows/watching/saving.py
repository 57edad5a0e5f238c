"""Writes down what a watch knows while it goes on: after a storm that takes seconds, and nobody may wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Event, Thread

from prometheus_client import Gauge

from rootwarden.model.ports import Clock
from rootwarden.store.intake import OustedError
from rootwarden.store.opening import Store, StoreError
from rootwarden.store.packing import packed, unpacked
from rootwarden.store.states import keep_pieces, kept_pieces

# JSON that is packed into one piece; packed it is about a twentieth of that.
_PIECE = 1 << 21
# Of the time, so many parts are left to others for each that is worked here.
_LEFT_TO_OTHERS = 3
# A state is written after so many records that count, or so many seconds, whichever comes first.
_RECORDS, _SECONDS = 5000, 600.0
# But so many times as long as it was work to write one is left between two; after a try that failed so many seconds.
_SELDOM, _PAUSE = 15, 10.0


State = Callable[[], tuple[int, Iterator[bytes]]]


class Saver:
    """Keeps states under one name, one after the other, in a thread of its own.

    A state comes as the batch up to which it knows everything, and lines that are made while others work.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        run: str,
        clock: Clock,
        log: Callable[[str, Mapping[str, object]], None],
        kept_at: Gauge,
    ) -> None:
        """Begin with nothing to do; `kept_at` shows when a state was last kept."""
        self._store, self._name, self._run, self._clock, self._log = store, name, run, clock, log
        self._kept_at = kept_at
        self._unsaved, self._saving, self._begun, self._pause = 0, 0, clock.monotonic(), 0.0
        self._thread: Thread | None = None
        self._hurry = Event()
        self._failure: BaseException | None = None
        self._kept, self._worked = True, 0.0

    @property
    def busy(self) -> bool:
        """Whether a state is being written."""
        return self._thread is not None and self._thread.is_alive()

    def came(self, records: int) -> None:
        """Learn that so many records are known now of which no state knows."""
        self._unsaved += records

    def turn(self, state: State) -> None:
        """Begin to write the state if it is time.

        Raises:
            StoreError: the database does not answer.
            Exception: the one before could not be written for a defect.
        """
        if self.busy:
            return
        self._settle()
        passed = self._clock.monotonic() - self._begun
        many = self._unsaved >= _RECORDS and passed >= max(self._worked * _SELDOM, self._pause)
        if many or (self._unsaved and passed > _SECONDS):
            self._begin(state)

    def finish(self, state: State | None) -> None:
        """Wait until what is being written is kept, then write this state too if it knows more.

        Raises:
            StoreError, Exception: as `turn`.
        """
        self._join()
        self._settle()
        if self._unsaved and state is not None:
            self._begin(state)
            self._join()

    def _settle(self) -> None:
        """Look what became of the last one: if it was not kept, what it knew is still to be written."""
        if self._failure is not None:
            raise self._failure
        if not self._kept:
            self._unsaved, self._pause, self._kept = self._unsaved + self._saving, _PAUSE, True

    def _begin(self, state: State) -> None:
        batch, lines = state()
        self._saving, self._unsaved, self._begun = self._unsaved, 0, self._clock.monotonic()
        self._kept, self._worked, self._pause = False, 0.0, 0.0
        self._thread = Thread(target=self._write, args=(batch, lines), daemon=True)
        self._thread.start()

    def _join(self) -> None:
        if self._thread is not None:
            self._hurry.set()  # nothing is left to others meanwhile
            self._thread.join()
            self._hurry.clear()

    def _write(self, batch: int, lines: Iterator[bytes]) -> None:
        try:
            keep_pieces(self._store, self._name, batch, self._pieces(lines), self._clock.now, self._run)
            self._kept = True
            self._kept_at.set(self._clock.now().timestamp())
        except OustedError:
            pass  # whoever judges learns of it with the next record
        except StoreError as error:
            self._log("state-not-saved", {"why": str(error)})
        except BaseException as error:  # noqa: BLE001 - handed to the thread that judges, which ends the program
            self._failure = error

    def _pieces(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        held, size = [], 0
        began = time.thread_time()  # not by the clock on the wall: the process may be stopped for hours
        for line in lines:
            held.append(line)
            size += len(line)
            piece = packed(b"\n".join(held)) if size >= _PIECE else b""
            worked = time.thread_time() - began
            self._worked += worked
            if piece:
                held, size = [], 0
                yield piece
            self._hurry.wait(worked * _LEFT_TO_OTHERS)
            began = time.thread_time()
        if held:
            yield packed(b"\n".join(held))


def saved(store: Store, name: str) -> tuple[int, Iterable[bytes]] | None:
    """Return the batch up to which the state that was kept last knows everything, and its lines; None if there is none.

    Raises:
        ValueError: it is no such state; also while going through it.
    """
    found = kept_pieces(store, name)
    if found is None:
        return None
    batch, pieces = found
    return batch, (line for piece in pieces for line in unpacked(piece).split(b"\n"))
