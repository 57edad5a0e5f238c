"""Writes down what a watch knows while it goes on: after a storm that takes seconds, and nobody may wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Event, Thread

from rootwarden.model.ports import Clock
from rootwarden.store.intake import OustedError
from rootwarden.store.opening import Store, StoreError
from rootwarden.store.packing import packed, unpacked
from rootwarden.store.states import keep_pieces, kept_pieces

# JSON that is packed into one piece; packed it is about a twentieth of that.
_PIECE = 1 << 21
# Of the time, so many parts are left to others for each that is worked here.
_LEFT_TO_OTHERS = 3


class Saver:
    """Keeps states under one name, one after the other, in a thread of its own."""

    def __init__(
        self, store: Store, name: str, run: str, clock: Clock, log: Callable[[str, Mapping[str, object]], None]
    ) -> None:
        """Begin with nothing to do."""
        self._store, self._name, self._run, self._clock, self._log = store, name, run, clock, log
        self._thread: Thread | None = None
        self._hurry = Event()
        self._kept = True
        self._failure: BaseException | None = None
        self._worked = 0.0

    @property
    def busy(self) -> bool:
        """Whether a state is being written."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def failed(self) -> bool:
        """Whether the last state was not kept: the one before it counts on.

        Raises:
            Exception: it could not be written for a defect.
        """
        if self._failure is not None:
            raise self._failure
        return not self.busy and not self._kept

    @property
    def worked(self) -> float:
        """How many seconds of work the last state took."""
        return self._worked

    def begin(self, batch: int, lines: Iterator[bytes]) -> None:
        """Begin to write a state, of which `lines` are made meanwhile; it knows everything up to a batch."""
        self._kept, self._worked = False, 0.0
        self._thread = Thread(target=self._write, args=(batch, lines), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait until what is being written is kept; nothing is left to others meanwhile."""
        if self._thread is not None:
            self._hurry.set()
            self._thread.join()
            self._hurry.clear()

    def _write(self, batch: int, lines: Iterator[bytes]) -> None:
        try:
            keep_pieces(self._store, self._name, batch, self._pieces(lines), self._clock.now, self._run)
            self._kept = True
        except OustedError:
            pass  # whoever judges learns of it with the next record
        except StoreError as error:
            self._log("state-not-saved", {"why": str(error)})
        except BaseException as error:  # noqa: BLE001 - handed to the thread that judges, which ends the program
            self._failure = error

    def _pieces(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        held, size = [], 0
        began = time.perf_counter()
        for line in lines:
            held.append(line)
            size += len(line)
            piece = packed(b"\n".join(held)) if size >= _PIECE else b""
            worked = time.perf_counter() - began
            self._worked += worked
            if piece:
                held, size = [], 0
                yield piece
            self._hurry.wait(worked * _LEFT_TO_OTHERS)
            began = time.perf_counter()
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
