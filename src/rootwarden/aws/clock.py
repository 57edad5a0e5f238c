"""The real clock and the real source of ids."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from ulid import ULID


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock that everybody else is told to ask

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait this many seconds."""
        time.sleep(seconds)  # noqa: TID251 - this is the clock that everybody else is told to sleep by


def new_ulid() -> str:
    """Return a new ULID."""
    return str(ULID())
