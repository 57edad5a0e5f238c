"""The canary: of what cannot be taken back, the first account is proved before any other is begun."""

from __future__ import annotations

from collections.abc import Sequence

from rootwarden.aws.hands import WriteError
from rootwarden.errors import RootwardenError
from rootwarden.flows.applying.doing import StoppedError
from rootwarden.flows.applying.proving import prove_made
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.model.plan import Change
from rootwarden.model.ports import Clock
from rootwarden.model.run import Checked, Progress


def canary_of(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the dangerous changes of the first account that has any; none where there is no second such account."""
    hot = [one for one in changes if one.dangerous]
    if len({one.account for one in hot}) < 2:
        return ()
    return tuple(one for one in hot if one.account == hot[0].account)


class CanaryError(StoppedError):
    """The canary is not as planned afterwards, so that nothing further was begun; carries what was found."""

    def __init__(self, change: Change, checked: tuple[Checked, ...]) -> None:
        """Keep what was found."""
        failed = next(one for one in checked if not (one.proved or one.waiting))
        why = f"the first account is not as planned: {failed.detail or 'its control does not pass'}"
        super().__init__(change, None, WriteError("canary", why))
        self.checked = checked


def prove_canary(
    request: ApplyRequest, canary: tuple[Change, ...], clock: Clock, tell: Tell, progress: Progress
) -> None:
    """See that the first account is as planned.

    Raises:
        CanaryError: it is not.
        StoppedError: nobody can say, because nothing could be read.
    """
    tell(f"reading the first account again before any other: {canary[0].account}")
    try:
        checked = prove_made(request, canary, clock, progress)
    except RootwardenError as error:
        why = f"the first account could not be read again: {error}"
        raise StoppedError(canary[-1], None, WriteError("canary", why)) from error
    if not all(one.proved or one.waiting for one in checked):
        raise CanaryError(canary[-1], checked)
