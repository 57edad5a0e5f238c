"""A trail is made only where none records everything yet: by what is read now, for a second copy is charged for.

Somebody else may have made one since, above all one of the organization, which nobody in a member sees coming.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.findings import Status
from rootwarden.model.plan import Change

_CODE, _FACT = "RW-TRAIL-01", "cloudtrail.trails"


def _about(change: Change) -> bool:
    return any(step.call.operation == "CreateTrail" for step in change.steps)


def _check(on: Guarded) -> Iterator[Refusal]:
    for change in on.changes:
        finding = on.finding(change.account, _CODE)
        if _is_there(on, change) or (finding is not None and finding.status is Status.FAIL):
            continue
        passes = finding is not None and finding.status is Status.PASS
        yield Refusal(
            f"{change.title} ({change.account}): "
            + ("a trail records everything there by now" if passes else "whether one is there already is not known"),
            finding.message if finding is not None else f"{_CODE} could not be judged",
            "plan again" if passes else "make the trails readable in every Region, and apply again",
        )  # fmt: skip


def _is_there(on: Guarded, change: Change) -> bool:
    """Return whether the trail is the change's own, which was broken off."""
    trails = on.facts(change.account).get(_FACT)
    return isinstance(trails, list) and any(one.get("TrailARN") == change.resource for one in trails)


GUARD = Guard(about=_about, check=_check, facts=(_FACT,), controls=(_CODE,))
