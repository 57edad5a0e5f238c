"""Which trails an account sees: its own, their copies in other Regions, and those of its organization.

Source: CloudTrail API reference, DescribeTrails, `includeShadowTrails`; CloudTrail User Guide, "Creating a trail for an
organization": members see the trail and cannot change it.
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.cloudtrail.models import Trail, cloudtrail_backends

from rootwarden.lab.membership import organization_of


def visible_trails(account: str, region: str, *, shadows: bool = True) -> list[Trail]:
    """Return the trails DescribeTrails lists in one Region of an account; without `shadows` only those made there."""
    own = [trail for trail in _trails_of(account) if trail.region_name == region or (shadows and trail.is_multi_region)]
    shadowed = [one for one in _organization_trails(account) if one.is_multi_region or one.region_name == region]
    return own + (shadowed if shadows else [])


def listed_trails(account: str) -> list[Trail]:
    """Return the trails ListTrails names, those of every Region; it is asked of an account, not of a Region."""
    return [*_trails_of(account), *_organization_trails(account)]


def find_trail(account: str, region: str, name_or_arn: str) -> Trail | None:
    """Return the trail the account sees under this name or ARN; by ARN also one whose home is another Region."""
    for trail in visible_trails(account, region):
        if name_or_arn in (trail.trail_name, trail.arn):
            return trail
    if not name_or_arn.startswith("arn:"):
        return None
    home = name_or_arn.split(":")[3]
    return next((trail for trail in visible_trails(account, home) if trail.arn == name_or_arn), None)


def _trails_of(account: str) -> Iterator[Trail]:
    for backend in list(cloudtrail_backends[account].values()):
        yield from list(backend.trails.values())


def _organization_trails(account: str) -> Iterator[Trail]:
    organization = organization_of(account)
    if organization is None or organization.account_id == account:
        return
    for trail in _trails_of(organization.account_id):
        if trail.is_org_trail:
            yield trail
