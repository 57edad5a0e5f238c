"""Follows a drill from hop to hop through the store: record kept, detection fired, each channel delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from rootwarden.aws.clock import new_ulid
from rootwarden.flows.drilling.plan import DrillRequest
from rootwarden.model.drill import Drill, Hop, Method, Passed
from rootwarden.model.findings import Severity
from rootwarden.model.message import DRILL_TITLE, Message, Occasion
from rootwarden.model.ports import Clock
from rootwarden.store import casebook
from rootwarden.store.drill_traces import Traces, traces
from rootwarden.store.intake import Ready, put_messages
from rootwarden.store.opening import Store
from rootwarden.store.states import saved_state

# Without a sign of life for so long the watch is taken to be down.
_ALIVE = timedelta(seconds=60)
_LOOK = 0.2  # seconds
_WHERE = {
    "record": "no record of it reached the watch: look at the trail, the rule, its target, the queue and its policy",
    "detection": "the record came, and no detection fired: see `rootwarden detections`",
    "message": "an alert was raised, and no channel takes its severity: see `rootwarden notify list`",
    "alarm notice": (
        "the alarm rang, and the watch did not hear it: its queue must be subscribed to the alarm's topic, and the"
        " policies of queue and key must let the topic in"
    ),
}


class Follow:
    """Looks into the store until everything is there, or the time is over."""

    def __init__(
        self, store: Store, clock: Clock, drill: str, began: datetime, limit: timedelta, say: Callable[[str], None]
    ) -> None:
        """Take what to look for, since when and until when."""
        self._store, self._clock, self._drill, self._began = store, clock, drill, began
        self._limit, self._say = limit, say

    def watch_is_up(self) -> Iterator[Hop]:
        """Yield whether a watch is at work on this store: without one nothing can be followed."""
        seen = saved_state(self._store, "watcher")
        alive = seen is not None and self._clock.now() - seen[1] < _ALIVE
        when = f"last heard {seen[1]:%Y-%m-%d %H:%M:%S} UTC" if seen is not None else "it never ran on this store"
        detail = "" if alive else f"no watch is running: {when}"
        yield Hop(name="watch", state=Passed.PASSED if alive else Passed.FAILED, detail=detail)

    def wait_for(self, name: str, look: Callable[[Traces], datetime | None]) -> Hop:
        """Wait until something is found; the hop says how many seconds after the beginning it was passed."""
        until = self._began + self._limit
        while True:
            when = look(traces(self._store, self._drill))
            if when is not None:
                seconds = max(0.0, (when - self._began).total_seconds())
                late = seconds > self._limit.total_seconds()
                self._say(f"{name}: {seconds:.1f} s")
                return self._hop(name, Passed.FAILED if late else Passed.PASSED, seconds, "too late" if late else "")
            if self._clock.now() > until:
                self._say(f"{name}: nothing within {self._limit.total_seconds():.0f} s")
                return self._hop(name, Passed.FAILED, None, _WHERE.get(name, ""))
            self._clock.sleep(_LOOK)

    def deliveries(self) -> Iterator[Hop]:
        """Yield a hop for each channel that the drill's messages are addressed to."""
        for channel in traces(self._store, self._drill).channels:
            name = f"channel {channel}"
            hop = self.wait_for(name, lambda found, channel=channel: found.delivered.get(channel))  # type: ignore[misc]
            if hop.state is Passed.FAILED and not hop.detail:
                error = traces(self._store, self._drill).errors.get(channel, "")
                hop = self._hop(name, Passed.FAILED, hop.seconds, error or "it was not delivered in time")
            yield hop

    def complete(self, hops: Sequence[Hop], request: DrillRequest) -> list[Hop]:
        """Return the hops with those that were not reached, so that every report names them all."""
        names = _names(request)
        have = {hop.name for hop in hops}
        behind = [Hop(name=name, state=Passed.NOT_REACHED) for name in names if name not in have]
        return [*hops, *behind]

    def farewell(self, drill: Drill) -> None:
        """Close the drill's incident, and tell every channel that was told of it that it is over."""
        now, found = self._clock.now(), traces(self._store, self._drill)
        result = "passed" if drill.passed else f"FAILED at: {drill.broken or 'putting things back'}"
        casebook.close(self._store, self._drill, "rootwarden drill", result, now)
        message = Message(
            id=new_ulid(), thread=self._drill, occasion=Occasion.CLEARED, severity=found.severity or Severity.INFO,
            title=f"{DRILL_TITLE}over, it {result}", lines=tuple(f"{hop.name}: {_hop(hop)}" for hop in drill.hops),
            event_time=drill.started, created=now, drill=True, data={"drill": drill.id, "passed": drill.passed},
        )  # fmt: skip
        with self._store.write() as connection:
            put_messages(connection, [Ready(name, message, False, now) for name in found.channels], now)

    def _hop(self, name: str, state: Passed, seconds: float | None, detail: str) -> Hop:
        return Hop(name=name, state=state, seconds=seconds, limit=self._limit.total_seconds(), detail=detail)


def hops_after(follow: Follow, request: DrillRequest) -> Iterator[Hop]:
    """Yield the hops behind the act, until one fails."""
    for name, look in _looks(request):
        hop = follow.wait_for(name, look)
        yield hop
        if hop.state is not Passed.PASSED:
            return
    yield from follow.deliveries()
    if request.acknowledge:
        yield follow.wait_for("acknowledged", lambda found: found.acknowledged)


def _looks(request: DrillRequest) -> Iterator[tuple[str, Callable[[Traces], datetime | None]]]:
    if request.method is Method.ALARM:
        yield "alarm notice", lambda found: found.record
    else:
        yield "record", lambda found: found.record
        yield "detection", lambda found: found.alert
    yield "message", lambda found: found.message


def _names(request: DrillRequest) -> list[str]:
    first = ["watch", *(["alarm action"] if request.method is Method.ALARM else []), "act"]
    last = ["acknowledged"] if request.acknowledge else []
    return [*first, *(name for name, _ in _looks(request)), *last]


def _hop(hop: Hop) -> str:
    seconds = f" after {hop.seconds:.1f} s" if hop.seconds is not None else ""
    return f"{hop.state.value}{seconds}{f': {hop.detail}' if hop.detail else ''}"
