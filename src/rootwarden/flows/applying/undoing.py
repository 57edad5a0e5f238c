"""Undoing: what a run did is taken back in reverse, and it is proved that all reads as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Event

from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.hands import Hands, WriteError
from rootwarden.aws.permissions import actions_for
from rootwarden.aws.refusals import DENIED
from rootwarden.errors import InputError, RefusedError, RootwardenError
from rootwarden.flows.applying.acting import began
from rootwarden.flows.applying.alone import alone_here, mark_here, marked_here
from rootwarden.flows.applying.begun import not_rested_on
from rootwarden.flows.applying.doing import StoppedError, made_after_all, named
from rootwarden.flows.applying.handing import left_lying
from rootwarden.flows.applying.keeping_a_way import keep_a_way, needs
from rootwarden.flows.applying.looking import look
from rootwarden.flows.applying.proving import PAUSES, prove_undone
from rootwarden.flows.applying.ready import same_place
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.flows.applying.running import Applied
from rootwarden.flows.applying.touched import is_unproved, overwritten, touched, untouched
from rootwarden.flows.interruption import interruptible
from rootwarden.model.plan import Change, Step
from rootwarden.model.ports import Clock
from rootwarden.model.run import Checked, Deed, Progress, Run, RunState, StepState, Way
from rootwarden.model.writes import LOOKS
from rootwarden.store.opening import Store, reopen_store
from rootwarden.store.run_log import RunLog, find_run, hold_run, steps_of

# Told of the run and of the changes that would be taken back, the last first; returns whether to go on.
Agree = Callable[[Run, list[Change]], bool]


def undo_run(
    name: str, request: ApplyRequest, agree: Agree, tell: Tell, clock: Clock | None = None
) -> Applied | None:  # fmt: skip
    """Take back what a run did; None when there is nothing to take back, or nobody agreed.

    Raises:
        InputError: there is no such run, or no such store.
        RefusedError: somebody changed since what the run had changed, nobody could come in as an administrator any
            more, another process is at work on it, or nothing of it can be taken back.
        RootwardenError: AWS or the store cannot be reached.
    """
    clock, request = clock or SystemClock(), request.one_errand()
    with closing(reopen_store(request.store)) as store:
        run = find_run(store, name)
        if run.state is RunState.UNDONE:
            raise InputError(f"the run {run.id} was undone already", todo="there is nothing left to take back")
        progress = steps_of(store, run.id)
        hands = Hands(request.reading.way, clock, run.id, request.entry)
        with _given_back(store, run, progress, request, hands, clock):
            not_rested_on(store, run)
            same_place(run.plan, hands)
            changes = _to_take_back(run, progress, tell)
            _see_to(run, changes, progress, request, clock, tell)
        if request.force:
            _say_what_is_overwritten(run, changes, progress, request, tell)
        if not agree(run, changes):
            return None
        alone = alone_here(changes, run.id, request, hands)
        with alone, hold_run(store, run.id, RunState.UNDOING, seen=progress, shown=run) as log:
            try:  # whoever was asked may have taken an hour to answer
                mark_here(log, request, hands)
                not_rested_on(store, run)
                _see_to(run, changes, progress, request, clock, tell)
            except BaseException:
                log.state(run.stood(progress, clock.now()))  # nothing was taken back yet
                raise
            log.state(log.run.begins(began(Deed.UNDONE, hands, clock.now(), changes, request)))
            undone = _take_back(log, hands, changes, request, clock, tell)
            return replace(undone, lying=left_lying(undone.run, undone.progress))


@contextmanager
def _given_back(
    store: Store, run: Run, progress: Progress, request: ApplyRequest, hands: Hands, clock: Clock
) -> Iterator[None]:
    """Look whether a run may be undone; where not, and nothing was taken back, it is half undone no more.

    Whoever died while looking left it so, and a refusal that lasts would keep everybody off its accounts.
    """
    try:
        yield
    except RefusedError:
        if (stood := run.stood(progress, clock.now())) is not run:
            with hold_run(store, run.id, RunState.UNDOING, seen=progress, shown=run) as log:
                marked_here(log, request, hands)
                log.state(stood)
        raise


def _to_take_back(run: Run, progress: Progress, tell: Tell) -> list[Change]:
    """Return the changes that were begun and can be taken back, the last first; say of the others that they stay.

    Raises:
        RefusedError: some were begun, and none of them can be.
    """
    begun = [one for one in reversed(run.plan.changes) if progress.begun(one)]
    changes = [one for one in begun if any(step.undo for step in one.steps)]
    if begun and not changes:
        raise RefusedError(
            f"nothing of the run {run.id} can be taken back",
            why=next(iter(begun[0].stays), "the plan says no way back"),
            todo="the plan said so beforehand",
        )
    for one in begun:
        if one not in changes:
            tell(f"stays: {one.title} ({one.account}): {'; '.join(one.stays)}")
    return changes


def _take_back(
    log: RunLog, hands: Hands, changes: list[Change], request: ApplyRequest, clock: Clock, tell: Tell
) -> Applied:
    stop = Event()
    undoing = _Undoing(log, hands, clock, tell, stop, request.patience)
    try:
        with interruptible(stop.set):
            for change in changes:
                tell(f"taking back: {change.title} ({change.account})")
                undoing.take_back(change)
    except StoppedError as error:
        return Applied(log.run, log.progress(), stopped=error)
    tell("reading again what was taken back")
    try:
        # Where nothing was begun, what the run was about is read all the same: only that tells that it is as before.
        checked = prove_undone(request, changes or [*reversed(log.run.plan.changes)], clock, log.progress())
    except RootwardenError as error:
        unread = (
            Checked(change=one.id, control="", proved=False, detail=f"not read again: {error}") for one in changes
        )
        log.state(undoing.ended().ends(tuple(unread)))
        return Applied(log.run, log.progress(), unproved=error, unlooked=undoing.unlooked)
    checked = tuple(_with_what_is_left(one, undoing.left) for one in checked)
    log.state(undoing.ended().ends(checked))
    return Applied(log.run, log.progress(), checked, unlooked=undoing.unlooked)


def _with_what_is_left(one: Checked, left: Mapping[str, str]) -> Checked:
    """Say of a change that something of it was left: it is not as before, whatever it said beforehand that stays."""
    why = left.get(one.change)
    return one if why is None else replace(one, proved=False, waiting=False, detail=f"left, because {why}")


def _see_to(
    run: Run, changes: list[Change], progress: Progress, request: ApplyRequest, clock: Clock, tell: Tell
) -> None:
    """See that nobody changed since what would be taken back, unless that is forced, and that nobody is shut out.

    Of what was not proved when the run ended it is looked again for as long as AWS may not show it.

    Raises:
        RefusedError: somebody did, or would be.
    """
    facts = needs(changes)
    if not changes or (request.force and not facts):
        return
    began = clock.monotonic()
    for pause in (*PAUSES, None):
        seen, told = look(request, changes, facts=facts), list[str]()
        try:
            if not request.force:
                untouched(run, changes, progress, seen.facts, told.append)
            break
        except RefusedError:
            late = pause is None or clock.monotonic() - began + pause > request.patience
            if late or not any(is_unproved(run, one) for one in changes):
                for line in told:
                    tell(line)
                raise
            clock.sleep(pause or 0)
    keep_a_way(changes, seen, request)


def _say_what_is_overwritten(
    run: Run, changes: list[Change], progress: Progress, request: ApplyRequest, tell: Tell
) -> None:
    """Say before anybody agrees which work of others force overwrites; where nobody can look, that."""
    try:
        seen = look(request, changes) if changes else None
    except RootwardenError as error:
        tell(f"nobody can look what --force overwrites: {error}")
        return
    for change, place in touched(run, changes, progress, seen.facts) if seen is not None else ():
        tell(f"{overwritten(change, place)}; --force takes it back all the same")


class _Undoing:
    """The taking back of one run; what was taken back already is not again."""

    def __init__(self, log: RunLog, hands: Hands, clock: Clock, tell: Tell, stop: Event, patience: float) -> None:
        self._log, self._hands, self._clock, self._tell, self._stop = log, hands, clock, tell, stop
        self._progress, self._patience = log.progress(), patience
        # Of each change of which something was left, in words why, and the step that it began with.
        self.left: dict[str, str] = {}
        self.unlooked = False

    def ended(self) -> Run:
        """Return the run as it stands at the end: undone, or in part where something was left."""
        state = RunState.PART_UNDONE if self.left else RunState.UNDONE
        return replace(self._log.run, state=state, left=self.left, finished=self._clock.now())

    def take_back(self, change: Change) -> None:
        """Take back what was done of one change, the last step first.

        What something else rests on by now, or may, because nobody may look, is left, and so is what was made before it
        in this change: it rests on that.

        Raises:
            StoppedError: it could not be; what of it was taken back stands in the log.
        """
        try:
            self._hands.enter(change)
        except WriteError as error:
            raise StoppedError(change, None, error) from error
        kept = self._progress.kept(change)
        for step in reversed(change.steps):
            if not step.undo or self._is_back(change, step):
                continue
            if self._progress.did(change, step) is None and not self._was_done(change, step, kept):
                continue
            why = "what was left rests on it" if change.id in self.left else self._in_use(change, step, kept)
            if why:
                self._tell(f"  {step.does}: left as it is, because {why}")
                self.left.setdefault(change.id, f"{why}: {step.does}")
                continue
            for at in range(len(step.undo)):
                if self._stop.is_set():
                    raise StoppedError(change, step, None)
                self._call(change, step, at, kept)
        for words in change.stays:
            self._tell(f"  stays: {words}")

    def _is_back(self, change: Change, step: Step) -> bool:
        lines = (self._progress.last(Way.UNDO, change.id, step.id, at) for at in range(len(step.undo)))
        return all(line is not None and line.state is StepState.DONE for line in lines)

    def _was_done(self, change: Change, step: Step, kept: dict[str, object]) -> bool:
        """Return whether a step of which nobody knows how it ended has to be taken back, and learn what it kept.

        What is found is written down before the first call that takes it back, which may remove what the probe looks
        for; a step that somebody has begun to take back is not looked for again.
        """
        lines = self._progress.doubtful(change, step)
        if not lines:
            return False
        if step.seen is None or self._progress.taken_back(change, step):
            return True  # the calls that take it back do no harm where there is nothing to take back
        found = made_after_all(self._hands, self._clock, change, step, lines[-1].began, kept)
        now = self._clock.now()
        for line in lines if found is None else lines[:-1]:
            self._log.end(line.n, StepState.FAILED, now, {}, "broken off before it was made")
        if found is None:
            return False
        self._log.end(lines[-1].n, StepState.DONE, now, found, "broken off after it was made")
        kept |= named(step, found)
        return True

    def _in_use(self, change: Change, step: Step, kept: dict[str, object]) -> str:
        """Look whether something else rests on a step, again while AWS may still show what was just taken back.

        Return in words why it has to be left, "" where nothing does.
        """
        began = self._clock.monotonic()
        for pause in (*PAUSES, None):
            try:
                used = self._hands.in_use(step, kept)
            except WriteError as error:
                if error.why != DENIED:
                    raise StoppedError(change, step, error) from error
                self.unlooked = True
                return _nobody_may_look(step, error)
            if not used:
                return ""
            if pause is None or self._clock.monotonic() - began + pause > self._patience:
                return "something else rests on it by now"
            self._clock.sleep(pause)
        raise AssertionError("the last look returns")

    def _call(self, change: Change, step: Step, at: int, kept: dict[str, object]) -> None:
        line = self._progress.last(Way.UNDO, change.id, step.id, at)
        if line is not None and line.state is StepState.DONE:
            return
        in_doubt = line is not None and line.state is StepState.BEGUN
        n = self._log.begin(Way.UNDO, change.id, step.id, at, self._clock.now())
        try:
            note = self._hands.undo(step.undo[at], kept, in_doubt=in_doubt)
        except WriteError as error:
            if not error.doubt:
                self._log.end(n, StepState.FAILED, self._clock.now(), {}, str(error))
            raise StoppedError(change, step, error) from error
        self._log.end(n, StepState.DONE, self._clock.now(), {}, note)
        if note or at == len(step.undo) - 1:  # once, however many calls it takes
            self._tell(f"  {step.does}: taken back" + (f"; {note}" if note else ""))


def _nobody_may_look(step: Step, error: WriteError) -> str:
    """Say which right to look is missing: a role that an older version described may have fewer than are asked for."""
    calls = (call for probe in step.used for call in probe.calls if call.name == error.call)
    missing = sorted({action for call in calls for action in LOOKS.get(call.name) or actions_for(call.name)})
    return f"nobody may look whether something else rests on it ({', '.join(missing) or error.call} is missing)"
