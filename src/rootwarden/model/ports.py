"""What the shell must hand to the stories: a clock to tell the time by and a source of new ids."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; tests hand in one that needs no waiting."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards, to measure durations and deadlines by."""

    def sleep(self, seconds: float) -> None:
        """Wait this many seconds."""


class NewId(Protocol):
    """Makes ids that sort by time and never repeat (ULIDs)."""

    def __call__(self) -> str:
        """Return a new id of 26 letters and digits."""
