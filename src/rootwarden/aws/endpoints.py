"""Which endpoints are worth a wait: one that cannot be reached is left alone, and tried again from time to time."""

from __future__ import annotations

from threading import Lock

from msgspec import Struct

from rootwarden.model.ports import Clock

# After so many failed connections in a row an endpoint is taken for unreachable.
_TRIES = 2
# Seconds after which one call finds out whether it can be reached again.
_PAUSE = 30.0


class _Health(Struct):
    """How one endpoint fared: failures in a row, the last success, and the last failure or fresh attempt."""

    failures: int = 0
    reached: float = float("-inf")
    tried: float = float("-inf")


class Endpoints:
    """Remembers, for all threads of a reading, which endpoints (service and Region) answered."""

    def __init__(self, clock: Clock) -> None:
        """Know nothing yet; every time is `clock.monotonic()`, in seconds."""
        self._clock = clock
        self._health: dict[tuple[str, str], _Health] = {}
        self._lock = Lock()

    def answered(self, service: str, region: str) -> None:
        """Note that an endpoint was reached, whatever it said."""
        with self._lock:
            health = self._of(service, region)
            health.failures, health.reached = 0, self._clock.monotonic()

    def failed(self, service: str, region: str, began: float) -> None:
        """Note a failed connection that began at `began`; one that began before the last success says nothing new."""
        with self._lock:
            health = self._of(service, region)
            if began >= health.reached:
                health.failures, health.tried = health.failures + 1, self._clock.monotonic()

    def given_up(self, service: str, region: str) -> bool:
        """Return whether an endpoint is not worth another wait now; of those that ask, one in 30 s may find out."""
        with self._lock:
            health = self._of(service, region)
            if health.failures < _TRIES:
                return False
            now = self._clock.monotonic()
            if now - health.tried < _PAUSE:
                return True
            health.tried = now
            return False

    def _of(self, service: str, region: str) -> _Health:
        return self._health.setdefault((service, region), _Health())
