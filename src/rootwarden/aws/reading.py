"""One reading of AWS: its clients, its end, and what was asked and left unanswered so far."""

from __future__ import annotations

from collections import Counter
from threading import Event, Lock
from typing import Any

from rootwarden.aws.clients import Clients
from rootwarden.aws.endpoints import Endpoints
from rootwarden.aws.once import Memory
from rootwarden.aws.partitions import Partition
from rootwarden.aws.refusals import INTERRUPTED, TIMEOUT
from rootwarden.model.ports import Clock
from rootwarden.model.readings import Unknown


class Reading:
    """Shared by all threads of one reading; every method may be called from any of them."""

    def __init__(self, clients: Clients, clock: Clock, partition: Partition, region: str, seconds: float) -> None:
        """Begin now and end after `seconds`; `region` is the user's, `home` answers what belongs to no Region (STS)."""
        self.clients, self.clock, self.partition, self.region = clients, clock, partition, region
        self.home = partition.near(region)
        self.calls: Counter[tuple[str, str]] = Counter()
        self.unread: Counter[str] = Counter()
        self.memory = Memory(lambda: self.ended)
        self._began = clock.monotonic()
        self._limit = seconds
        self._interrupted = Event()
        self.endpoints = Endpoints(clock)
        self._lock = Lock()

    # -- its end -----------------------------------------------------------------------------------------------
    def interrupt(self) -> None:
        """End the reading: every later call is answered with `Interrupted`."""
        self._interrupted.set()

    @property
    def ended(self) -> str:
        """Why no further call may be made: `Interrupted`, `Timeout`, or "" while the reading goes on."""
        if self._interrupted.is_set():
            return INTERRUPTED
        return TIMEOUT if self.seconds >= self._limit else ""

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return self.clock.monotonic() - self._began

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self._limit - self.seconds)

    # -- what happened -----------------------------------------------------------------------------------------
    def count(self, call: str, region: str) -> None:
        """Count one call."""
        with self._lock:
            self.calls[call, region] += 1

    def mark(self, unknown: Unknown) -> dict[str, Any]:
        """Return the mark that stands in the snapshot for an unread value, and count its reason."""
        with self._lock:
            self.unread[str(unknown)] += 1
        return unknown.mark()
