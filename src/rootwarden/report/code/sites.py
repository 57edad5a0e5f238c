"""Takes a plan apart by account and Region: what is declared in each place, and the changes that declare it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from rootwarden.model.plan import Change, Plan
from rootwarden.report.code.gathering import gathered
from rootwarden.report.code.resource import Place, Resource, home_of

# What stands in the name of a file for the account and the Region that it is about.
ACCOUNT, REGION = "{account}", "{region}"


class Site(Struct, frozen=True):
    """One account in one Region: what the changes declare there, and the changes."""

    place: Place
    resources: tuple[Resource, ...]
    changes: tuple[Change, ...]


def sites(plan: Plan) -> tuple[Site, ...]:
    """Return the places in which something is changed, in the order of the plan.

    Raises:
        InputError: a change refers to what nothing declares.
    """
    changes: dict[tuple[str, str], list[Change]] = {}
    for where, change in _placed(plan):
        changes.setdefault(where, []).append(change)
    made = []
    for (account, region), some in changes.items():
        place = Place(plan.partition, account, region)
        resources = gathered(some, place)
        made.append(Site(place, resources, tuple(some)))
    return tuple(made)


def split(plan: Plan, file: str) -> dict[str, Plan]:
    """Return what goes to which file, where the name of a file holds `{account}` or `{region}`; else all to the one.

    What is left as it is goes to the first file of its account.
    """
    if not any(mark in file for mark in (ACCOUNT, REGION)):
        return {file: plan}
    changes: dict[str, list[Change]] = {}
    for (account, region), change in _placed(plan):
        name = file.replace(ACCOUNT, account).replace(REGION, region)
        changes.setdefault(name, []).append(change)
    made: dict[str, Plan] = {}
    told: set[str] = set()
    for name, some in changes.items():
        new = {one.account for one in some} - told
        told |= new
        left = tuple(one for one in plan.left if one.account in new)
        mends = sum(bool(one.control) for one in some)
        made[name] = msgspec.structs.replace(
            plan, changes=tuple(some), left=left, mends=mends, failing=mends + len(left), unread=0
        )
    return made


def _placed(plan: Plan) -> Iterator[tuple[tuple[str, str], Change]]:
    """Say of each change where it is written down: where its calls go. What has no Region joins what has one."""
    regions: dict[str, list[str]] = {}
    for change in plan.changes:
        some = regions.setdefault(change.account, [])
        if (region := _region_of(change)) and region not in some:
            some.append(region)
    for change in plan.changes:
        own = regions[change.account]
        region = _region_of(change) or (own[0] if len(own) == 1 else home_of(plan.partition))
        yield (change.account, region), change


def _region_of(change: Change) -> str:
    """Return the Region in which a change makes its resources, "" for those of services without Regions."""
    return change.region or next((step.call.region for step in change.steps if step.call.region), "")
