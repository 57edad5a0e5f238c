"""Applying: look again, show, ask, do, prove; and going on with a run that was broken off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from threading import Event

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.hands import ENTERING, Hands, WriteError
from rootwarden.aws.root_window import change_window
from rootwarden.errors import AuthError, Exit, InputError, RefusedError, RootwardenError
from rootwarden.flows.applying import guards
from rootwarden.flows.applying.acting import began, left_by_others
from rootwarden.flows.applying.alone import alone_here, mark_here, tell_of_others
from rootwarden.flows.applying.begun import applied_before, begun_before, half_undone, not_to_go_on_with
from rootwarden.flows.applying.canary import CanaryError, canary_of, prove_canary
from rootwarden.flows.applying.cooling import Cooling, announce, cooling, foretold, still_approved, still_waiting
from rootwarden.flows.applying.doing import Doing, StoppedError
from rootwarden.flows.applying.handing import handing_over
from rootwarden.flows.applying.looking import Looked, Seen, Standing, again, look, standings, unseen
from rootwarden.flows.applying.owning import owners
from rootwarden.flows.applying.proving import prove_made
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.flows.interruption import interruptible
from rootwarden.flows.planning import affordable
from rootwarden.model.announced import Announced
from rootwarden.model.plan import Change, Plan
from rootwarden.model.plan_file import checksum_of
from rootwarden.model.ports import Clock, NewId
from rootwarden.model.run import Checked, Deed, Progress, Run, RunState
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
    """

    run: Run
    progress: Progress
    checked: tuple[Checked, ...] = ()
    stopped: StoppedError | None = None
    unproved: RootwardenError | None = None
    unlooked: bool = False

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
        found, seen = _ready(plan, request, _NOTHING)
    except RefusedError as stale:
        raise applied_before(plan, request.store, stale) from None
    ready = _not_others(found, hands, request)
    changes = _to_make(ready)
    _nobody_shut_out(changes, hands)
    guards.see_to(changes, seen, request, hands.looker, clock.now(), tell)
    if changes:
        _cooled(plan, changes, request, clock, tell)
    if not agree(plan, ready) or not changes:
        return None
    # Whoever was asked may have taken an hour to answer, and a window may have closed.
    waits = _cooled(plan, changes, request, clock, tell)
    rests_on = waits.announced if waits is not None else None
    if waits is not None and rests_on is None:
        raise announce(waits, plan, request, hands.opened.arn, clock, tell)
    with alone_here(changes, run_id, request, hands):
        started = clock.now()
        agreed, changes = changes, _look_again(replace(plan, changes=changes), _NOTHING, request, hands, clock, tell)
        if not left_by_others(agreed, changes, tell):
            return None
        run = Run(
            id=run_id, plan=replace(plan, changes=changes), by=hands.opened.arn, role=request.role, started=started,
            announced=rests_on.digest if rests_on is not None else "",
        ).begins(began(Deed.APPLIED, hands, started, changes, request))  # fmt: skip
        with closing(open_store(request.store)) as store, begin_run(store, run, rests_on, plan) as log:
            tell(f"run {run.id}, written down in {store.name}")
            return _carry_out(log, hands, request, clock, tell, changes)


def _look_again(
    plan: Plan, progress: Progress, request: ApplyRequest, hands: Hands, clock: Clock, tell: Tell
) -> tuple[Change, ...]:
    """Look a last time, after a person has agreed, and tell of root sessions; return what is to be made.

    Raises:
        RefusedError: the plan is stale by now, a guard refuses, or nobody expects the root sessions.
    """
    found, seen = _ready(plan, request, progress)
    changes = _to_make(found)
    guards.see_to(changes, seen, request, hands.looker, clock.now(), tell)
    _foretell(changes, request, hands, clock)
    return changes


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
        if run.state not in GOES_ON:
            raise not_to_go_on_with(run)
        before = steps_of(store, run.id)
        hands = Hands(request.reading.way, clock, run.id, request.entry, handing_over(run.plan, request))
        same_place(run.plan, hands)
        found, seen = _ready(run.plan, request, before)
        ready = _not_others(found, hands, request)
        _nobody_shut_out(run.plan.changes, hands)
        guards.see_to(_to_make(ready), seen, request, hands.looker, clock.now(), tell)
        left = [one for one in _to_make(ready) if not before.made(one)]
        _rests_on(store, run, left, request, before, clock)
        if not agree(run.plan, ready):
            return None
        # Whoever was asked may have taken an hour to answer, and a window may have closed.
        rests_on = _rests_on(store, run, left, request, before, clock)
        with alone_here(_to_make(ready), run.id, request, hands):
            changes = _look_again(replace(run.plan, changes=_to_make(ready)), before, request, hands, clock, tell)
            with hold_run(store, run.id, RunState.RUNNING, GOES_ON, before, rests_on) as log:
                log.state(log.run.begins(began(Deed.RESUMED, hands, clock.now(), changes, request)))
                tell(f"going on with run {run.id}")
                return _carry_out(log, hands, request, clock, tell, changes)


def _rests_on(
    store: Store, run: Run, left: Sequence[Change], request: ApplyRequest, before: Progress, clock: Clock
) -> Announced | None:
    """Return the announcement that what is left rests on; a run that may not go on stops, and is in nobody's way then.

    Raises:
        RefusedError: its approval is over.
    """
    try:
        return still_approved(run, left, request, clock.now())
    except RefusedError:
        if run.state is RunState.RUNNING and not request.dry_run:
            with hold_run(store, run.id, RunState.RUNNING, (RunState.RUNNING,), before) as log:
                log.state(replace(log.run, state=RunState.STOPPED, finished=clock.now()))
        raise


def _carry_out(
    log: RunLog, hands: Hands, request: ApplyRequest, clock: Clock, tell: Tell, changes: Sequence[Change]
) -> Applied:
    mark_here(log, request, hands)
    stop = Event()
    doing = Doing(log, hands, clock, tell, stop)
    changes = tuple(changes)
    canary = canary_of(changes)
    try:
        with interruptible(stop.set):
            for n, change in enumerate(changes, start=1):
                tell(f"{n}/{len(changes)} {change.title} ({change.account})")
                doing.make(change)
                if canary and change is canary[-1]:
                    prove_canary(request, canary, clock, tell, log.progress())
    except StoppedError as error:
        log.state(replace(log.run, state=RunState.STOPPED, finished=clock.now()))
        return Applied(log.run, log.progress(), stopped=error)
    tell("reading again what was changed")
    try:
        checked = prove_made(request, changes, clock, log.progress())
    except RootwardenError as error:
        log.state(replace(log.run, state=RunState.DONE, finished=clock.now()))
        return Applied(log.run, log.progress(), unproved=error)
    log.state(replace(log.run, state=RunState.DONE, finished=clock.now(), checked=checked))
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


def _to_make(ready: Iterable[Seen]) -> tuple[Change, ...]:
    return tuple(one.change for one in ready if one.standing in (Standing.READY, Standing.UNDER_WAY))


def _foretell(changes: Sequence[Change], request: ApplyRequest, hands: Hands, clock: Clock) -> None:
    """Say which root sessions are about to be opened, before the first of them.

    Raises:
        RefusedError: a watch is configured, and does not expect them.
    """
    for task in sorted({one.as_root for one in changes if one.as_root}):
        mine = [one.account for one in changes if one.as_root == task]
        seconds = request.reading.timeout
        window = change_window(hands.rooter, hands.opened.arn, {*mine}, clock.now(), seconds, task)
        if request.announce is not None:
            request.announce(window)


def _ready(plan: Plan, request: ApplyRequest, progress: Progress) -> tuple[list[Seen], Looked]:
    """Return where every change stands, and what was seen.

    Raises:
        RefusedError: the plan is stale: what one of them rests on has changed.
        AuthError, UnreachableError: what one of them rests on cannot be read.
    """
    facts, controls = guards.needs(plan.changes)
    seen = look(request, plan.changes, facts=facts, controls=controls) if plan.accounts else Looked({}, {})
    found = standings(plan.changes, seen.facts, progress)
    stale = [one for one in found if one.standing is Standing.STALE]
    if stale:
        others = f" (and {len(stale) - 1} more)" if len(stale) > 1 else ""
        raise RefusedError(
            f"the plan is stale: {stale[0].change.title} in account {stale[0].change.account}{others}",
            why=str(stale[0].found[0]),
            todo=again(plan.changes),
        )
    for one in found:
        if one.standing is Standing.UNREAD:
            raise unseen(one.change, next(amiss for amiss in one.found if amiss.unread is not None))
    return found, seen


def _not_others(found: list[Seen], hands: Hands, request: ApplyRequest) -> list[Seen]:
    """Mark the changes of what somebody else looks after.

    Raises:
        AuthError: an account cannot be entered.
        RefusedError: nobody can tell whose a resource is.
    """
    ready = [one.change for one in found if one.standing is Standing.READY]
    try:
        owned = owners(hands, ready, request.states)
    except WriteError as error:
        why = f"{error.message or error.why} ({error.call})"
        if error.call == ENTERING:
            todo = "create the role (`rootwarden iam-policy remediate`), or name another with --remediate-role"
            raise AuthError("an account cannot be entered", why=why, todo=todo) from error
        raise RefusedError(
            "it cannot be told who looks after what would be changed", why=why,
            todo="see `rootwarden iam-policy plan.json` for the permissions that are needed",
        ) from error  # fmt: skip
    return [
        Seen(one.change, Standing.OWNED, owner=owned[one.change.id]) if one.change.id in owned else one for one in found
    ]


def same_place(plan: Plan, hands: Hands) -> None:
    """See that the plan was made for where it is applied.

    Raises:
        RefusedError: the credentials belong to another account than those that it was planned with.
    """
    account, partition = hands.opened.account, hands.opened.ask.partition
    if (plan.caller or account, plan.partition) != (account, partition):
        raise RefusedError(
            f"the plan was made from account {plan.caller} ({plan.partition})",
            why=f"these credentials belong to account {account} ({partition})",
            todo="use the credentials it was planned with, or make a new plan",
        )


def _nobody_shut_out(changes: Iterable[Change], hands: Hands) -> None:
    """See that nobody applies what would shut them out themselves.

    Raises:
        RefusedError: the caller is one of those who must not make a change.
    """
    for change in changes:
        if any(change.shuts_out(one) for one in (hands.opened.arn, hands.opened.first_arn)):
            raise RefusedError(
                f"{change.title}: that is who asks",
                why=f"the credentials belong to {hands.opened.arn}",
                todo="have somebody else apply the plan",
            )


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
