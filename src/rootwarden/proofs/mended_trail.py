"""A trail of one's own that falls short, made to record everything: all Regions, all management events, switched on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from rootwarden.model.expect import Expect, Item, as_if
from rootwarden.model.plan import Declared, Step
from rootwarden.proofs.remade_bucket import delivers_from, starts_at
from rootwarden.proofs.trail_calls import FOR_ORGANIZATION, declared_trail, start, trail_call
from rootwarden.proofs.trail_coverage import Coverage
from rootwarden.proofs.trails import FACT
from rootwarden.proofs.whole_selectors import whole_selectors

_SHAPE = ("IsMultiRegionTrail", "IncludeGlobalServiceEvents")
_SHAPE_GAPS = frozenset(("single_region", "no_global_events"))
_OFF = "not_logging"


class Part(Struct, frozen=True):
    """One thing that is changed: the call, what must hold before, and what holds then."""

    step: Step
    expects: tuple[Expect, ...]
    then: tuple[Expect, ...]


def mend(covered: Coverage, now: datetime) -> tuple[Part, ...] | None:
    """Return what closes all gaps of a trail; None where its data events leave no room among its selectors.

    Raises:
        UnseenError: what it records could not be read in full.
    """
    if covered.unseen is not None or covered.recorded is None:
        raise covered.unseen or AssertionError("what is recorded is unread and nobody said why")
    gaps = frozenset(covered.gaps)
    parts = [_shape(covered)] if gaps & _SHAPE_GAPS else []
    if gaps - _SHAPE_GAPS - {_OFF}:
        selectors = _selectors(covered)
        if selectors is None:
            return None
        parts.append(selectors)
    if _OFF in gaps:
        parts.append(_on(covered, now))
    return tuple(parts)


def as_code(covered: Coverage, parts: tuple[Part, ...]) -> Declared:
    """Return the trail as it will be, as code."""
    then = [one for part in parts for one in part.then if not one.assumed]
    (trail,) = as_if({FACT: [covered.trail.sight.as_collected()]}, then)[FACT]
    return declared_trail(trail)


def _shape(covered: Coverage) -> Part:
    trail, at = covered.trail, (Item("TrailARN", covered.trail.arn),)
    old = {name: trail[name].flag() for name in _SHAPE}
    new = dict.fromkeys(_SHAPE, True)
    on, also = _rights(covered)
    step = Step(
        id="shape", does="Record every Region and the global services", on=on, also=also,
        call=trail_call("UpdateTrail", trail.arn, new), undo=(trail_call("UpdateTrail", trail.arn, old),),
    )  # fmt: skip
    return Part(step, (Expect(fact=FACT, at=at, value=old),), (Expect(fact=FACT, at=at, value=new),))


def _selectors(covered: Coverage) -> Part | None:
    trail, at = covered.trail, (Item("TrailARN", covered.trail.arn), "selectors")
    assert covered.recorded is not None  # looked at by the caller
    new = whole_selectors(trail["selectors"], covered.recorded)
    if new is None:
        return None
    old = trail["selectors"].plain()
    former = {kind: old[kind] for kind in new}
    on, also = _rights(covered)
    step = Step(
        id="selectors", does="Record all management events", on=on, also=also,
        call=trail_call("PutEventSelectors", trail.arn, new),
        undo=(trail_call("PutEventSelectors", trail.arn, former),),
    )  # fmt: skip
    return Part(step, (Expect(fact=FACT, at=at, value=former),), (Expect(fact=FACT, at=at, value=new),))


def _on(covered: Coverage, now: datetime) -> Part:
    """Return the start; whether it will deliver may be taken for granted only where no error was left behind."""
    trail = covered.trail
    off = Expect(fact=FACT, at=(Item("TrailARN", trail.arn), "status"), value={"IsLogging": False})
    failed = trail["status"]["LatestDeliveryError"].text(default="")
    delivers: Iterator[Expect] = iter(()) if failed else iter(delivers_from(now, trail.arn))
    return Part(start(trail.arn), (off,), (*starts_at(now, trail.arn), *delivers))


def _rights(covered: Coverage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ARNs a call is about and the further actions it needs, which an organization's trail has."""
    whole = covered.trail["IsOrganizationTrail"].flag(default=False)
    return (covered.trail.arn,), FOR_ORGANIZATION if whole else ()
