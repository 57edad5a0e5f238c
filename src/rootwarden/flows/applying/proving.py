"""Proves what was changed: the facts are read again and judged again, for as long as AWS may take to show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rootwarden.flows.applying.looking import Looked, at_once, look
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.expect import as_if, broken
from rootwarden.model.findings import Status
from rootwarden.model.plan import Change
from rootwarden.model.ports import Clock
from rootwarden.model.run import Checked

# Seconds before it is looked again.
_PAUSES = (2.0, 4.0, 8.0, 16.0, 32.0)
_Check = Callable[[Change, Looked], Checked]


def prove_made(request: ApplyRequest, changes: Sequence[Change], clock: Clock) -> tuple[Checked, ...]:
    """Return for each change whether its control passes now, and the facts read as planned.

    Raises:
        RootwardenError: nothing could be read at all.
    """
    return _prove(request, changes, clock, _made)


def prove_undone(request: ApplyRequest, changes: Sequence[Change], clock: Clock) -> tuple[Checked, ...]:
    """Return for each change whether the facts read as before it.

    Raises:
        RootwardenError: nothing could be read at all.
    """
    return _prove(request, changes, clock, partial(_undone, changes))


def _prove(request: ApplyRequest, changes: Sequence[Change], clock: Clock, check: _Check) -> tuple[Checked, ...]:
    began = clock.monotonic()
    for pause in (*_PAUSES, None):
        seen = look(request, changes)
        found = tuple(check(one, seen) for one in changes)
        late = clock.monotonic() - began + (pause or 0) > request.patience
        if pause is None or late or all(one.proved or one.waiting for one in found):
            return found
        clock.sleep(pause)
    raise AssertionError("the last look returns")


def _made(change: Change, seen: Looked) -> Checked:
    own = seen.facts.get(change.account, {})
    amiss = broken(at_once(change), own)
    late = () if change.control else tuple(one for one in broken(change.then, own) if one not in amiss)
    finding = seen.findings.get(change.fingerprint)
    after = finding.status if finding is not None else None
    passes = after in (Status.PASS, Status.NOT_APPLICABLE, None) if change.control else True
    said = str((*amiss, *late)[0]) if amiss or late else finding.message if finding is not None and not passes else ""
    return Checked(
        change=change.id,
        control=change.control,
        before=Status.FAIL if change.control else None,
        after=after,
        proved=passes and not amiss and not late,
        waiting=not (passes and not late) and not amiss and change.patience > 0,
        detail=said,
    )


def _undone(changes: Sequence[Change], change: Change, seen: Looked) -> Checked:
    # What a change rested on may be the work of one before it, which is taken back by now as well.
    before = [one for one in changes[changes.index(change) + 1 :] if one.account == change.account]
    made = [expect for one in reversed(before) for expect in one.then]
    found = broken(change.expects, as_if(seen.facts.get(change.account, {}), made))
    amiss = [one for one in found if one.expect.fact not in change.late]
    finding = seen.findings.get(change.fingerprint)
    stays = "; ".join(change.stays)
    return Checked(
        change=change.id,
        control=change.control,
        before=None,
        after=finding.status if finding is not None else None,
        proved=not found or bool(stays),
        waiting=not amiss and change.patience > 0,
        detail=stays or (str((amiss or found)[0]) if found else ""),
    )
