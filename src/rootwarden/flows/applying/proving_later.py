"""Proves a run later: what was not to be seen when it ended is read again, judged, and written down with who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.hands import Hands
from rootwarden.errors import RefusedError, RootwardenError
from rootwarden.flows.applying.acting import began
from rootwarden.flows.applying.looking import unseen
from rootwarden.flows.applying.proving import Proof, proofs_made, proofs_undone
from rootwarden.flows.applying.ready import same_place
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.flows.applying.running import Applied
from rootwarden.model.past_run import PastRun
from rootwarden.model.plan import Change
from rootwarden.model.ports import Clock
from rootwarden.model.run import Checked, Deed, RunState
from rootwarden.store.opening import reopen_store
from rootwarden.store.run_log import find_run, steps_of, write_act


def prove_run(name: str, request: ApplyRequest, tell: Tell, clock: Clock | None = None) -> Applied | None:
    """Read again what of a run is not proved yet, made or taken back; None where all is. Nothing is changed.

    What was proved once stays so: how it stands today, an audit says. What was known of what cannot be read now stays
    too, and `unproved` says why it cannot, unless something else was found that is not as it should be.

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
        known, changes = one.checked, _looked_at(one)
        if all(change.id in known and known[change.id].proved for change in changes):
            return None
        hands = Hands(request.reading.way, clock, run.id, request.entry)
        same_place(run.plan, hands)
        act = began(Deed.PROVED, hands, clock.now(), (), request)
        tell(f"reading again what was {'taken back' if one.is_undone else 'changed'}")
        prove = proofs_undone if one.is_undone else proofs_made
        found = prove(request, changes, clock, progress)
        now = tuple(_kept(each, known.get(each.checked.change)) for each in found)
        after = run.begins(replace(act, ended=clock.now(), checked=now))
        if not one.is_undone:
            after = replace(after, checked=now)
        write_act(store, run, after)
        unread = _unread(changes, found, known)
        if unread is None or not any(_is_amiss(each, known) for each in found):
            return Applied(after, progress, now, unproved=unread)
        tell(str(unread))
        return Applied(after, progress, now)


def _looked_at(one: PastRun) -> list[Change]:
    """Return what was looked at when the run ended, or should have been: what somebody else had made, too."""
    changes = [*reversed(one.run.plan.changes)] if one.is_undone else [*one.run.plan.changes]
    known = one.checked
    if not known and not one.is_undone:  # nothing could be read when it ended
        return [change for change in changes if change.steps]
    done = [
        change for change in changes
        if change.id in known or (one.progress.begun(change) and _counts(change, undone=one.is_undone))
    ]  # fmt: skip
    return done or [change for change in changes if change.steps]


def _counts(change: Change, *, undone: bool) -> bool:
    """Return whether a change that was begun has anything to prove: what no call takes back reads as it did."""
    return not undone or any(step.undo for step in change.steps)


def _kept(found: Proof, known: Checked | None) -> Checked:
    """Keep what was proved once, and what was known where nothing can be read now."""
    return known if known is not None and (known.proved or found.unread is not None) else found.checked


def _is_amiss(found: Proof, known: Mapping[str, Checked]) -> bool:
    """Return whether something was read just now that is not as it should be."""
    now = _kept(found, known.get(found.checked.change))
    return found.unread is None and not now.proved and not now.waiting


def _unread(
    changes: Sequence[Change], found: Sequence[Proof], known: Mapping[str, Checked]
) -> RootwardenError | None:  # fmt: skip
    """Return the first thing that could not be read, as an error; None where nothing of it is left to prove."""
    for change, proof in zip(changes, found, strict=True):
        if proof.unread is not None and not _kept(proof, known.get(change.id)).proved:
            return unseen(change, proof.unread)
    return None
