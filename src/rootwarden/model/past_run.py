"""How a run stands in one word, and what a person can do next: worked out from its state, its log and who holds it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rootwarden.model.announced import Announced, Outcome
from rootwarden.model.paid import paid_too
from rootwarden.model.plan import Change
from rootwarden.model.run import Checked, Progress, Run, RunState, StepState, Way


class Stands(StrEnum):
    """How a run stands, for people."""

    UNDER_WAY = "under way"
    BROKEN_OFF = "broken off"
    STOPPED = "stopped"
    DONE = "done"
    HALF_UNDONE = "half undone"
    PART_UNDONE = "part undone"
    UNDONE = "undone"


_STANDS = {
    RunState.RUNNING: Stands.BROKEN_OFF,
    RunState.STOPPED: Stands.STOPPED,
    RunState.DONE: Stands.DONE,
    RunState.UNDOING: Stands.HALF_UNDONE,
    RunState.PART_UNDONE: Stands.PART_UNDONE,
    RunState.UNDONE: Stands.UNDONE,
}
# In these a run has no end yet: where a process holds it, it is under way.
OPEN = (RunState.RUNNING, RunState.UNDOING)


class PastRun(Struct, frozen=True):
    """One run of the run log with all its lines; `held` says whether a process is at work on it now.

    `rests_on` is the announcement that it rests on, where that is known.
    """

    run: Run
    progress: Progress
    held: bool = False
    rests_on: Announced | None = None

    @property
    def stands(self) -> Stands:
        """How it stands."""
        return Stands.UNDER_WAY if self.held else _STANDS[self.run.state]

    @property
    def made(self) -> int:
        """How many of its changes were made whole."""
        return sum(self.progress.made(one) for one in self.run.plan.changes)

    @property
    def in_part(self) -> int:
        """How many were begun and not made whole."""
        return sum(self.progress.begun(one) for one in self.run.plan.changes) - self.made

    @property
    def taken_back(self) -> int:
        """How many of its changes were taken back, as far as they can be."""
        return sum(map(self.is_back, self.run.plan.changes))

    @property
    def left(self) -> tuple[str, ...]:
        """What undoing left because something else rested on it: the step in words, and its account."""
        changes = (one for one in self.run.plan.changes if one.id in self.run.left)
        return tuple(f"{self.run.left[one.id]} ({one.account})" for one in changes)

    @property
    def differs(self) -> tuple[tuple[str, str], ...]:
        """What did not read as before when it had been taken back: the change with its account, and what differs.

        What was left because something else rested on it is told apart, and so is what AWS does not show yet.
        """
        titles = {one.id: f"{one.title} ({one.account})" for one in self.run.plan.changes}
        amiss = (one for one in self._not_as_before if not one.waiting)
        return tuple((titles[one.change], one.detail or "not as it was") for one in amiss)

    @property
    def late(self) -> int:
        """Of how many changes that were taken back AWS did not show that yet when it was last looked."""
        return sum(one.waiting for one in self._not_as_before)

    @property
    def _not_as_before(self) -> tuple[Checked, ...]:
        return tuple(one for one in self.run.restored if not one.proved and one.change not in self.run.left)

    @property
    def next(self) -> str:
        """What a person can do with it now."""
        name = self.run.id
        begun = [one for one in self.run.plan.changes if self.progress.begun(one)]
        force, paid = " --force" if self.run.forced else "", self._paid
        lasts = begun and not any(step.undo for one in begun for step in one.steps)
        if lasts:
            back = "what was done cannot be taken back"
        else:
            back = f"`rootwarden undo {name}{paid}` takes back what was done" if begun else "nothing of it was done"
        match self.stands:
            case Stands.UNDER_WAY:
                return "wait for it: it is at work now"
            case Stands.BROKEN_OFF | Stands.STOPPED:
                return f"`rootwarden apply --resume {name}{paid}` goes on; {back}"
            case Stands.DONE:
                if not self.run.plan.changes:
                    return "nothing: somebody else had made all of it"
                return self._proof + (
                    "it cannot be taken back" if lasts else f"`rootwarden undo {name}{paid}` takes it back"
                )
            case Stands.HALF_UNDONE:
                on = f"`rootwarden undo {name}{force}{paid}` goes on with taking it back"
                return f"{on}; then its plan can be applied anew"
            case Stands.PART_UNDONE:
                return f"`rootwarden undo {name}{paid}` takes back what was left, once nothing else rests on it"
            case Stands.UNDONE if self.differs:
                amiss = f"{len(self.differs)} of {len(self.run.restored)} NOT AS BEFORE"
                by_hand = "look who changed it, and mend that by hand: what could be taken back was"
                return f"{amiss}, see `rootwarden runs show {name}`; {self._late}{by_hand}"
            case Stands.UNDONE if self.late:
                return f"{self._late}what could be taken back was"
            case Stands.UNDONE:
                stays = ", and what stays is named by `rootwarden runs show`" if any(one.stays for one in begun) else ""
                return f"nothing: what could be taken back was{stays}"

    @property
    def _paid(self) -> str:
        return paid_too(self.run.plan.changes)

    @property
    def _late(self) -> str:
        """What AWS does not show as taken back yet, in words, "" if nothing."""
        return f"{self.late} of {len(self.run.restored)} not to be seen yet; {self._prove}" if self.late else ""

    @property
    def _prove(self) -> str:
        return f"`rootwarden runs prove {self.run.id}{self._paid}` reads it again; "

    @property
    def _proof(self) -> str:
        """What of it was not proved when it ended, in words, "" if all was."""
        waiting = sum(one.waiting for one in self.run.checked)
        amiss = sum(not one.proved and not one.waiting for one in self.run.checked)
        shown = f"see `rootwarden runs show {self.run.id}`; {self._prove}"
        if amiss:
            return f"{amiss} of {len(self.run.checked)} NOT PROVED, {shown}"
        people = dict.fromkeys(who for one in self.run.checked if one.waiting for who in one.awaits)
        if people:
            return f"{waiting} of {len(self.run.checked)} not proved before {' or '.join(people)} confirms, {shown}"
        return f"{waiting} of {len(self.run.checked)} not to be seen yet, {shown}" if waiting else ""

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back, or somebody began to."""
        return self.run.state in (RunState.UNDOING, RunState.PART_UNDONE, RunState.UNDONE)

    @property
    def checked(self) -> dict[str, Checked]:
        """What was found last of each change, by its id: of one that was undone what undoing found, if that is kept."""
        return {one.change: one for one in (self.run.restored if self.is_undone else self.run.checked)}

    def is_back(self, change: Change) -> bool:
        """Return whether every call that takes back what was done of a change, or may have been, was made."""
        log = self.progress
        done = [one for one in change.steps if log.did(change, one) is not None or log.in_doubt(change, one)]
        lines = [self.progress.last(Way.UNDO, change.id, step.id, at) for step in done for at in range(len(step.undo))]
        return bool(lines) and all(line is not None and line.state is StepState.DONE for line in lines)


class UnreadRun(Struct, frozen=True):
    """A run that this program cannot read: another version wrote it, or it is damaged; `state` as it is kept."""

    id: str
    started: datetime
    state: str
    why: str


class PastRuns(Struct, frozen=True):
    """The newest of the `total` runs of a store, and the plans that were announced and are not over.

    `store` is where it was looked; `exists` whether there is a store. `former` are announcements that wait no more.
    """

    runs: tuple[PastRun, ...]
    announced: tuple[Announced, ...]
    total: int
    unread: tuple[UnreadRun, ...] = ()
    store: str = ""
    exists: bool = True
    former: tuple[Outcome, ...] = ()
