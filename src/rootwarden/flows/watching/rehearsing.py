"""Rings the chain by the calendar: a drill when the last one that passed is too old, and people told when it fails."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

from rootwarden.aws.clock import new_ulid
from rootwarden.errors import RootwardenError
from rootwarden.flows.drilling.history import passed_since
from rootwarden.flows.drilling.plan import path_of
from rootwarden.flows.drilling.running import Running
from rootwarden.flows.watching.plan import Rehearsal, WatchRequest
from rootwarden.flows.watching.tellers import Tellers
from rootwarden.model.ports import Clock
from rootwarden.report.trouble_message import drill_message
from rootwarden.store.intake import put_messages
from rootwarden.store.opening import Store, StoreError
from rootwarden.store.states import save_state, saved_state

# The watch is to be at work when the first one rings; then it is looked now and then whether one is due.
_FIRST, _LOOK = 3.0, 60.0  # seconds
# After one that failed the next is a day later, unless it is due more often: people know by then.
_AGAIN = timedelta(days=1)
_TRIED = "drill-tried"


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
    """The drills of a watch, in a thread of their own."""

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
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin to look whether a drill is due."""
        self._thread.start()

    def stop(self, patience: float) -> None:
        """End; a drill that is under way puts back what it did, for so many seconds."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        pause = _FIRST
        while not self._stop.wait(pause):
            pause = _LOOK
            try:
                if self._due():
                    self._drill()
            except _StoppedError:
                return
            except StoreError as error:
                self._log("store-failed", {"why": str(error)})
            except BaseException as error:  # noqa: BLE001 - handed to the thread that judges, which ends the program
                self.failure = error
                return

    def _due(self) -> bool:
        drill = self._plan.drill
        if passed_since(drill.store, path_of(drill), self._plan.every, drill.configuration) is not None:
            return False
        tried = saved_state(self._store, _TRIED)
        if tried is None or tried[0] != self._name():
            return True
        return self._clock.now() - tried[1] >= min(_AGAIN, self._plan.every)

    def _name(self) -> bytes:
        """Return what tells this drill from one of another path, or before sources or channels were changed."""
        return f"{path_of(self._plan.drill)} {self._plan.drill.configuration}".encode()

    def _drill(self) -> None:
        path = path_of(self._plan.drill)
        save_state(self._store, _TRIED, self._name(), self._clock.now())
        self._log("drill", {"path": path})
        try:
            drill = Running(self._plan.drill, self._halting).run(lambda _: None)
        except StoreError:
            raise
        except RootwardenError as error:
            self._tell(path, str(error), "")
            return
        self._log("drilled", {"drill": drill.id, "passed": drill.passed, "broken": drill.broken})
        if not drill.passed:
            hop = next((one for one in drill.hops if one.name == drill.broken), None)
            why = f"it broke at: {hop.name}; {hop.detail}" if hop is not None else "not everything was put back"
            self._tell(path, why, drill.id)

    def _tell(self, path: str, why: str, drill: str) -> None:
        now = self._clock.now()
        self._log("drill-failed", {"path": path, "why": why})
        message = drill_message(path, why, drill, name=f"drill-{new_ulid()}", now=now)
        with self._store.write() as connection:
            put_messages(connection, list(self._tellers.by_severity(message, now)), now)
