"""What the shell must hand to the stories: a clock to tell the time by, a source of new ids, and of secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from rootwarden.model.plan import Secret


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


class Secrets(Protocol):
    """Makes secrets and hands each over: what is returned was written down for its receiver before."""

    def make(self, wanted: Secret, account: str, run: str) -> str:
        """Return the secret for its receiver; asked again in the same run, the same one or one that replaces it.

        Raises:
            OutputError: it could not be written down, so that nobody would ever know it.
        """
