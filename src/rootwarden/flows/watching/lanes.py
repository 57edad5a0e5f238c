"""The two lanes of a channel: whose turn it is in it, and whether trying it is worth the while."""

from __future__ import annotations

import random
from threading import Condition, Event

from msgspec import Struct, field

from rootwarden.model.message import Channel
from rootwarden.model.ports import Clock

# After so many failures in a row a lane is left alone for a while: seconds, doubling up to the longest.
_FAILURES, _ALONE, _ALONE_LONGEST = 5, 15.0, 120.0
# A critical message waits so many seconds for a lesser one that is under way.
_POLITE = 0.3


class Circuit:
    """Whether a lane is worth trying: open (leave it alone) after failures in a row, until some time has passed."""

    def __init__(self, clock: Clock) -> None:
        """Start closed."""
        self._clock, self.failures, self._until = clock, 0, 0.0

    def wait(self) -> float:
        """Return for how many seconds the lane is to be left alone."""
        return max(0.0, self._until - self._clock.monotonic())

    def worked(self) -> None:
        """Note that a message was taken."""
        self.failures, self._until = 0, 0.0

    def failed(self) -> None:
        """Note a failure that may have nothing to do with the message."""
        self.failures += 1
        if self.failures >= _FAILURES:
            rest = min(_ALONE_LONGEST, _ALONE * 2 ** (self.failures - _FAILURES))
            self._until = self._clock.monotonic() + rest * random.uniform(0.5, 1)


class Turns:
    """Whose turn it is in a channel: one message at a time, a critical one first."""

    def __init__(self) -> None:
        """Start with nobody's."""
        self._free, self._busy, self._critical = Condition(), 0, 0

    def enter(self, *, critical: bool, stop: Event) -> bool:
        """Wait for the turn; return False if the program ends."""
        with self._free:
            self._critical += critical
            if critical:
                self._free.wait_for(lambda: self._busy == 0, _POLITE)
            else:
                while self._busy or self._critical:
                    if stop.is_set():
                        return False
                    self._free.wait(0.1)
            self._busy += 1
            return True

    def leave(self, *, critical: bool) -> None:
        """Give the turn back."""
        with self._free:
            self._busy -= 1
            self._critical -= critical
            self._free.notify_all()


class Lane(Struct, frozen=True):
    """One lane of a channel: one message at a time is under way in it.

    `hopeless` are the ids of the channel's messages that it refuses for good, in both lanes: others of their thread do
    not wait for them.
    """

    channel: Channel
    critical: bool
    turns: Turns
    circuit: Circuit
    hopeless: set[str]
    news: Event = field(default_factory=Event)


def lanes_of(lesser: Channel, critical: Channel, clock: Clock) -> tuple[Lane, Lane]:
    """Return the lanes of a channel, which comes twice; each has a circuit of its own, so that what one of them cannot
    send holds the other one up for nothing.
    """
    turns, hopeless = Turns(), set[str]()
    return (
        Lane(lesser, False, turns, Circuit(clock), hopeless),
        Lane(critical, True, turns, Circuit(clock), hopeless),
    )
