"""CloudTrail: every trail that the account can see, whether it is logging, and what it records."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from rootwarden.aws.collectors import of_account
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.visit import Visit

_SELECTORS = ("EventSelectors", "AdvancedEventSelectors")


def described(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return the trails seen in one Region; asked once per account and Region.

    The account's first Region is asked for shadow trails too: only so are the trails of other Regions, and the
    organization's trail in a member account, seen when few Regions are read. Where that one does not answer, the next
    that does is asked again.

    Raises:
        UnreadError: AWS refused or did not answer.
    """
    shadows = visit.regions[:1] == (region,)
    return visit.ask.once(f"trails:{region}", partial(_described, visit, region, shadows=shadows))


@of_account(
    "cloudtrail.trails",
    per={
        "cloudtrail.DescribeTrails": "Region",
        "cloudtrail.GetTrailStatus": "trail",
        "cloudtrail.GetEventSelectors": "trail",
    },
)
def trails(visit: Visit) -> list[dict[str, Any]]:
    """Return each trail once, as its home Region shows it where that is read, with status and selectors from there."""
    found: dict[str, dict[str, Any]] = {}
    unread = visit.unlisted_regions()
    for region, seen in _answers(visit):
        if isinstance(seen, UnreadError):
            unread.append({"region": region} | visit.ask.reading.mark(seen.unknown))
            continue
        for trail in seen:
            if trail["TrailARN"] not in found or trail.get("HomeRegion") == region:
                found[trail["TrailARN"]] = {"region": region} | trail
    return [_whole(visit, trail) for trail in found.values()] + unread


def _answers(visit: Visit) -> Iterator[tuple[str, list[dict[str, Any]] | UnreadError]]:
    """Go through the Regions with their trails; the first Region that answers tells of shadow trails too."""
    shadows = False
    for region in visit.regions:
        try:
            found = described(visit, region)
        except UnreadError as refusal:
            yield region, refusal
            continue
        if not shadows:
            found, shadows = _with_shadows(visit, region, found)
        yield region, found


def _with_shadows(visit: Visit, region: str, found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """Return a Region's trails with the shadow trails, and whether these could be read."""
    if region == visit.regions[0]:
        return found, True
    try:
        return visit.ask.once(f"shadows:{region}", partial(_described, visit, region, shadows=True)), True
    except UnreadError:
        return found, False


def _described(visit: Visit, region: str, *, shadows: bool) -> list[dict[str, Any]]:
    answer = visit.ask.call("cloudtrail", "DescribeTrails", region, includeShadowTrails=shadows)
    return list(answer["trailList"])


def _whole(visit: Visit, trail: dict[str, Any]) -> dict[str, Any]:
    return trail | {
        "status": visit.ask.or_mark(partial(_status, visit, trail)),
        "selectors": visit.ask.or_mark(partial(_selectors, visit, trail)),
    }


def _status(visit: Visit, trail: dict[str, Any]) -> dict[str, Any]:
    return visit.ask.call("cloudtrail", "GetTrailStatus", _home(trail), Name=trail["TrailARN"])


def _selectors(visit: Visit, trail: dict[str, Any]) -> dict[str, Any]:
    answer = visit.ask.call("cloudtrail", "GetEventSelectors", _home(trail), TrailName=trail["TrailARN"])
    return {name: answer[name] for name in _SELECTORS if answer.get(name)}


def _home(trail: dict[str, Any]) -> str:
    return str(trail.get("HomeRegion") or trail["region"])


def name_resources(visit: Visit) -> None:
    """Tell the round which buckets and keys this account's trails name, so that their owners read them."""
    named = visit.round.named
    for trail in trails_seen(visit):
        if trail.get("S3BucketName"):
            named.buckets.setdefault(trail["S3BucketName"], _home(trail | {"region": visit.ask.reading.region}))
        if trail.get("KmsKeyId"):
            named.keys.add(trail["KmsKeyId"])


def trails_seen(visit: Visit) -> list[dict[str, Any]]:
    """Return the trails of all Regions that answered, copies included."""
    # `trails` puts the marks of the other Regions into the snapshot.
    return [trail for _, seen in _answers(visit) if not isinstance(seen, UnreadError) for trail in seen]
