"""Carries a plan out: each call is written down before it is made, and the first that fails ends the run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from threading import Event
from typing import Any

from rootwarden.aws.hands import Hands, WriteError
from rootwarden.flows.applying.request import Tell
from rootwarden.model.plan import Change, Step
from rootwarden.model.ports import Clock
from rootwarden.model.run import Logged, StepState, Way
from rootwarden.model.writes import WRITES
from rootwarden.store.run_log import RunLog

# Seconds before it is looked again for what AWS may not show yet.
_PAUSE = 5.0


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

    def is_made(self, change: Change) -> None:
        """Write down of what is in doubt of a change, all of which reads as planned, that it was made."""
        for step in change.steps:
            lines = self._progress.doubtful(change, step)
            if lines and self._progress.did(change, step) is None:
                self._end(lines[-1].n, StepState.DONE, {}, "broken off; it reads as planned")
                self._tell(f"  {step.does}: was done, as it reads as planned")

    def _settle(self, change: Change, step: Step, kept: dict[str, Any]) -> dict[str, Any] | None:
        """Find out about a step that was begun before this process and has no end; return what it kept if it was done.

        A call that does no harm when it is made twice is simply made again, and stays in doubt until that is done.
        """
        lines = self._progress.doubtful(change, step)
        if not lines or step.seen is None:
            return None
        found = made_after_all(self._hands, self._clock, change, step, lines[-1].began, kept)
        if found is None:
            self._end_all(lines, "broken off before it was made")
            return None
        self._end(lines[-1].n, StepState.DONE, found, "broken off after it was made")
        self._end_all(lines[:-1], "broken off; made again")
        return named(step, found)

    def _do(self, change: Change, step: Step, kept: dict[str, Any]) -> dict[str, Any]:
        began = self._clock.now()
        n = self._log.begin(Way.DO, change.id, step.id, 0, began)
        try:
            found = self._hands.do(step, kept)
        except WriteError as error:
            if not error.doubt:
                self._end(n, StepState.FAILED, {}, str(error))
                raise StoppedError(change, step, error) from error
            found = self._doubted(change, step, kept, n, began, error)
        else:
            self._end(n, StepState.DONE, found)
        self._end_all(self._progress.doubtful(change, step), "broken off; made again")
        self._tell(f"  {step.does}: done")
        return named(step, found)

    def _doubted(
        self, change: Change, step: Step, kept: dict[str, Any], n: int, began: datetime, error: WriteError
    ) -> dict[str, Any]:
        """Look whether a call was made that got no answer; where it was not, or nobody can tell, the run ends.

        The line stays without an end where nobody can tell, so that whoever goes on looks again.
        """
        if step.seen is None or WRITES[step.call.name].again:
            raise StoppedError(change, step, error) from error
        found = made_after_all(self._hands, self._clock, change, step, began, kept)
        if found is None:
            self._end(n, StepState.FAILED, {}, str(error))
            raise StoppedError(change, step, error) from error
        self._end(n, StepState.DONE, found, f"made, although the answer was lost: {error}")
        return found

    def _end_all(self, lines: Iterable[Logged], detail: str) -> None:
        for line in lines:
            self._end(line.n, StepState.FAILED, {}, detail)

    def _end(self, n: int, state: StepState, kept: dict[str, Any], detail: str = "") -> None:
        self._log.end(n, state, self._clock.now(), kept, detail)


def made_after_all(
    hands: Hands, clock: Clock, change: Change, step: Step, began: datetime, kept: dict[str, Any]
) -> dict[str, Any] | None:
    """Look whether a step that `began` then was made; return what it keeps, None if it was not.

    Nobody believes that it is not there for as long as AWS may not show it.

    Raises:
        StoppedError: nobody can say.
    """
    assert step.seen is not None  # a step without a probe is simply made again
    while True:
        try:
            found = hands.was_done(step, step.seen, kept)
        except WriteError as error:
            raise StoppedError(change, step, error) from error
        left = step.seen.late - (clock.now() - began).total_seconds()
        if found is not None or left <= 0:
            return found
        clock.sleep(min(left, _PAUSE))


def named(step: Step, found: dict[str, Any]) -> dict[str, Any]:
    """Return what a step keeps under the names by which others refer to it."""
    return {f"{step.id}.{name}": value for name, value in found.items()}
