"""RW-TRAIL-02: the trails that are relied on deliver now."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Status
from tests.controls.judged import ACCOUNT, cited, judge, only, unread
from tests.controls.trail_facts import MANAGEMENT, ORG_TRAIL, STATUS, TRAIL, trail, without

SLUG = "trail-delivers"
FACT = "cloudtrail.trails"


def one(*trails: dict[str, Any], **rest: Any):
    """Return the finding for an account with these trails."""
    return only(SLUG, {FACT: list(trails)}, **rest)


def with_status(**status: Any) -> dict[str, Any]:
    """Return a trail whose status differs."""
    return trail(status=status)


def never(**status: Any) -> dict[str, Any]:
    """Return a trail that has not delivered anything."""
    return trail() | {"status": without({**STATUS, **status}, "LatestDeliveryTime")}


def mute(**status: Any) -> dict[str, Any]:
    """Return a trail that has delivered neither log files nor digests."""
    return trail() | {"status": without({**STATUS, **status}, "LatestDeliveryTime", "LatestDigestDeliveryTime")}


def test_recent_delivery_passes():
    """A file minutes ago and no error: it delivers."""
    finding = one(trail())
    assert (finding.status, finding.resource, finding.region) == (Status.PASS, TRAIL, "eu-west-1")
    assert cited(finding)[f"{FACT}[{TRAIL}].status.LatestDeliveryTime"] == "2026-11-23T22:40:00Z"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"IsLogging": False}, "stopped"),
        ({"StopLoggingTime": "2026-11-23T22:44:00Z"}, "stopped"),
        ({"LatestDeliveryError": "NoSuchBucket"}, "NoSuchBucket"),
        ({"LatestDeliveryError": "AccessDenied"}, "AccessDenied"),
        ({"LatestDeliveryTime": "2026-11-23T21:45:00Z", "LatestDigestDeliveryTime": "2026-11-23T21:15:12Z"}, "stale"),
        ({"LatestDeliveryTime": "2026-11-23T21:45:00Z", "LatestDigestDeliveryTime": ""}, "stale"),
        ({"LatestDeliveryTime": "2026-11-23T21:45:00Z", "LatestDigestDeliveryError": "AccessDenied"}, "stale"),
    ],
)
def test_each_outage_fails(status: dict[str, Any], reason: str):
    """Stopped, refused and stale trails fail; the error of S3 is named."""
    finding = one(with_status(**status))
    assert (finding.status, finding.reason) == (Status.FAIL, reason)


def test_exactly_the_limit_still_passes():
    """A file of exactly max_delivery_age_minutes ago is in time."""
    assert one(with_status(LatestDeliveryTime="2026-11-23T21:45:13Z")).status is Status.PASS
    old = with_status(LatestDeliveryTime="2026-11-23T20:00:00Z")
    assert one(old, settings={"max_delivery_age_minutes": 240}).status is Status.PASS


def test_trail_restarted_since_passes():
    """A stop before the last start is history."""
    assert one(with_status(StopLoggingTime="2025-01-01T00:00:00Z")).status is Status.PASS


def test_an_error_counts_whatever_a_retired_field_says():
    """The time of the last attempt is no longer filled in, so that it cannot show that an error is over."""
    for attempt in ("", "2026-11-23T22:00:00Z"):
        finding = one(with_status(LatestDeliveryError="SlowDown", LatestDeliveryAttemptTime=attempt))
        assert (finding.status, finding.reason) == (Status.FAIL, "SlowDown")
    assert one(with_status(LatestDeliveryError="", LatestDeliveryAttemptTime="")).status is Status.PASS


def test_digests_prove_delivery_where_nothing_happens():
    """An idle account has no log files; its hourly digests show that the bucket accepts them."""
    idle = one(with_status(LatestDeliveryTime="2026-11-20T00:00:00Z"))
    assert (idle.status, idle.reason) == (Status.PASS, "idle") and idle.notes
    assert cited(idle)[f"{FACT}[{TRAIL}].status.LatestDigestDeliveryTime"] == "2026-11-23T22:00:00Z"
    assert one(never()).reason == "idle"
    assert one(with_status(LatestDeliveryTime="")).reason == "idle"
    dark = unread(FACT)
    assert one(with_status(LatestDeliveryTime="2026-11-20T00:00:00Z", LatestDigestDeliveryTime=dark)).status is (
        Status.UNKNOWN
    )


def test_new_trail_is_left_to_a_person():
    """A trail of less than an hour that has not delivered: look again; after an hour it fails."""
    assert one(mute(StartLoggingTime="2026-11-23T22:00:00Z")).reason == "too_new"
    assert one(mute(StartLoggingTime="2026-11-23T22:00:00Z")).status is Status.MANUAL
    assert one(mute(StartLoggingTime="2026-11-23T21:00:00Z")).reason == "never_delivered"
    nothing = trail() | {"status": {"IsLogging": True}}
    assert one(nothing).status is Status.UNKNOWN


def test_trail_that_is_not_relied_on_does_not_apply():
    """A trail that could not record everything anyway is not judged for delivery."""
    finding = one(trail(IsMultiRegionTrail=False, status={"IsLogging": False}))
    assert (finding.status, finding.reason) == (Status.NOT_APPLICABLE, "not_relied_on")


def test_a_stopped_trail_is_relied_on():
    """Being switched off is exactly what this control is about."""
    assert one(with_status(IsLogging=False)).status is Status.FAIL


def test_unread_parts_are_unknown():
    """Status, selectors and Regions that could not be read."""
    assert one(trail() | {"status": unread(FACT)}).status is Status.UNKNOWN
    assert one(trail(selectors=unread(FACT))).status is Status.UNKNOWN
    assert only(SLUG, {FACT: unread(FACT)}).status is Status.UNKNOWN
    findings = judge(SLUG, {FACT: [trail(), {"region": "us-east-1", **unread(FACT)}]})
    assert [f.status for f in findings] == [Status.PASS, Status.UNKNOWN]
    assert one(with_status(LatestDeliveryTime="yesterday")).status is Status.UNKNOWN


def test_no_trails_do_not_apply():
    """Without trails RW-TRAIL-01 fails and this has no meaning; nobody knows where a Region was not asked."""
    assert (one().status, one().reason) == (Status.NOT_APPLICABLE, "no_trails")
    assert (one(regions_asked=("eu-west-1",)).status, one(regions_asked=("eu-west-1",)).reason) == (
        Status.UNKNOWN,
        "region_not_asked",
    )
    assert one(trail(), regions_asked=("us-east-1",)).status is Status.PASS


def test_organization_trail_is_judged_where_it_is_owned():
    """A member says once where the trail is judged; the owner judges it; without the owner the member does."""
    shadow = trail(ORG_TRAIL)
    member = one(shadow, others={MANAGEMENT: {FACT: [shadow]}})
    assert (member.status, member.reason) == (Status.NOT_APPLICABLE, "judged_at_owner")
    assert MANAGEMENT in member.message
    listed = {"org.accounts": [{"Id": MANAGEMENT}, {"Id": ACCOUNT}]}
    assert one(shadow, organization=listed).reason == "judged_at_owner"
    assert one(shadow, account=MANAGEMENT).status is Status.PASS
    alone = one(shadow)
    assert (alone.status, alone.resource) == (Status.PASS, ORG_TRAIL)


def test_owner_whose_trails_are_unread_is_still_the_judge():
    """The member does not step in for an owner that is part of the audit but could not be read."""
    finding = one(trail(ORG_TRAIL), others={MANAGEMENT: {FACT: unread(FACT)}})
    assert finding.reason == "judged_at_owner"


def test_each_trail_is_one_finding():
    """Two own trails, two findings; shadow copies are joined."""
    second = trail(f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/second", status={"IsLogging": False})
    shadow = {**trail(), "region": "us-east-1"}
    findings = judge(SLUG, {FACT: [trail(), shadow, second]})
    assert [(f.resource, f.status) for f in findings] == [
        (TRAIL, Status.PASS),
        (f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/second", Status.FAIL),
    ]
