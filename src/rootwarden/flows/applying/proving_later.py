"""Proves a run later: what was not to be seen when it ended is read again, judged, and written down with who asked."""

from __future__ import annotations

from contextlib import closing

from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.hands import Hands
from rootwarden.errors import RefusedError
from rootwarden.flows.applying.acting import began
from rootwarden.flows.applying.proving import prove_made, prove_undone
from rootwarden.flows.applying.ready import same_place
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.flows.applying.running import Applied
from rootwarden.model.past_run import PastRun
from rootwarden.model.ports import Clock
from rootwarden.model.run import Checked, Deed, RunState
from rootwarden.store.opening import reopen_store
from rootwarden.store.run_log import find_run, steps_of, write_act


def prove_run(name: str, request: ApplyRequest, tell: Tell, clock: Clock | None = None) -> Applied | None:
    """Read again what of a run is not proved yet, made or taken back; None where all is. Nothing is changed.

    What was proved once stays so: how it stands today, an audit says.

    Raises:
        InputError: there is no such run, or no such store.
        RefusedError: the run has no end yet, somebody else has written to it meanwhile, or it is another account's.
        RootwardenError: AWS or the store cannot be reached.
    """
    clock, request = clock or SystemClock(), request.one_errand()
    with closing(reopen_store(request.store)) as store:
        run = find_run(store, name)
        progress = steps_of(store, run.id)
        one = PastRun(run, progress)
        if run.state not in (RunState.DONE, RunState.UNDONE):
            raise RefusedError(f"the run {run.id} is {one.stands}", why="it has no end to prove yet", todo=one.next)
        known = one.checked
        done = [change for change in run.plan.changes if progress.begun(change)]
        if all(change.id in known and known[change.id].proved for change in done):
            return None
        hands = Hands(request.reading.way, clock, run.id, request.entry)
        same_place(run.plan, hands)
        act = began(Deed.PROVED, hands, clock.now(), (), request)
        tell(f"reading again what was {'taken back' if one.is_undone else 'changed'}")
        if one.is_undone:
            back = [change for change in reversed(done) if any(step.undo for step in change.steps)]
            found = prove_undone(request, back, clock, progress)
        else:
            found = prove_made(request, done, clock, progress)
        now = tuple(_kept(each, known.get(each.change)) for each in found)
        after = run.begins(replace(act, ended=clock.now(), checked=now))
        if not one.is_undone:
            after = replace(after, checked=now)
        write_act(store, run, after)
        return Applied(after, progress, now)


def _kept(found: Checked, known: Checked | None) -> Checked:
    """Keep what was proved once."""
    return known if known is not None and known.proved else found
