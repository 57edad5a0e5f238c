"""RW-TRAIL-03: each trail signs digests of its files."""

from __future__ import annotations

from typing import Any

from rootwarden.model.findings import Status
from tests.controls.judged import judge, only, unread
from tests.controls.trail_facts import MANAGEMENT, ORG_TRAIL, STATUS, TRAIL, trail, without

SLUG = "trail-log-validation-enabled"
FACT = "cloudtrail.trails"


def one(*trails: dict[str, Any], **rest: Any):
    """Return the finding for an account with these trails."""
    return only(SLUG, {FACT: list(trails)}, **rest)


def test_on_passes_and_off_fails():
    """The setting of the trail decides."""
    assert one(trail()).status is Status.PASS
    finding = one(trail(LogFileValidationEnabled=False))
    assert (finding.status, finding.reason, finding.resource) == (Status.FAIL, "validation_off", TRAIL)


def test_missing_or_malformed_is_unknown():
    """AWS always says whether validation is on; silence proves nothing."""
    assert one(without(trail(), "LogFileValidationEnabled")).status is Status.UNKNOWN
    assert one(trail(LogFileValidationEnabled="true")).status is Status.UNKNOWN
    assert only(SLUG, {}).status is Status.UNKNOWN


def test_stale_digest_is_noted_but_does_not_decide():
    """Digests come every hour; one older than three hours, or none, is a note."""
    assert one(trail()).notes == ()
    old = one(trail(status={"LatestDigestDeliveryTime": "2026-11-23T19:00:00Z"}))
    assert old.status is Status.PASS and old.notes == ("digest_stale: the last digest is of 2026-11-23 19:00 UTC",)
    none = one(trail() | {"status": without(STATUS, "LatestDigestDeliveryTime")})
    assert none.notes == ("digest_stale: no digest was delivered yet",)
    assert one(trail() | {"status": unread(FACT)}).notes == ()


def test_copies_of_one_trail_are_one_resource():
    """Shadow copies in other Regions and in members are not judged again."""
    assert len(judge(SLUG, {FACT: [trail(), {**trail(), "region": "us-east-1"}]})) == 1
    shadow = trail(ORG_TRAIL)
    assert one(shadow, others={MANAGEMENT: {FACT: [shadow]}}).reason == "judged_at_owner"
    own_too = judge(SLUG, {FACT: [shadow, trail()]}, others={MANAGEMENT: {FACT: [shadow]}})
    assert [(f.resource, f.status) for f in own_too] == [(TRAIL, Status.PASS)]


def test_no_trails_do_not_apply():
    """Nothing to validate."""
    assert one().reason == "no_trails"
