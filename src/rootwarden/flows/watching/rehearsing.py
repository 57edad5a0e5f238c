"""Rings the chain by the calendar: a drill when the last one that passed is too old, and people told when it fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread

from rootwarden.aws.clock import new_ulid
from rootwarden.errors import RootwardenError
from rootwarden.flows.drilling.history import passed_since
from rootwarden.flows.drilling.plan import path_of
from rootwarden.flows.drilling.running import Running
from rootwarden.flows.watching.plan import Rehearsal, WatchRequest
from rootwarden.flows.watching.tellers import Tellers
from rootwarden.model.message import Message
from rootwarden.model.ports import Clock
from rootwarden.report.trouble_message import drill_message
from rootwarden.store.intake import put_messages
from rootwarden.store.opening import Store, StoreError
from rootwarden.store.states import save_state, saved_state

# The watch is to be at work when the first one rings; then it is looked now and then whether one is due.
_FIRST, _LOOK = 3.0, 60.0  # seconds
# After one that failed the next is a day later, unless it is due more often: people know by then.
_AGAIN = timedelta(days=1)
# Under this name what became of the last try: begun, passed or failed. One that only began is tried again.
_TRIED, _BEGUN, _PASSED, _FAILED = "drill-tried", b"begun", b"passed", b"failed"


class _StoppedError(Exception):
    """The watch ends: what the drill set off is put back."""


class _Halting:
    """A clock on which nobody sleeps longer than the watch runs."""

    def __init__(self, clock: Clock, stop: Event) -> None:
        """Take the clock that is right, and what tells that the watch ends."""
        self._clock, self._stop = clock, stop
        self.now, self.monotonic = clock.now, clock.monotonic

    def sleep(self, seconds: float) -> None:
        """Sleep.

        Raises:
            _StoppedError: the watch ends.
        """
        if self._stop.wait(seconds):
            raise _StoppedError


class Rehearsals:
    """The drills of a watch, in a thread of their own. Whatever goes wrong with them, the watch goes on."""

    def __init__(self, plan: Rehearsal, request: WatchRequest, store: Store, tellers: Tellers, clock: Clock) -> None:
        """Take what is to be drilled, and whom to tell when it fails.

        Raises:
            UsageError: something that the drill needs is missing.
        """
        self._plan, self._store, self._tellers, self._log = plan, store, tellers, request.log
        self._clock, self._stop = clock, Event()
        self._halting = _Halting(clock, self._stop)
        Running(plan.drill)  # says now what is missing, and not in a month
        self._thread = Thread(target=self._run, daemon=True)
        self._unsaid: list[Message] = []

    def start(self) -> None:
        """Begin to look whether a drill is due."""
        self._thread.start()

    def halt(self) -> None:
        """Have the thread end; a drill that is under way puts back what it did."""
        self._stop.set()

    def stop(self, patience: float) -> None:
        """Wait for its end, for so many seconds."""
        self.halt()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        pause = _FIRST
        while not self._stop.wait(pause):
            pause = _LOOK
            try:
                self._say()
                if self._due():
                    self._drill()
            except _StoppedError:
                return
            except StoreError as error:  # a drill that it broke off only began, and what is to be said is still held
                self._log("store-failed", {"why": str(error)})

    # -- when ------------------------------------------------------------------------------------------------------
    def _due(self) -> bool:
        drill = self._plan.drill
        if passed_since(drill.store, path_of(drill), self._plan.every, drill.configuration) is not None:
            return False
        state, at = self._tried()
        return state in (b"", _BEGUN) or self._clock.now() - at >= min(_AGAIN, self._plan.every)

    def _tried(self) -> tuple[bytes, datetime]:
        """Return what became of the last try of this path with sources and channels as they are, and when that was."""
        found = saved_state(self._store, _TRIED)
        if found is None:
            return b"", self._clock.now()
        state, _, name = found[0].partition(b" ")
        return (state if name == self._name() else b""), found[1]

    def _keep(self, state: bytes) -> None:
        save_state(self._store, _TRIED, state + b" " + self._name(), self._clock.now())

    def _name(self) -> bytes:
        return f"{path_of(self._plan.drill)} {self._plan.drill.configuration}".encode()

    # -- drilling --------------------------------------------------------------------------------------------------
    def _drill(self) -> None:
        path, (before, _) = path_of(self._plan.drill), self._tried()
        self._keep(_BEGUN)
        self._log("drill", {"path": path})
        why, drill = self._tried_out()
        self._log("drilled", {"path": path, "passed": not why, "why": why})
        if why or before == _FAILED:
            self._unsaid.append(drill_message(path, why, drill, name=f"drill-{new_ulid()}", now=self._clock.now()))
        self._say()  # before it counts as tried: a program that is killed here drills again, and says it then
        self._keep(_FAILED if why else _PASSED)

    def _tried_out(self) -> tuple[str, str]:
        """Run the drill; return why it did not pass ("": it did) and its name ("": it could not be run).

        Raises:
            StoreError: the database does not answer.
            _StoppedError: the watch ends.
        """
        try:
            drill = Running(self._plan.drill, self._halting).run(lambda _: None)
        except (StoreError, _StoppedError):
            raise
        except RootwardenError as error:
            return str(error), ""
        except Exception as error:  # noqa: BLE001 - told to people: a drill must not end the watch that it is to prove
            return f"a defect of Rootwarden's: {type(error).__name__}: {error}", ""
        if drill.passed:
            return "", drill.id
        hop = next((one for one in drill.hops if one.name == drill.broken), None)
        return (f"it broke at: {hop.name}; {hop.detail}" if hop is not None else "not all was put back"), drill.id

    def _say(self) -> None:
        """Put into the outbox what people are to be told; it is held until that is done."""
        now = self._clock.now()
        ready = [post for message in self._unsaid for post in self._tellers.by_severity(message, now)]
        if ready:
            with self._store.write() as connection:
                put_messages(connection, ready, now)
        self._unsaid = []
