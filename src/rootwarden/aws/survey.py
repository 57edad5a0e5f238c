"""The survey before the reading: enter every account, list its Regions, and see which resources its trails name."""

from __future__ import annotations

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.aws.ask import Ask
from rootwarden.aws.audit_policy import session_policy
from rootwarden.aws.collect.account import ENABLED, regions
from rootwarden.aws.collect.cloudtrail import described, name_resources
from rootwarden.aws.hop import assume_role, role_arn
from rootwarden.aws.refusals import DENIED, UnreadError
from rootwarden.aws.targets import Target
from rootwarden.aws.visit import Round, Visit
from rootwarden.aws.workers import Story
from rootwarden.model.readings import Unknown


class Surveyed(Struct, frozen=True):
    """One account after the survey: the visit, and why it could not be entered (None: it was)."""

    target: Target
    visit: Visit
    barred: Unknown | None = None


def survey(around: Round, target: Target, *, trails: bool) -> Story[Surveyed]:
    """Tell the story of entering one account; with `trails`, its trails are described as well."""
    if target.barred is not None:
        return Surveyed(target, Visit(around, around.caller_for(target.account)), target.barred)
    entered = (yield [partial(_enter, around, target)])[0]
    if isinstance(entered, Unknown):
        return Surveyed(target, Visit(around, around.caller_for(target.account)), entered)
    visit = Visit(around, entered)
    yield [partial(settle_regions, visit)]
    if trails:
        yield [partial(_try_describing, visit, region) for region in visit.regions]
        yield [partial(name_resources, visit)]
    around.visits[visit.account] = visit
    return Surveyed(target, visit)


def _enter(around: Round, target: Target) -> Ask | Unknown:
    """Return questions inside the account, or why it cannot be entered."""
    if not target.role:
        return around.caller
    caller = around.caller
    try:
        arn = role_arn(caller.partition, target.account, target.role)
        return assume_role(
            caller, arn, policy=session_policy(paid=around.paid, also=around.also), external_id=around.external_id
        )
    except UnreadError as refusal:
        if refusal.unknown.why != DENIED:
            return refusal.unknown
        hint = f"role {target.role} is missing in this account, or does not let the caller in"
        return replace(refusal.unknown, hint=hint)


def settle_regions(visit: Visit) -> None:
    """Decide which Regions are read: the enabled ones, of these the ones asked for; the reading's own comes first."""
    asked, own = visit.round.regions, visit.ask.reading.region
    try:
        states = {one["RegionName"]: one["RegionOptStatus"] in ENABLED for one in regions(visit)}
    except UnreadError as refusal:
        states = dict.fromkeys(visit.ask.reading.partition.default_regions, True)
        visit.unlisted = None if asked else refusal.unknown
    # A Region that was asked for and is on no list is read: its own answer tells more than a guess.
    chosen = [one for one in asked if states.get(one, True)] or [one for one in states if states[one] and not asked]
    visit.regions = tuple(sorted(chosen, key=lambda region: (region != own, region)))


def _try_describing(visit: Visit, region: str) -> None:
    try:
        described(visit, region)
    except UnreadError:
        return  # remembered; the collector of trails puts the mark into the snapshot
