"""Proves what was changed: the facts are read again and judged again, for as long as AWS may take to show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rootwarden.flows.applying.looking import Looked, look
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.expect import Found, as_if, broken
from rootwarden.model.findings import Status
from rootwarden.model.plan import Change
from rootwarden.model.ports import Clock
from rootwarden.model.run import Checked, Progress

# Seconds before it is looked again.
_PAUSES = (2.0, 4.0, 8.0, 16.0, 32.0)
_Check = Callable[[Looked], tuple[Checked, ...]]


def prove_made(
    request: ApplyRequest, changes: Sequence[Change], clock: Clock, progress: Progress
) -> tuple[Checked, ...]:
    """Return for each change, in the order made, whether its control passes now, and the facts read as planned.

    `progress` tells the names of what was made.

    Raises:
        RootwardenError: nothing could be read at all.
    """

    def check(seen: Looked) -> tuple[Checked, ...]:
        """Look at each as if those after it were not made yet: they may have gone on from where it ended."""
        now, found = dict(seen.facts), []
        for change in reversed(changes):
            own = now.get(change.account, {})
            found.append(_made(change, broken(change.then_with(progress.kept(change)), own), seen))
            now[change.account] = as_if(own, change.expects)
        return tuple(reversed(found))

    return _prove(request, changes, clock, check)


def prove_undone(request: ApplyRequest, changes: Sequence[Change], clock: Clock) -> tuple[Checked, ...]:
    """Return for each change, in the order taken back, whether the facts read as before it.

    Raises:
        RootwardenError: nothing could be read at all.
    """

    def check(seen: Looked) -> tuple[Checked, ...]:
        """Look at each as if those before it were made still: it began where they had ended."""
        now, found = dict(seen.facts), []
        for change in reversed(changes):
            own = now.get(change.account, {})
            found.append(_undone(change, broken(change.expects, own), seen))
            now[change.account] = as_if(own, change.then)
        return tuple(reversed(found))

    return _prove(request, changes, clock, check)


def _prove(request: ApplyRequest, changes: Sequence[Change], clock: Clock, check: _Check) -> tuple[Checked, ...]:
    began = clock.monotonic()
    for pause in (*_PAUSES, None):
        found = check(look(request, changes))
        late = clock.monotonic() - began + (pause or 0) > request.patience
        if pause is None or late or all(one.proved or one.waiting for one in found):
            return found
        clock.sleep(pause)
    raise AssertionError("the last look returns")


def _made(change: Change, amiss: list[Found], seen: Looked) -> Checked:
    finding = seen.findings.get(change.fingerprint)
    after = finding.status if finding is not None else None
    passes = after in (Status.PASS, Status.NOT_APPLICABLE, None) if change.control else True
    said = str(amiss[0]) if amiss else finding.message if finding is not None and not passes else ""
    return Checked(
        change=change.id,
        control=change.control,
        before=Status.FAIL if change.control else None,
        after=after,
        proved=passes and not amiss,
        waiting=not passes and not amiss and change.patience > 0,
        detail=said,
    )


def _undone(change: Change, amiss: list[Found], seen: Looked) -> Checked:
    finding = seen.findings.get(change.fingerprint)
    stays = "; ".join(change.stays)
    return Checked(
        change=change.id,
        control=change.control,
        before=None,
        after=finding.status if finding is not None else None,
        proved=not amiss or bool(stays),
        detail=stays or (str(amiss[0]) if amiss else ""),
    )
