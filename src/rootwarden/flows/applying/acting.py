"""Who does what with a run, and on what approval: written down when it begins, so that a crash leaves it known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rootwarden.aws.hands import Hands
from rootwarden.flows.applying.cooling import approving
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.model.plan import Change
from rootwarden.model.run import Act, Approval, Deed


def began(what: Deed, hands: Hands, now: datetime, changes: Iterable[Change], request: ApplyRequest) -> Act:
    """Return what whoever holds the credentials begins now, with the windows that approve what they cannot take back.

    Undoing rests on no window: what was approved is the deed.
    """
    windows = () if what is Deed.UNDONE else approving(changes, request, now)
    approvals = tuple(
        Approval(id=one.id, account=one.account, opens=one.opens, closes=one.closes, task=one.task) for one in windows
    )
    return Act(what=what, by=hands.opened.arn, began=now, forced=request.force, windows=approvals)


def left_by_others(agreed: Sequence[Change], left: Sequence[Change], tell: Tell) -> bool:
    """Say what somebody else made while a person was asked; return whether anything is left to make."""
    for one in agreed:
        if one not in left:
            tell(f"made by somebody else meanwhile: {one.title} ({one.account})")
    if not left:
        tell("nothing is left to do, so that no run is written down")
    return bool(left)
