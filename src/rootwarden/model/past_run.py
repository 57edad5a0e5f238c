"""How a run stands in one word, and what a person can do next: worked out from its state, its log and who holds it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from rootwarden.model.announced import Announced
from rootwarden.model.plan import Change
from rootwarden.model.run import Progress, Run, RunState, StepState, Way


class Stands(StrEnum):
    """How a run stands, for people."""

    UNDER_WAY = "under way"
    BROKEN_OFF = "broken off"
    STOPPED = "stopped"
    DONE = "done"
    HALF_UNDONE = "half undone"
    UNDONE = "undone"


_STANDS = {
    RunState.RUNNING: Stands.BROKEN_OFF,
    RunState.STOPPED: Stands.STOPPED,
    RunState.DONE: Stands.DONE,
    RunState.UNDOING: Stands.HALF_UNDONE,
    RunState.UNDONE: Stands.UNDONE,
}
# In these a run has no end yet: where a process holds it, it is under way.
OPEN = (RunState.RUNNING, RunState.UNDOING)


class PastRun(Struct, frozen=True):
    """One run of the run log with all its lines; `held` says whether a process is at work on it now."""

    run: Run
    progress: Progress
    held: bool = False

    @property
    def stands(self) -> Stands:
        """How it stands."""
        return Stands.UNDER_WAY if self.held else _STANDS[self.run.state]

    @property
    def made(self) -> int:
        """How many of its changes were made whole."""
        return sum(self.progress.made(one) for one in self.run.plan.changes)

    @property
    def taken_back(self) -> int:
        """How many of its changes were taken back, as far as they can be."""
        return sum(map(self.is_back, self.run.plan.changes))

    @property
    def next(self) -> str:
        """What a person can do with it now."""
        name = self.run.id
        begun = [one for one in self.run.plan.changes if self.progress.begun(one)]
        lasts = begun and not any(step.undo for one in begun for step in one.steps)
        if lasts:
            back = "what was done cannot be taken back"
        else:
            back = f"`rootwarden undo {name}` takes back what was done" if begun else "nothing of it was done"
        match self.stands:
            case Stands.UNDER_WAY:
                return "wait for it: it is at work now"
            case Stands.BROKEN_OFF | Stands.STOPPED:
                return f"`rootwarden apply --resume {name}` goes on; {back}"
            case Stands.DONE:
                return "it cannot be taken back" if lasts else f"`rootwarden undo {name}` takes it back"
            case Stands.HALF_UNDONE:
                return f"`rootwarden undo {name}` goes on with taking it back; then its plan can be applied anew"
            case Stands.UNDONE:
                return "nothing: what could be taken back was"

    def is_back(self, change: Change) -> bool:
        """Return whether every call that takes back what was done of a change was made."""
        done = [step for step in change.steps if self.progress.did(change, step) is not None]
        lines = [self.progress.last(Way.UNDO, change.id, step.id, at) for step in done for at in range(len(step.undo))]
        return bool(lines) and all(line is not None and line.state is StepState.DONE for line in lines)


class PastRuns(Struct, frozen=True):
    """The newest of the `total` runs of a store, and the plans that were announced and are not over.

    `store` is where it was looked; `exists` whether there is a store.
    """

    runs: tuple[PastRun, ...]
    announced: tuple[Announced, ...]
    total: int
    store: str = ""
    exists: bool = True
