"""Delivers what lies in the outbox: one message at a time to each channel, what is critical in a lane of its own.

At most one message of a channel is under way, so that a program that is killed leaves at most one that may come twice.
Only when a channel takes long over a lesser message does a critical one not wait for it. What became of a message is
written down before the next one is taken, however long the store does not answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event, Thread

from rootwarden.errors import RootwardenError
from rootwarden.flows.watching.giving_up import Lost
from rootwarden.flows.watching.lanes import Lane, lanes_of
from rootwarden.flows.watching.numbers import Numbers
from rootwarden.model.message import Channel, DeliveryError
from rootwarden.model.ports import Clock
from rootwarden.store import outbox
from rootwarden.store.opening import Store

# Seconds: the first pause after a failure, and the longest. Between them it doubles, and a part of it is chance, so
# that many that failed together do not come back together ("full jitter").
_FIRST, _LONGEST = 1.0, 300.0
# A message that nobody took for so long is given up; that is said, and counted.
GIVEN_UP_AFTER = timedelta(days=3)
# A critical message waits so long at first for those of its thread that were made before it.
_IN_ORDER = timedelta(seconds=5)
_LOOK = 0.5  # seconds between two looks into the outbox when nobody says that there is news
_AGAIN, _AGAIN_LONGEST = 0.5, 30.0  # seconds between two tries to reach the store; doubles


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
        self._lost = Lost(())
        self._moved = clock.monotonic()
        self.failure: BaseException | None = None

    def start(self, channels: Mapping[str, tuple[Channel, Channel]]) -> None:
        """Begin to deliver; each channel comes twice, because one call at a time is made on each."""
        outbox.recover(self._store, self._clock.now())
        outbox.hasten(self._store, self._clock.now())
        self._lost = Lost(tuple(channels))
        self._lanes = [lane for pair in channels.values() for lane in lanes_of(*pair, self._clock)]
        self._threads = [Thread(target=self._work, args=(lane,), daemon=True) for lane in self._lanes]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        for lane in self._lanes:
            lane.news.set()

    def _wake(self, channel: str) -> None:
        for lane in self._lanes:
            if lane.channel.name == channel:
                lane.news.set()

    def idle(self) -> bool:
        """Return whether nothing is due."""
        now = self._clock.now()
        for lane in self._lanes:
            due = outbox.next_due(self._store, lane.channel.name, critical=lane.critical)
            if due is not None and due <= now + timedelta(seconds=_LONGEST):
                return False
        return not outbox.sending(self._store)

    def seconds_since_delivery(self) -> float:
        """Return how long ago a channel took a message last, or since when this stands ready."""
        return self._clock.monotonic() - self._moved

    def undelivered(self) -> int:
        """Return how many messages the channels have not taken yet."""
        return outbox.undelivered(self._store, {lane.channel.name for lane in self._lanes})

    def stop(self, patience: float) -> None:
        """End: what is under way may take so many seconds more, all lanes together."""
        self._stop.set()
        self.wake()
        until = self._clock.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, until - self._clock.monotonic()))
        for lane in self._lanes:
            lane.channel.close()

    # -- one lane ----------------------------------------------------------------------------------------------------
    def _work(self, lane: Lane) -> None:
        while not self._stop.is_set():
            lane.news.clear()
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

    def _one(self, lane: Lane) -> bool:
        """Deliver the next message of a lane, if one is due; return whether there may be another."""
        name, alone = lane.channel.name, lane.circuit.wait() > 0
        if alone and not lane.critical:
            return False
        # The store may have marked one as being sent, and the answer have been lost on its way here.
        outbox.take_back(self._store, name, self._clock.now(), critical=lane.critical)
        due = outbox.next_due(self._store, name, critical=lane.critical)
        if due is None or due > self._clock.now() or not lane.turns.enter(critical=lane.critical, stop=self._stop):
            return False
        try:
            post = self._take(lane, untried=alone)
            if post is not None:
                self._deliver(lane, post)
        finally:
            lane.turns.leave(critical=lane.critical)
        if post is not None:
            self._wake(name)  # one of the same thread may wait in the other lane
        return post is not None

    def _take(self, lane: Lane, *, untried: bool) -> outbox.Post | None:
        now = self._clock.now()
        return outbox.take(
            self._store, lane.channel.name, now, critical=lane.critical, untried=untried,
            impatient=now - _IN_ORDER if lane.critical else None, hopeless=lane.hopeless,
        )  # fmt: skip

    def _deliver(self, lane: Lane, post: outbox.Post) -> None:
        name = lane.channel.name
        try:
            lane.channel.send(post.message)
        except DeliveryError as error:
            self._failed(lane, post, error)
            return
        now = self._clock.now()
        self._moved = self._clock.monotonic()
        lane.circuit.worked()
        lane.hopeless.discard(post.id)
        self._insist(lane, lambda: outbox.delivered(self._store, post, now))
        self._count(lane)
        self._numbers.delivered.labels(name).inc()
        self._numbers.told.labels(name).observe(max(0.0, (now - post.created).total_seconds()))
        self._log("delivered", {"channel": name, "message": post.message.id, "thread": post.message.thread})

    def _failed(self, lane: Lane, post: outbox.Post, error: DeliveryError) -> None:
        name, now = lane.channel.name, self._clock.now()
        if error.retryable:
            lane.circuit.failed()
            lane.hopeless.discard(post.id)
        else:  # the channel answers: it is this message that it does not want
            lane.hopeless.add(post.id)
        self._numbers.refused.labels(name).inc()
        self._count(lane)
        about = {"channel": name, "message": post.message.id, "why": error.why, "attempts": post.attempts + 1}
        if now - post.created > GIVEN_UP_AFTER:
            others = self._lost.others(post, error.why, now)
            lane.hopeless.discard(post.id)
            self._insist(lane, lambda: outbox.given_up(self._store, post, error.why, others, now))
            self._log("given-up", about | {"told": [one.channel for one in others]})
            self.wake()
            return
        # What only a change of the configuration can mend is tried seldom, but it is tried: nothing is thrown away.
        pause = min(_LONGEST, _FIRST * 2**post.attempts) if error.retryable else _LONGEST
        pause = error.retry_after if error.retry_after is not None else pause * random.uniform(0.5, 1)
        due = now + timedelta(seconds=min(max(pause, 0.1), _LONGEST * 2))
        self._insist(lane, lambda: outbox.failed(self._store, post, error.why, due, may_repeat=error.unsure))
        self._log("delivery-failed", about | {"again": due.isoformat()})

    def _insist(self, lane: Lane, write: Callable[[], None]) -> None:
        """Write down what became of a message; while the store does not answer, nothing else is sent in this lane.

        If the program ends meanwhile, the next one finds the message as being sent, and says that it may repeat.
        """
        pause = _AGAIN
        while True:
            try:
                write()
                return
            except RootwardenError as error:
                self._log("store-failed", {"channel": lane.channel.name, "why": str(error), "again_in_seconds": pause})
                if self._stop.wait(pause):
                    return
                pause = min(_AGAIN_LONGEST, pause * 2)

    def _count(self, lane: Lane) -> None:
        """Say whether one of the lanes of a channel is left alone."""
        name = lane.channel.name
        alone = any(one.circuit.wait() > 0 for one in self._lanes if one.channel.name == name)
        self._numbers.broken.labels(name).set(alone)
