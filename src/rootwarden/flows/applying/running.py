"""Applying: look again, show, ask, do, prove; and going on with a run that was broken off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from threading import Event

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.hands import Hands
from rootwarden.errors import Exit, InputError, RefusedError, RootwardenError
from rootwarden.flows.applying.acting import began, left_by_others
from rootwarden.flows.applying.alone import alone_here, mark_here, marked_here, tell_of_others
from rootwarden.flows.applying.begun import applied_before, begun_before, half_undone, not_to_go_on_with
from rootwarden.flows.applying.canary import CanaryError, canary_of, prove_canary
from rootwarden.flows.applying.cooling import Cooling, announce, cooling, foretold, still_approved, still_waiting
from rootwarden.flows.applying.doing import Doing, StoppedError
from rootwarden.flows.applying.handing import folders, handing_over
from rootwarden.flows.applying.looking import Seen, Standing
from rootwarden.flows.applying.proving import prove_made
from rootwarden.flows.applying.ready import allowed, held_still, look_again, ready, same_place, to_make
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.flows.interruption import interruptible
from rootwarden.flows.planning import affordable
from rootwarden.model.plan import Change, Plan
from rootwarden.model.plan_file import checksum_of
from rootwarden.model.ports import Clock, NewId
from rootwarden.model.run import Checked, Deed, Lying, Progress, Run, RunState
from rootwarden.store.opening import Store, open_store, reopen_store
from rootwarden.store.run_log import RunLog, begin_run, find_run, hold_run, readable_runs, steps_of

# Told where every change stands; returns whether to go on.
Agree = Callable[[Plan, list[Seen]], bool]
_NOTHING = Progress(())
# A run in one of these states is not finished.
GOES_ON = (RunState.RUNNING, RunState.STOPPED)


class Applied(Struct, frozen=True):
    """How a run ended: what the log holds, what was proved, and where and why it stopped (None: it did not).

    `unlooked` says that something was not taken back, because nobody may look whether something else rests on it.
    `lying` are files with secrets that were taken back.
    """

    run: Run
    progress: Progress
    checked: tuple[Checked, ...] = ()
    stopped: StoppedError | None = None
    unproved: RootwardenError | None = None
    unlooked: bool = False
    lying: tuple[Lying, ...] = ()

    @property
    def exit(self) -> Exit:
        """0 when all was made and proved; 4 for a missing permission, 5 for another stop, 7 not proved, 8 not yet."""
        if isinstance(self.stopped, CanaryError):
            return Exit.UNVERIFIED
        if self.stopped is not None:
            error = self.stopped.error
            if error is None:
                return Exit.INTERRUPTED
            return Exit.AUTH if error.denied else Exit.INCOMPLETE
        if self.unlooked:
            return Exit.AUTH
        if self.unproved is not None:
            return Exit.INCOMPLETE
        if all(one.proved for one in self.checked):
            return Exit.FINE
        return Exit.WAITING if all(one.proved or one.waiting for one in self.checked) else Exit.UNVERIFIED


def apply_plan(
    plan: Plan, request: ApplyRequest, agree: Agree, tell: Tell, clock: Clock | None = None, new_id: NewId = new_ulid
) -> Applied | None:
    """Apply a plan; None when there is nothing to do, or nobody agreed.

    Raises:
        RefusedError: the plan is stale, costs too much, was begun already, a guard refuses, nobody expects its root
            sessions, or another run is in the way.
        WaitingError: it cannot be taken back, and was announced: just now, or too short a while ago.
        RootwardenError: AWS or the store cannot be reached.
    """
    clock, run_id, request = clock or SystemClock(), new_id(), request.one_errand()
    plan = replace(plan, checksum=checksum_of(plan))  # what is left of it below is named by it still
    affordable(plan, request.max_monthly_usd)
    begun = begun_before(plan, request.store)
    if begun is not None and not request.dry_run:
        raise begun
    if begun is not None:
        tell(str(begun))
    hands = Hands(request.reading.way, clock, run_id, request.entry, handing_over(plan, request))
    same_place(plan, hands)
    tell_of_others(plan.changes, request, hands, tell)
    try:
        found, seen = ready(plan, request, _NOTHING)
    except RefusedError as stale:
        raise applied_before(plan, request.store, stale) from None
    found = allowed(found, seen, request, hands, clock, tell)
    changes = to_make(found)
    if changes:
        _cooled(plan, changes, request, clock, tell)
    if not agree(plan, found) or not changes:
        return None
    # Whoever was asked may have taken an hour to answer, and a window may have closed.
    waits = _cooled(plan, changes, request, clock, tell)
    rests_on = waits.announced if waits is not None else None
    if waits is not None and rests_on is None:
        raise announce(waits, plan, request, hands.opened.arn, clock, tell)
    with alone_here(changes, run_id, request, hands):
        started = clock.now()
        agreed, last = changes, look_again(replace(plan, changes=changes), _NOTHING, found, request, hands, clock, tell)
        changes = to_make(last)
        if not left_by_others(agreed, changes, tell):
            return None
        run = Run(
            id=run_id, plan=replace(plan, changes=changes), by=hands.opened.arn, role=request.role, started=started,
            announced=rests_on.digest if rests_on is not None else "", handover=folders(plan, request),
        ).begins(began(Deed.APPLIED, hands, started, changes, request))  # fmt: skip
        with closing(open_store(request.store)) as store, begin_run(store, run, rests_on, plan) as log:
            mark_here(log, request, hands)
            tell(f"run {run.id}, written down in {store.name}")
            return _carry_out(log, hands, request, clock, tell, [one for one in last if one.change in changes])


def resume_run(
    what: str | Plan | None, request: ApplyRequest, agree: Agree, tell: Tell, clock: Clock | None = None
) -> Applied | None:
    """Go on with a run that stopped or was broken off: by its id, that of a plan, or (None) the newest.

    Raises:
        InputError: there is no such run, or nothing of it is left to do.
        RefusedError: another process is at work on it, it is half undone, or what is left of the plan is stale.
    """
    clock, request = clock or SystemClock(), request.one_errand()
    with closing(reopen_store(request.store)) as store:
        name = what if isinstance(what, str) else _broken_off(store, what)
        run = find_run(store, name)
        before = steps_of(store, run.id)
        stood = run.stood(before, clock.now())
        if stood is not run and not request.dry_run:  # whoever was killed at undoing it took nothing back
            with hold_run(store, run.id, run.state, seen=before, shown=run) as log:
                log.state(stood)
            run = stood
        if run.state not in GOES_ON:
            raise not_to_go_on_with(run)
        hands = Hands(request.reading.way, clock, run.id, request.entry, handing_over(run.plan, request))
        same_place(run.plan, hands)
        with _out_of_the_way(store, run, before, request, hands, clock):
            found, seen = ready(run.plan, request, before)
            found = allowed(found, seen, request, hands, clock, tell)
            still_approved(run, to_make(found), request, clock.now())
        nothing = not any(one.standing in (Standing.READY, Standing.UNDER_WAY) for one in found)
        if not agree(run.plan, found) and (request.dry_run or not nothing):
            return None
        # Whoever was asked may have taken an hour to answer, and a window may have closed.
        with _out_of_the_way(store, run, before, request, hands, clock):
            rests_on = still_approved(run, to_make(found), request, clock.now())
        with alone_here(run.plan.changes, run.id, request, hands):
            with _out_of_the_way(store, run, before, request, hands, clock):
                found = look_again(run.plan, before, found, request, hands, clock, tell)
            # Until it is held what it rests on can be withdrawn; what others did until then is seen afterwards.
            with hold_run(store, run.id, RunState.RUNNING, GOES_ON, before, rests_on, run) as log:
                try:
                    mark_here(log, request, hands)
                    found = held_still(run.plan, before, found, request)
                except BaseException as error:
                    log.state(_as_it_was(run, error, clock))  # nothing was made yet
                    raise
                act = began(Deed.RESUMED, hands, clock.now(), to_make(found), request)
                log.state(replace(log.run, handover=folders(run.plan, request, run.handover)).begins(act))
                tell(f"going on with run {run.id}")
                return _carry_out(log, hands, request, clock, tell, found)


@contextmanager
def _out_of_the_way(
    store: Store, run: Run, before: Progress, request: ApplyRequest, hands: Hands, clock: Clock
) -> Iterator[None]:  # fmt: skip
    """Look at a run that was broken off; where it may not be gone on with it stops, and is in nobody's way then."""
    try:
        yield
    except RefusedError as error:
        if run.state is RunState.RUNNING and not request.dry_run:
            with hold_run(store, run.id, RunState.RUNNING, seen=before, shown=run) as log:
                marked_here(log, request, hands)
                log.state(_as_it_was(run, error, clock))
        raise


def _as_it_was(run: Run, error: BaseException, clock: Clock) -> Run:
    """Return a run as it was before somebody tried to go on with it; one that was broken off and is refused stops."""
    if run.state is RunState.RUNNING and isinstance(error, RefusedError):
        return replace(run, state=RunState.STOPPED, finished=clock.now())
    return run


def _carry_out(
    log: RunLog, hands: Hands, request: ApplyRequest, clock: Clock, tell: Tell, found: Sequence[Seen]
) -> Applied:
    """Make what is left of these changes, and prove all of them, those that are made already too."""
    stop = Event()
    doing = Doing(log, hands, clock, tell, stop)
    left = {one.id for one in to_make(found)}
    changes = tuple(one.change for one in found if one.standing not in (Standing.OWNED, Standing.BY_HAND))
    canary = canary_of(changes)
    try:
        with interruptible(stop.set):
            for n, change in enumerate(changes, start=1):
                tell(f"{n}/{len(changes)} {change.title} ({change.account})")
                if change.id in left:
                    doing.make(change)
                else:
                    doing.is_made(change)
                if canary and change is canary[-1]:
                    prove_canary(request, canary, clock, tell, log.progress())
    except StoppedError as error:
        log.state(replace(log.run, state=RunState.STOPPED, finished=clock.now()).ends())
        return Applied(log.run, log.progress(), stopped=error)
    tell("reading again what was changed")
    try:
        checked = prove_made(request, changes, clock, log.progress())
    except RootwardenError as error:
        log.state(replace(log.run, state=RunState.DONE, finished=clock.now()).ends())
        return Applied(log.run, log.progress(), unproved=error)
    log.state(replace(log.run, state=RunState.DONE, finished=clock.now(), checked=checked).ends())
    return Applied(log.run, log.progress(), checked)


def _cooled(
    plan: Plan, changes: Sequence[Change], request: ApplyRequest, clock: Clock, tell: Tell
) -> Cooling | None:  # fmt: skip
    """Return what has to wait and has not been announced, or was long enough ago; None where nothing has to.

    Raises:
        WaitingError: it was announced, and it is too early.
    """
    now = clock.now()
    waits = cooling(plan, changes, request, now)
    if waits is not None and request.dry_run:
        tell(foretold(waits, now))
    elif waits is not None:
        still_waiting(waits, now)
    return waits


def _broken_off(store: Store, plan: Plan | None) -> str:
    found, unread = readable_runs(store, None, (*GOES_ON, RunState.UNDOING))
    left = [one for one in found if one.state in GOES_ON and (plan is None or one.is_of(plan))]
    newest = max((one.id for one in unread), default="") if plan is None else ""
    if left and left[0].id > newest:
        return left[0].id
    if newest:
        return newest  # which says that it cannot be read
    undoing = half_undone(found, plan)
    if undoing is not None:
        raise not_to_go_on_with(undoing)
    raise InputError(f"no run in {store.place} was broken off", todo="apply a plan: `rootwarden apply plan.json`")
