"""Runs a watch from its start to its end: what it takes up from the store, its turns, and an orderly farewell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from threading import Event
from typing import IO, Any

from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.own_clients import OwnClients
from rootwarden.errors import UsageError
from rootwarden.flows.notifying import open_channels
from rootwarden.flows.watching.judging import Desk
from rootwarden.flows.watching.minding import Minder
from rootwarden.flows.watching.numbers import Numbers
from rootwarden.flows.watching.plan import WatchRequest
from rootwarden.flows.watching.posting import Post
from rootwarden.flows.watching.receiving import Receiver
from rootwarden.flows.watching.rehearsing import Rehearsals
from rootwarden.flows.watching.tellers import Links, Taker, Tellers
from rootwarden.model.message import Channel
from rootwarden.model.ports import Clock, NewId
from rootwarden.store.intake import Mark, OustedError, marks_of
from rootwarden.store.opening import Store, StoreError, open_store
from rootwarden.store.states import Watcher, save_state, secret_of
from rootwarden.trail.sources import Parcel, Source, Tools, open_source

# Parcels judged in one go: many, so that a flood is taken in; a quiet day brings them one by one.
_AT_ONCE = 2000
_TURN = 0.25  # seconds that a turn waits for records
_BEAT = 15.0  # seconds between two signs of life in the store; doctor and drills take silence of a minute for death
_FAREWELL = 10.0  # seconds
_PATIENCE = 30.0  # seconds without a delivery after the sources have ended
_PAUSE, _LONGEST = 0.5, 30.0  # seconds between two tries to reach the store; doubles


class Watching:
    """A watch that is set up; `run` turns it until `stop` is called or its sources end."""

    def __init__(self, request: WatchRequest, clock: Clock | None = None, new_id: NewId = new_ulid) -> None:
        """Open the store, take up what was left, open channels and sources.

        Raises:
            RootwardenError: anything of it is wrong or cannot be reached.
        """
        self._request, self._clock = request, clock or SystemClock()
        self.numbers, self._stop, self.run_id = Numbers(), Event(), new_id()
        self.store: Store = open_store(request.store)
        with ExitStack() as undone:
            undone.callback(self.store.close)
            self._watcher = Watcher(self.store, self.run_id, self._clock.now())
            undone.callback(self._watcher.close)
            self.links = Links(request.public_url, secret_of(self.store, "link-key", self._clock.now()))
            self._channels, tellers = _channels(request, self.links)
            arguments = (tellers, self.numbers, self._clock, new_id)
            self._desk = Desk(request, self.store, self.run_id, *arguments)
            self._minder = Minder(request, self.store, *arguments)
            plan = request.rehearsal
            self._rehearsals = Rehearsals(plan, request, self.store, tellers, self._clock) if plan else None
            self.sources = self._open_sources()
            undone.pop_all()
        self._receiver = Receiver(self.sources, self.numbers, self._clock, request.log)
        self._post = Post(self.store, self._clock, self.numbers, request.log)
        self._desk.on_commit = lambda ready: self._post.wake()
        self._turned = self._beaten = self._clock.monotonic()
        self._ended: float | None = None
        self.undelivered = 0

    def _open_sources(self) -> list[Source]:
        request, client = self._request, OwnClients(self._request.way, "rootwarden-watch")
        tools = Tools(
            client=client, clock=self._clock,
            regions=lambda: request.regions or _enabled_regions(client), stdin=request.stdin or _no_stdin,
            log=request.log,
        )  # fmt: skip
        found = []
        for place in request.sources:
            source = open_source(place, tools)
            source.resume({mark.place: mark.value for mark in marks_of(self.store, source.name)})
            found.append(source)
        return found

    # -- running ---------------------------------------------------------------------------------------------------
    def run(self) -> None:
        """Watch until told to stop, or until every source has ended and all is delivered.

        Where a channel does not take anything any more it ends too, and `undelivered` says how much is left.

        Raises:
            OustedError: another watcher has taken over this store.
            Exception: a source broke in a way that is a defect.
        """
        log = self._request.log
        replayed = self._desk.recover()
        self._minder.recall(self._desk.voices)
        self._post.start(self._channels)
        self._post.wake()
        self._receiver.start()
        if self._rehearsals is not None:
            self._rehearsals.start()
        log("watching", {"store": self.store.name, "sources": [one.name for one in self.sources], "again": replayed})
        try:
            while not self._stop.is_set():
                came = self._receiver.next(_AT_ONCE, _TURN)
                self._turn(came)
                if not came and self._over():
                    break
        finally:
            self._leave()
        log("ended", {"run": self.run_id})

    def stop(self) -> None:
        """Have the watch end after its present turn."""
        self._stop.set()

    def seconds_since_turn(self) -> float:
        """Return how long ago the watch turned last: more than a few seconds mean that it hangs."""
        return self._clock.monotonic() - self._turned

    def _turn(self, came: Sequence[tuple[Source, Parcel]]) -> None:
        for failure in (self._receiver.failure, self._post.failure):
            if failure is not None:
                raise failure
        self._insist(lambda: self._desk.take([parcel for _, parcel in came], self._marks(came)))
        self._receiver.confirm(came)
        self._insist(self._desk.save)
        self._beat()
        if self._minder_turn():
            self._post.wake()
        self._turned = self._clock.monotonic()
        self.numbers.beat.set(self._clock.now().timestamp())

    def _beat(self) -> None:
        """Write into the store that this watch lives, also when nothing comes; whoever was ousted learns of it here.

        Raises:
            OustedError: another watcher has taken over.
        """
        if self._clock.monotonic() - self._beaten >= _BEAT:
            self._insist(lambda: save_state(self.store, "heartbeat", b"", self._clock.now(), self.run_id))
            self._beaten = self._clock.monotonic()

    def _minder_turn(self) -> bool:
        try:
            return bool(self._minder.turn(self._desk.voices))
        except StoreError as error:
            self._request.log("store-failed", {"why": str(error)})
            return False

    def _insist(self, act: Callable[[], object]) -> None:
        """Do something that is kept in the store; while that does not answer, try again: nothing is let go of."""
        pause = _PAUSE
        while True:
            try:
                act()
                return
            except StoreError as error:
                self._request.log("store-failed", {"why": str(error), "again_in_seconds": pause})
                if self._stop.wait(pause):
                    raise
                pause = min(_LONGEST, pause * 2)
                if self._desk.unkept:
                    act = self._desk.again

    def _marks(self, came: Sequence[tuple[Source, Parcel]]) -> list[Mark]:
        now, marks = self._clock.now(), []
        for source in self.sources:
            mine = [parcel for one, parcel in came if one is source]
            marks += [Mark(source.name, place, now, value) for place, value in source.progress(mine).items()]
        return marks

    def _over(self) -> bool:
        """Return whether nothing will come any more and all is delivered, or no channel takes what is left."""
        if not self.sources or not self._receiver.finished():
            return False
        if self._ended is None:
            self._ended = self._clock.monotonic()
        patient = min(self._clock.monotonic() - self._ended, self._post.seconds_since_delivery()) < _PATIENCE
        try:
            if patient and not self._post.idle():
                return False
            self.undelivered = self._post.undelivered()
        except StoreError as error:  # it is asked again
            self._request.log("store-failed", {"why": str(error)})
            return False
        return True

    def _leave(self) -> None:
        if self._rehearsals is not None:
            self._rehearsals.halt()  # it puts back what it did while the others end
        self._receiver.stop(_FAREWELL)
        self._post.stop(_FAREWELL)
        try:
            self._desk.save_at_once()
        except (StoreError, OustedError) as error:  # what came in since the last time is gone through again then
            self._request.log("state-not-saved", {"why": str(error)})
        finally:
            if self._rehearsals is not None:
                self._rehearsals.stop(_FAREWELL)
            self._watcher.close()
            self.store.close()


def _channels(request: WatchRequest, links: Links) -> tuple[Mapping[str, tuple[Channel, Channel]], Tellers]:
    """Open every channel twice, because each lane makes its own calls."""
    lesser, critical = open_channels(request.notify), open_channels(request.notify)
    pairs = {one.channel.name: (one.channel, other.channel) for one, other in zip(lesser, critical, strict=True)}
    takers = tuple(Taker(one.channel.name, frozenset(one.levels)) for one in lesser)
    known = {one.name for one in takers}
    named = [name for step in request.escalation.steps for name in step.channels] + list(request.digest.channels)
    for name in named:
        if name not in known:
            todo = "name one of [channels.NAME]"
            raise UsageError(f"there is no channel {name!r} to escalate to", why=f"known: {sorted(known)}", todo=todo)
    return pairs, Tellers(takers, links)


def _enabled_regions(client: OwnClients) -> Sequence[str]:
    ec2: Any = client("ec2")  # botocore makes its methods when it runs
    answer = ec2.describe_regions(AllRegions=False)
    return [str(one["RegionName"]) for one in answer["Regions"]]


def _no_stdin() -> IO[bytes]:
    raise UsageError("standard input is closed", todo="name a queue or a folder")
