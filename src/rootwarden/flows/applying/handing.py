"""Where the secrets go that a plan has made: settled before anything is changed."""

from __future__ import annotations

from rootwarden.errors import UsageError
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.plan import Plan
from rootwarden.model.ports import Secrets
from rootwarden.store.handover import Handover


def handing_over(plan: Plan, request: ApplyRequest) -> Secrets | None:
    """Return who makes the secrets of a plan and hands them over, None where it needs none.

    Raises:
        UsageError: it needs some, and no folder is named, or one is to be encrypted and nothing here can.
        OutputError: the folder cannot be used.
    """
    wanted = [one for change in plan.changes for one in change.secrets]
    if not wanted:
        return None
    if not request.handover:
        raise UsageError(
            f"the plan makes {wanted[0].what}" + (f" and {len(wanted) - 1} more secrets" if wanted[1:] else ""),
            why="nobody would ever learn them",
            todo="name a folder of yours with --handover FOLDER",
        )
    return Handover(request.handover, encrypting=any(one.key for one in wanted))
