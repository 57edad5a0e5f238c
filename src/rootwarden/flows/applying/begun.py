"""A plan that was begun is gone on with or taken back, not begun anew: what was done of it is known to its run only."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from rootwarden.errors import InputError, RefusedError, RootwardenError
from rootwarden.model.paid import paid_too
from rootwarden.model.past_run import Stands
from rootwarden.model.plan import Plan
from rootwarden.model.run import Run, RunState
from rootwarden.report.labels import plural
from rootwarden.store.opening import Store, is_store, open_store
from rootwarden.store.run_log import begun_run, done_run, past_run, past_runs

_WORDS = {
    Stands.UNDER_WAY: "is being applied now",
    Stands.BROKEN_OFF: "was broken off",
    Stands.STOPPED: "stopped on the way",
    Stands.HALF_UNDONE: "is half undone",
}


def begun_before(plan: Plan, store: str) -> RefusedError | None:
    """Return why a plan is not begun anew: a run of it did something and has no end; None where there is none.

    Raises:
        StoreError: the store does not answer.
        InputError: a run that did something of it cannot be read.
    """
    if not is_store(store):
        return None
    with closing(open_store(store)) as opened:
        run = begun_run(opened, plan)
        one = past_run(opened, run) if run is not None else None
    if one is None:
        return None
    return RefusedError(
        f"this plan was begun already: run {one.run.id} of {one.run.started:%Y-%m-%d %H:%M} UTC {_WORDS[one.stands]}",
        why=f"{one.made} of {plural(len(one.run.plan.changes), 'change')} made",
        todo=one.next,
    )


def applied_before(plan: Plan, store: str, stale: RefusedError) -> RefusedError:
    """Return why a plan that is stale is so, where that is because it was applied already; else what was found.

    Raises:
        StoreError: the store does not answer.
    """
    if not is_store(store):
        return stale
    with closing(open_store(store)) as opened:
        found = done_run(opened, plan)
    if found is None:
        return stale
    paid = paid_too(found.plan.changes)
    return RefusedError(
        f"the plan was applied already: run {found.id} of {found.started:%Y-%m-%d %H:%M} UTC",
        why=f"{stale.what}: {stale.why}",
        todo=f"`rootwarden undo {found.id}{paid}` takes it back; for what fails by now make a new plan",
    )


def not_to_go_on_with(run: Run) -> RootwardenError:
    """Return what to say of a run that cannot be gone on with, and what can be done with it."""
    paid = paid_too(run.plan.changes)
    if run.state is RunState.UNDOING:
        return RefusedError(
            f"the run {run.id} is half undone", why="somebody began to take it back",
            todo=f"`rootwarden undo {run.id}{paid}` goes on with that; then apply its plan anew",
        )  # fmt: skip
    back = f"`rootwarden undo {run.id}{paid}` takes it back" if run.state is RunState.DONE else "apply its plan anew"
    if run.state is RunState.DONE and not (run.checked and all(one.proved for one in run.checked)):
        back = f"`rootwarden runs prove {run.id}{paid}` reads again what was not proved; {back}"
    if run.state is RunState.PART_UNDONE:
        back = f"`rootwarden undo {run.id}{paid}` takes back what was left, once nothing else rests on it"
    return InputError(f"the run {run.id} is {run.state}", why="there is nothing to go on with", todo=back)


def half_undone(runs: Iterable[Run], plan: Plan | None) -> Run | None:
    """Return the newest run that is half undone, of this plan where one is named; None where there is none."""
    wanted = (one for one in runs if plan is None or one.is_of(plan))
    return next((one for one in wanted if one.state is RunState.UNDOING), None)


def not_rested_on(store: Store, run: Run) -> None:
    """See that nothing that undoing left of a run is used by a later run, which may have made the rest of it anew.

    What made it anew bears the same names, so that no look at AWS tells it from what this run had made.

    Raises:
        RefusedError: a later run does, and is not undone.
        InputError: a later run cannot be read, so that nobody can tell.
    """
    left = {(one.remedy, one.account, one.region) for one in run.plan.changes if one.id in run.left}
    standing = [one for one in RunState if one is not RunState.UNDONE]
    for other in past_runs(store, None, standing, after=run.id) if left else ():
        if any((one.remedy, one.account, one.region) in left for one in other.plan.changes):
            raise RefusedError(
                f"the run {other.id} rests on what was left of {run.id}", why="it made anew what was taken back",
                todo=f"undo the later one first: `rootwarden undo {other.id}{paid_too(other.plan.changes)}`",
            )  # fmt: skip
