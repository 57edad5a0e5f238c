"""A run: one application of a plan, as the run log keeps it, so that it can be gone on with, undone and shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.expect import Expect
from rootwarden.model.findings import Evidence, Status
from rootwarden.model.former import read_json
from rootwarden.model.plan import Change, Plan, Step, encode


class RunState(StrEnum):
    """How far a run came. RUNNING without a process that holds it: it was broken off.

    PART_UNDONE: all was taken back but what something else rests on by now; that can be, once nothing does.
    """

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    PART_UNDONE = "part undone"
    UNDONE = "undone"


class Way(StrEnum):
    """Whether a call does something or takes it back."""

    DO = "do"
    UNDO = "undo"


class StepState(StrEnum):
    """BEGUN was written before the call: without an end nobody knows whether it was made.

    Such a line gets its end when a probe tells, or a later line of the same call is DONE; a later FAILED ends no doubt.
    """

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"


class Logged(Struct, frozen=True, kw_only=True):
    """One line of the run log. `call` is which of the calls that take a step back it is, 0 for the step itself."""

    n: int
    way: Way
    change: str
    step: str
    call: int = 0
    state: StepState
    began: datetime
    ended: datetime | None = None
    kept: dict[str, Any] = {}
    detail: str = ""


class Checked(Struct, frozen=True, kw_only=True):
    """What was found when a change was looked at afterwards. `proved` says whether it is as it should be.

    `waiting`: not yet, for AWS needs time, or for the people at `awaits` (e-mail addresses), who have to confirm. `at`
    is when it was read, `read` what was found then, `said` what the control said of it, `stood` how those places read
    that did not read as planned.
    """

    change: str
    control: str
    before: Status | None = None
    after: Status | None = None
    proved: bool
    waiting: bool = False
    detail: str = ""
    awaits: tuple[str, ...] = ()
    at: datetime | None = None
    read: tuple[Evidence, ...] = ()
    said: str = ""
    stood: tuple[Expect, ...] = ()


class Lying(Struct, frozen=True):
    """A file with a first secret that is void by now and still lies there: where, whose, and which secret."""

    path: str
    to: str
    what: str


class Deed(StrEnum):
    """What somebody did with a run."""

    APPLIED = "applied"
    RESUMED = "gone on with"
    UNDONE = "undone"
    PROVED = "read again"


class Approval(Struct, frozen=True, kw_only=True):
    """An approved window that something which cannot be taken back rested on: its id, for which root, from when on."""

    id: str
    account: str
    opens: datetime
    closes: datetime
    task: str = ""


class Act(Struct, frozen=True, kw_only=True):
    """Something that somebody did with a run: who (an ARN), when, by force or not, in which approved windows.

    `checked` is what was found afterwards. Without an end it is under way, or was broken off.
    """

    what: Deed
    by: str
    began: datetime
    ended: datetime | None = None
    forced: bool = False
    windows: tuple[Approval, ...] = ()
    checked: tuple[Checked, ...] = ()


class Run(Struct, frozen=True, kw_only=True):
    """One run: the plan it is about, who started it, how it stands, what was checked afterwards.

    `announced` names the plan whose announcement it rests on, "" where it rests on none. `left` says of each change of
    which undoing left something, by its id, which step something else rested on. `handover` are the folders into which
    it put first secrets. `acts` are what was done with it, in order; none where an older version wrote it.
    """

    id: str
    plan: Plan
    by: str
    role: str
    started: datetime
    finished: datetime | None = None
    state: RunState = RunState.RUNNING
    checked: tuple[Checked, ...] = ()
    announced: str = ""
    left: dict[str, str] = {}
    handover: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()

    @property
    def forced(self) -> bool:
        """Whether it was last undone, or is being undone, by force."""
        return any(one.what is Deed.UNDONE and one.forced for one in self.acts[-1:])

    @property
    def restored(self) -> tuple[Checked, ...]:
        """What was found last once it had been taken back; none where nobody looked, or an older version wrote it."""
        since = next((at for at, one in enumerate(self.acts) if one.what is Deed.UNDONE), len(self.acts))
        found = {one.change: one for act in self.acts[since:] for one in act.checked}
        return tuple(found.values())

    def begins(self, act: Act) -> Run:
        """Return the run as it stands once somebody begins something with it."""
        return replace(self, acts=(*self.acts, act))

    def ends(self, checked: tuple[Checked, ...] = ()) -> Run:
        """Return the run with what is under way ended when it is finished, and with what was found then.

        Only who began it says so: of what a process that died had begun nobody knows when it ended.
        """
        if not self.acts or self.acts[-1].ended is not None or self.finished is None:
            return self
        if self.state is RunState.DONE and not checked:
            checked = self.checked
        return replace(self, acts=(*self.acts[:-1], replace(self.acts[-1], ended=self.finished, checked=checked)))

    def stood(self, progress: Progress, now: datetime) -> Run:
        """Return the run as it stood before somebody began to undo it who took nothing back; else itself.

        A process that dies while it looks whether it may undo a run leaves it UNDOING without a call that takes back.
        What it was before follows from what was found, and from what ended last; where nobody can tell it STOPPED: who
        goes on with that looks how much is left to make.
        """
        over = (one for one in reversed(self.acts) if one.ended is not None and one.what is not Deed.PROVED)
        last = next(over, None)
        since = last.ended if last is not None else None
        in_part = since if last is not None and last.what is Deed.UNDONE else None
        back = (one for one in progress.log if one.way is Way.UNDO)
        if self.state is not RunState.UNDOING or any(in_part is None or one.began >= in_part for one in back):
            return self
        state = RunState.DONE if self.checked else RunState.STOPPED
        state = RunState.PART_UNDONE if in_part is not None else state
        return replace(self, state=state, finished=since or now)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that it changes."""
        return self.plan.accounts

    def is_of(self, plan: Plan) -> bool:
        """Return whether it is a run of this plan: all that it is about stands in it."""
        return all(change in plan.changes for change in self.plan.changes)


class _Body(Struct, frozen=True):
    """What of a run is kept beside its columns."""

    plan: Plan
    by: str
    role: str
    checked: tuple[Checked, ...] = ()
    announced: str = ""
    left: dict[str, str] = {}
    handover: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()


_body = msgspec.json.Decoder(_Body)


def body_of(run: Run) -> bytes:
    """Return what of a run is kept beside its id, times and state."""
    return encode(_Body(run.plan, run.by, run.role, run.checked, run.announced, run.left, run.handover, run.acts))


def run_from(name: str, state: str, started: datetime, finished: datetime | None, body: bytes) -> Run:
    """Return a run as it was kept.

    Raises:
        ValueError: a newer program wrote it.
    """
    held = read_json(body, _body, _Body)
    return Run(
        id=name, plan=held.plan, by=held.by, role=held.role, started=started, finished=finished,
        state=RunState(state), checked=held.checked, announced=held.announced, left=held.left,
        handover=held.handover, acts=held.acts,
    )  # fmt: skip


class Progress(Struct, frozen=True):
    """How far each change came, as the run log tells it."""

    log: tuple[Logged, ...]

    def last(self, way: Way, change: str, step: str, call: int = 0) -> Logged | None:
        """Return the newest line about one call, None if it was never begun."""
        about = (way, change, step, call)
        found = (one for one in reversed(self.log) if (one.way, one.change, one.step, one.call) == about)
        return next(found, None)

    def did(self, change: Change, step: Step) -> Logged | None:
        """Return the line of a step that was done, None if it was not, or nobody knows."""
        return next((one for one in reversed(self.tries(change, step)) if one.state is StepState.DONE), None)

    def in_doubt(self, change: Change, step: Step) -> bool:
        """Return whether a step was begun and nobody knows how it ended."""
        return bool(self.doubtful(change, step)) and self.did(change, step) is None

    def tries(self, change: Change, step: Step) -> tuple[Logged, ...]:
        """Return all lines about the doing of a step, in order."""
        about = (Way.DO, change.id, step.id)
        return tuple(one for one in self.log if (one.way, one.change, one.step) == about)

    def doubtful(self, change: Change, step: Step) -> tuple[Logged, ...]:
        """Return the lines about the doing of a step of which nobody knows how they ended, in order."""
        return tuple(one for one in self.tries(change, step) if one.state is StepState.BEGUN)

    def taken_back(self, change: Change, step: Step) -> bool:
        """Return whether somebody has begun to take a step back."""
        return any((one.way, one.change, one.step) == (Way.UNDO, change.id, step.id) for one in self.log)

    def begun(self, change: Change) -> bool:
        """Return whether anything of a change was done or may have been."""
        return any(one.change == change.id and one.way is Way.DO and one.state is not StepState.FAILED
                   for one in self.log)  # fmt: skip

    def made(self, change: Change) -> bool:
        """Return whether all of a change was done."""
        return all(self.did(change, step) is not None for step in change.steps)

    def kept(self, change: Change) -> dict[str, Any]:
        """Return what the steps of a change kept, by `step.name`."""
        found: dict[str, Any] = {}
        for step in change.steps:
            line = self.did(change, step)
            if line is not None:
                found |= {f"{step.id}.{name}": value for name, value in line.kept.items()}
        return found


def counted(changes: Iterable[Change], progress: Progress) -> tuple[int, int]:
    """Return how many changes were made whole and how many only in part."""
    changes = tuple(changes)
    whole = sum(progress.made(one) for one in changes)
    return whole, sum(progress.begun(one) for one in changes) - whole
