"""Whether an access key was used lately: by AWS's own record of its last use, and by what the trail holds.

The trail's event history knows no data events (S3 objects, DynamoDB items); the record of the last use does, and is the
one that may be some hours late. Either is enough to refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collect.account import ENABLED
from rootwarden.aws.harm import used_in_trail
from rootwarden.aws.refusals import UnreadError
from rootwarden.model.readings import unknown_in
from rootwarden.model.sight import parse_time

DAYS = 90  # as far back as the event history goes
LOOKS = ("cloudtrail.LookupEvents",)
REGIONS = "account.regions"


def enabled_regions(facts: Mapping[str, Any]) -> list[str]:
    """Return the Regions in which a key could have been used; all enabled ones, whatever was asked to be read.

    Raises:
        ValueError: they could not be listed.
    """
    found = facts.get(REGIONS)
    why = unknown_in(found)
    if why is not None or not isinstance(found, list) or not found:
        raise ValueError(f"its Regions could not be listed: {why or 'not collected'}")
    return [one["RegionName"] for one in found if one.get("RegionOptStatus") in ENABLED]


def use_by_record(last_used: Any, now: datetime, days: float = DAYS) -> str:
    """Return in words when a key was last used by AWS's record if that is too lately, or why nobody knows; else ""."""
    why = unknown_in(last_used)
    if why is not None:
        return f"when it was last used could not be read: {why}"
    if last_used is None:
        return ""
    when = parse_time(str(last_used))
    if when is None:
        return f"when it was last used could not be read: {str(last_used)[:40]!r} is no date"
    return f"it was last used on {when:%Y-%m-%d}" if now - when < timedelta(days=days) else ""


def use_by_trail(ask: Ask, key: str, regions: Iterable[str], now: datetime, days: float = DAYS) -> str:
    """Return in words what a key did in so many days by the event history, or why nobody knows; "" if nothing."""
    try:
        found = used_in_trail(ask, key, regions, now - timedelta(days=min(days, DAYS)))
    except UnreadError as refusal:
        return f"the event history could not be read: {refusal.unknown}"
    return f"the trail shows it at work: {found}" if found else ""
