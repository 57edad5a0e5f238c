"""Carries a plan out: each call is written down before it is made, and the first that fails ends the run."""

from __future__ import annotations

from threading import Event
from typing import Any

from rootwarden.aws.hands import Hands, WriteError
from rootwarden.flows.applying.request import Tell
from rootwarden.model.plan import Change, Step
from rootwarden.model.ports import Clock
from rootwarden.model.run import StepState, Way
from rootwarden.model.writes import WRITES
from rootwarden.store.run_log import RunLog


class StoppedError(Exception):
    """The run ended before its end; carries where, and why ("" error: somebody asked it to)."""

    def __init__(self, change: Change, step: Step | None, error: WriteError | None) -> None:
        """Keep them apart for whoever tells people."""
        super().__init__(str(error) if error is not None else "interrupted")
        self.change, self.step, self.error = change, step, error


class Doing:
    """The carrying out of one run; what was done already is not done again."""

    def __init__(self, log: RunLog, hands: Hands, clock: Clock, tell: Tell, stop: Event) -> None:
        """Go on from what the log holds; `stop` is set when nothing further shall be begun."""
        self._log, self._hands, self._clock, self._tell, self._stop = log, hands, clock, tell, stop
        self._progress = log.progress()

    def make(self, change: Change) -> None:
        """Make one change, or what is left of it.

        Raises:
            StoppedError: it could not be made; what of it was done stands in the log.
        """
        kept: dict[str, Any] = self._progress.kept(change)
        left = [step for step in change.steps if self._progress.did(change, step) is None]
        if not left:
            return
        try:
            self._hands.enter(change)
        except WriteError as error:
            raise StoppedError(change, None, error) from error
        for step in left:
            if self._stop.is_set():
                raise StoppedError(change, step, None)
            found = self._settle(change, step, kept)
            kept |= found if found is not None else self._do(change, step, kept)

    def _settle(self, change: Change, step: Step, kept: dict[str, Any]) -> dict[str, Any] | None:
        """Find out about a step that was begun before this process and has no end; return what it kept if it was done.

        A call that does no harm when it is made twice is simply made again.
        """
        line = self._progress.last(Way.DO, change.id, step.id)
        if line is None or line.state is not StepState.BEGUN:
            return None
        if step.seen is None:
            self._end(line.n, StepState.FAILED, {}, "broken off; made again")
            return None
        try:
            found = self._hands.was_done(step, step.seen, kept)
        except WriteError as error:
            raise StoppedError(change, step, error) from error
        if found is None:
            self._end(line.n, StepState.FAILED, {}, "broken off before it was made")
            return None
        self._end(line.n, StepState.DONE, found, "broken off after it was made")
        return _named(step, found)

    def _do(self, change: Change, step: Step, kept: dict[str, Any]) -> dict[str, Any]:
        n = self._log.begin(Way.DO, change.id, step.id, 0, self._clock.now())
        try:
            found = self._hands.do(step, kept)
        except WriteError as error:
            if not error.doubt:
                self._end(n, StepState.FAILED, {}, str(error))
                raise StoppedError(change, step, error) from error
            found = self._doubted(change, step, kept, n, error)
        else:
            self._end(n, StepState.DONE, found)
        self._tell(f"  {step.does}: done")
        return _named(step, found)

    def _doubted(
        self, change: Change, step: Step, kept: dict[str, Any], n: int, error: WriteError
    ) -> dict[str, Any]:  # fmt: skip
        """Look whether a call was made that got no answer; where it was not, or nobody can tell, the run ends.

        The line stays without an end where nobody can tell, so that whoever goes on looks again.
        """
        if step.seen is None or WRITES[step.call.name].again:
            raise StoppedError(change, step, error) from error
        try:
            found = self._hands.was_done(step, step.seen, kept)
        except WriteError as second:
            raise StoppedError(change, step, second) from error
        if found is None:
            self._end(n, StepState.FAILED, {}, str(error))
            raise StoppedError(change, step, error) from error
        self._end(n, StepState.DONE, found, f"made, although the answer was lost: {error}")
        return found

    def _end(self, n: int, state: StepState, kept: dict[str, Any], detail: str = "") -> None:
        self._log.end(n, state, self._clock.now(), kept, detail)


def _named(step: Step, found: dict[str, Any]) -> dict[str, Any]:
    return {f"{step.id}.{name}": value for name, value in found.items()}
