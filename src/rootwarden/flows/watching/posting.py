"""Delivers what lies in the outbox: one message at a time to each channel, what is critical in a lane of its own.

At most one message of a channel is under way, so that a program that is killed leaves at most one that may come twice.
Only when a channel takes long over a lesser message does a critical one not wait for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Condition, Event, Thread

from msgspec import Struct

from rootwarden.errors import RootwardenError
from rootwarden.flows.watching.numbers import Numbers
from rootwarden.model.message import Channel, DeliveryError
from rootwarden.model.ports import Clock
from rootwarden.store import outbox
from rootwarden.store.opening import Store

# Seconds: the first pause after a failure, and the longest. Between them it doubles, and a part of it is chance, so
# that many that failed together do not come back together ("full jitter").
_FIRST, _LONGEST = 1.0, 300.0
# After so many failures in a row a channel is left alone for a while: seconds, doubling up to the longest.
_FAILURES, _ALONE, _ALONE_LONGEST = 5, 15.0, 120.0
# A message that nobody took for so long is given up; that is said, and counted.
GIVEN_UP_AFTER = timedelta(days=3)
# A critical message waits so many seconds for a lesser one that is under way.
_POLITE = 0.3
_LOOK = 0.5  # seconds between two looks into the outbox when nobody says that there is news


class Circuit:
    """Whether a channel is worth trying: open (leave it alone) after failures in a row, until some time has passed."""

    def __init__(self, clock: Clock) -> None:
        """Start closed."""
        self._clock, self.failures, self._until = clock, 0, 0.0

    def wait(self) -> float:
        """Return for how many seconds the channel is to be left alone."""
        return max(0.0, self._until - self._clock.monotonic())

    def worked(self) -> None:
        """Note that a message was taken."""
        self.failures, self._until = 0, 0.0

    def failed(self) -> bool:
        """Note a failure; return whether the channel is left alone now."""
        self.failures += 1
        if self.failures < _FAILURES:
            return False
        rest = min(_ALONE_LONGEST, _ALONE * 2 ** (self.failures - _FAILURES))
        self._until = self._clock.monotonic() + rest * random.uniform(0.5, 1)
        return True


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
    """One lane of a channel: its messages are sent in order."""

    channel: Channel
    critical: bool
    turns: Turns
    circuit: Circuit
    news: Event


class Post:
    """All lanes, each with a thread of its own."""

    def __init__(
        self, store: Store, clock: Clock, numbers: Numbers, log: Callable[[str, Mapping[str, object]], None]
    ) -> None:
        """Start without channels."""
        self._store, self._clock, self._numbers, self._log = store, clock, numbers, log
        self._stop = Event()
        self._lanes: list[Lane] = []
        self._threads: list[Thread] = []
        self.failure: BaseException | None = None

    def start(self, channels: Mapping[str, tuple[Channel, Channel]]) -> None:
        """Begin to deliver; each channel comes twice, because one call at a time is made on each."""
        outbox.recover(self._store, self._clock.now())
        for lesser, critical in channels.values():
            turns, circuit = Turns(), Circuit(self._clock)
            self._lanes += [
                Lane(lesser, False, turns, circuit, Event()),
                Lane(critical, True, turns, circuit, Event()),
            ]
        self._threads = [Thread(target=self._work, args=(lane,), daemon=True) for lane in self._lanes]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        for lane in self._lanes:
            lane.news.set()

    def idle(self) -> bool:
        """Return whether nothing is due."""
        now = self._clock.now()
        for lane in self._lanes:
            due = outbox.next_due(self._store, lane.channel.name, critical=lane.critical)
            if due is not None and due <= now + timedelta(seconds=_LONGEST):
                return False
        return not outbox.sending(self._store)

    def stop(self, patience: float) -> None:
        """End: what is under way may take so many seconds more."""
        self._stop.set()
        self.wake()
        for thread in self._threads:
            thread.join(patience)
        for lane in self._lanes:
            lane.channel.close()

    # -- one lane ----------------------------------------------------------------------------------------------------
    def _work(self, lane: Lane) -> None:
        while not self._stop.is_set():
            try:
                sent = self._one(lane)
            except RootwardenError as error:  # the store does not answer: what is kept there waits with it
                self._log("store-failed", {"channel": lane.channel.name, "why": str(error)})
                sent = False
            except BaseException as error:  # noqa: BLE001 - handed to the thread that turns, which ends the program
                self.failure = error
                return
            if not sent:
                lane.news.wait(_LOOK)
                lane.news.clear()

    def _one(self, lane: Lane) -> bool:
        """Deliver the next message of a lane, if one is due; return whether there may be another."""
        name = lane.channel.name
        if lane.circuit.wait() > 0:
            return False
        due = outbox.next_due(self._store, name, critical=lane.critical)
        if due is None or due > self._clock.now() or not lane.turns.enter(critical=lane.critical, stop=self._stop):
            return False
        try:
            post = outbox.take(self._store, name, self._clock.now(), critical=lane.critical)
            if post is not None:
                self._deliver(lane, post)
        finally:
            lane.turns.leave(critical=lane.critical)
        return post is not None

    def _deliver(self, lane: Lane, post: outbox.Post) -> None:
        name = lane.channel.name
        try:
            lane.channel.send(post.message)
        except DeliveryError as error:
            self._failed(lane, post, error)
            return
        now = self._clock.now()
        outbox.delivered(self._store, post, now)
        lane.circuit.worked()
        self._numbers.delivered.labels(name).inc()
        self._numbers.broken.labels(name).set(0)
        self._numbers.told.labels(name).observe(max(0.0, (now - post.created).total_seconds()))
        self._log("delivered", {"channel": name, "message": post.message.id, "thread": post.message.thread})

    def _failed(self, lane: Lane, post: outbox.Post, error: DeliveryError) -> None:
        name, now = lane.channel.name, self._clock.now()
        alone = lane.circuit.failed()
        self._numbers.refused.labels(name).inc()
        self._numbers.broken.labels(name).set(alone)
        about = {"channel": name, "message": post.message.id, "why": error.why, "attempts": post.attempts + 1}
        if now - post.created > GIVEN_UP_AFTER:
            outbox.given_up(self._store, post, error.why)
            self._log("given-up", about)
            return
        # What only a change of the configuration can mend is tried seldom, but it is tried: nothing is thrown away.
        pause = min(_LONGEST, _FIRST * 2**post.attempts) if error.retryable else _LONGEST
        pause = error.retry_after if error.retry_after is not None else pause * random.uniform(0.5, 1)
        due = now + timedelta(seconds=min(max(pause, 0.1), _LONGEST * 2))
        outbox.failed(self._store, post, error.why, due, may_repeat=error.unsure)
        self._log("delivery-failed", about | {"again": due.isoformat()})
