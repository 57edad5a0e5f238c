"""Gathers every fact of one account, or of the organization: each is there, or the mark that says why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from msgspec.structs import replace

from rootwarden.aws.collectors import Collector, Kind
from rootwarden.aws.refusals import DENIED, MALFORMED, UnreadError
from rootwarden.aws.visit import NotAskedError, Visit
from rootwarden.aws.workers import Story
from rootwarden.model.facts import FACTS
from rootwarden.model.readings import Unknown

# Refusals of a caller that is neither the management account nor a delegated administrator.
_NOT_FROM_HERE = {DENIED, "AccountNotManagementOrDelegatedAdministrator"}
_FROM_MANAGEMENT = "run_from_management"
_LEFT_OUT = object()


def gather(visit: Visit, wanted: Iterable[Collector], barred: Unknown | None = None) -> Story[dict[str, Any]]:
    """Tell the story of one account: read the wanted facts, those that need others after them.

    `barred` is why the account could not be entered: then only what is asked from the caller's place is read.
    """
    wanted = list(wanted)
    facts = visit.facts
    if barred is not None:
        facts |= {one.fact: visit.ask.reading.mark(barred) for one in wanted if not one.central}
        wanted = [one for one in wanted if one.central]
    for layer in _layers(wanted):
        parts = [(one, region) for one in layer for region in _places(visit, one)]
        answers = yield [partial(_read, visit, one, region) for one, region in parts]
        for one in layer:
            own = [answer for (of, _), answer in zip(parts, answers, strict=True) if of is one]
            value = [item for part in own for item in part] if one.kind is Kind.REGION else own[0]
            if one.kind is Kind.REGION:
                value += visit.unlisted_regions()
            if value is not _LEFT_OUT:
                facts[one.fact] = value
    return {name: facts[name] for name in FACTS if name in facts}


def _layers(wanted: list[Collector]) -> Iterator[list[Collector]]:
    """Go through the collectors so that each comes after those it needs."""
    left = list(wanted)
    while left:
        unread = {one.fact for one in left}
        layer = [one for one in left if not unread.intersection(one.after)]
        if not layer:
            raise TypeError(f"these facts need each other: {sorted(unread)}")
        yield layer
        left = [one for one in left if one not in layer]


def _places(visit: Visit, one: Collector) -> tuple[str, ...]:
    return visit.regions if one.kind is Kind.REGION else ("",)


def _read(visit: Visit, one: Collector, region: str) -> Any:
    """Return what a collector returns; its refusal is the mark of the fact, or of this one Region."""
    try:
        if one.kind is not Kind.REGION:
            return one.read(visit)
        return [{"region": region} | item for item in one.read(visit, region)]
    except NotAskedError:
        return _LEFT_OUT
    except UnreadError as refusal:
        unknown = _from_where(visit, one, refusal.unknown)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # An answer of another shape than AWS documents spoils this fact and no other.
        unknown = Unknown(MALFORMED, FACTS[one.fact].calls[0], hint=f"{type(error).__name__}: {error}"[:80])
    mark = visit.ask.reading.mark(unknown)
    return mark if one.kind is not Kind.REGION else [{"region": region} | mark]


def _from_where(visit: Visit, one: Collector, unknown: Unknown) -> Unknown:
    """Say so where only the management account, or a delegated administrator, could have been answered."""
    central = one.central or one.kind is Kind.ORGANIZATION
    elsewhere = visit.caller.account != visit.round.management and visit.round.organization is not None
    if central and elsewhere and unknown.why.removesuffix("Exception") in _NOT_FROM_HERE:
        return replace(unknown, hint=_FROM_MANAGEMENT)
    return unknown
