"""Guards: before a dangerous change is made each of them looks again, and one that is not satisfied stops everything.

A guard is a file of this folder: what it is about, which facts and controls it needs read again, and its check, which
tells every reason to refuse. Adding one is adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from datetime import datetime

from rootwarden.errors import RefusedError
from rootwarden.flows.applying.guards.guard import Enter, Guard, Guarded, Refusal
from rootwarden.flows.applying.looking import Looked
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.model.plan import Change

__all__ = ["Guard", "Guarded", "Refusal", "needs", "see_to"]


def guards() -> tuple[Guard, ...]:
    """Return all guards, in the order of their names; files that hold none are what several of them share."""
    names = sorted(one.name for one in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return tuple(module.GUARD for module in modules if hasattr(module, "GUARD"))


def needs(changes: Sequence[Change]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the facts and the controls that the guards of these changes want read and judged again."""
    wanted = [one for one in guards() if any(map(one.about, changes))]
    return frozenset(name for one in wanted for name in one.facts), frozenset(
        code for one in wanted for code in one.controls
    )


def see_to(
    changes: Sequence[Change], seen: Looked, request: ApplyRequest, enter: Enter, now: datetime, tell: Tell
) -> None:
    """See that no guard has anything against these changes.

    Raises:
        RefusedError: one has; each reason was told, the first is the error's.
    """
    refusals: list[Refusal] = []
    for guard in guards():
        mine = tuple(filter(guard.about, changes))
        if mine:
            refusals += guard.check(Guarded(changes=mine, seen=seen, request=request, enter=enter, now=now))
    if not refusals:
        return
    first = refusals[0]
    if len(refusals) > 1:
        for one in refusals:
            tell(f"refused: {one.what}: {one.why}")
    more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
    raise RefusedError(f"{first.what}{more}", why=first.why, todo=first.todo)
