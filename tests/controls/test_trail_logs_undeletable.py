"""RW-TRAIL-06: something keeps trail log files from being deleted, and nothing expires them early."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Finding, Status
from tests.controls.judged import judge, only, unread
from tests.controls.trail_facts import ARCHIVE, BUCKET, BUCKET_ARN, bucket, facts, policy, statement, trail, without

SLUG = "trail-logs-undeletable"
DARK = unread("s3.buckets")
MFA = {"Status": "Enabled", "MFADelete": "Enabled"}
DENY = {"Sid": "keep", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject*", "Resource": f"{BUCKET_ARN}/*"}


def lock(mode: str = "COMPLIANCE", **period: int) -> dict[str, Any]:
    """Return an Object Lock configuration."""
    return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": mode, **(period or {"Days": 365})}}}


def one(settings: dict[str, Any] | None = None, **changes: Any) -> Finding:
    """Return the finding for a bucket in the trail's own account that differs."""
    return only(SLUG, facts(**{"s3.buckets": {BUCKET: bucket(**changes)}}), settings=settings)


def archived(owner: dict[str, Any]) -> Finding:
    """Return the finding for a bucket in another account."""
    return only(SLUG, facts(**{"s3.buckets": {}}), others={ARCHIVE: {"s3.buckets": {BUCKET: owner}}})


def rule(**changes: Any) -> dict[str, Any]:
    """Return a lifecycle rule that deletes everything after a week."""
    return {"ID": "tidy", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 7}, **changes}


@pytest.mark.parametrize(
    ("configuration", "notes"),
    [(lock(), ()), (lock(Years=1), ()), (lock(Days=90), ()), (lock("GOVERNANCE"), ("governance",))],
)
def test_object_lock_passes(configuration: dict[str, Any], notes: tuple[str, ...]):
    """Compliance mode, or governance mode with a note, for at least the set time."""
    finding = one(object_lock=configuration)
    assert finding.status is Status.PASS
    assert tuple(note.split(":")[0] for note in finding.notes) == notes


@pytest.mark.parametrize(
    "configuration",
    [None, lock(Days=89), {"ObjectLockEnabled": "Enabled"}, {"ObjectLockEnabled": "Enabled", "Rule": {}}],
)
def test_no_lock_or_a_short_one_fails(configuration: Any):
    """A bucket that could lock but does not by default protects nothing."""
    finding = one(object_lock=configuration)
    assert (finding.status, finding.reason) == (Status.FAIL, "deletable")


def test_the_time_is_a_setting():
    """min_retention_days applies to the lock and to lifecycle rules."""
    assert one({"min_retention_days": 30}, object_lock=lock(Days=45)).status is Status.PASS
    assert one({"min_retention_days": 400}).status is Status.FAIL
    assert one({"min_retention_days": 5}, lifecycle=[rule()]).status is Status.PASS


def test_mfa_delete_passes_with_a_note():
    """It works, but it needs root."""
    finding = one(object_lock=None, versioning=MFA)
    assert finding.status is Status.PASS and finding.notes[0].startswith("mfa_delete_needs_root")
    for half in ({}, {"Status": "Suspended", "MFADelete": "Enabled"}, {"Status": "Enabled", "MFADelete": "Disabled"}):
        assert one(object_lock=None, versioning=half).status is Status.FAIL


def test_versioned_bucket_of_another_account_that_denies_deletion_passes():
    """Three things together: another account, versions, and a Deny for everybody."""
    good = bucket(object_lock=None, policy=policy(statement(), DENY))
    assert archived(good).status is Status.PASS
    assert archived({**good, "versioning": {}}).status is Status.FAIL
    assert archived({**good, "policy": policy()}).status is Status.FAIL
    for changes in (
        {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": ARCHIVE}}},
        {"Principal": {"AWS": f"arn:aws:iam::{ARCHIVE}:root"}},
        {"Action": "s3:DeleteObject"},
        {"Resource": f"{BUCKET_ARN}/elsewhere/*"},
    ):
        assert archived({**good, "policy": policy(statement(), {**DENY, **changes})}).status is Status.FAIL


def test_denial_in_the_same_account_is_not_enough():
    """Whoever holds the account removes the policy first."""
    assert one(object_lock=None, policy=policy(statement(), DENY)).status is Status.FAIL


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Filter": {"Prefix": "AWSLogs/"}},
        {"Filter": {"Prefix": "AWSLogs/111122223333/CloudTrail/"}},
        {"Filter": {"And": {"Prefix": "AWSLogs/o-acme/", "ObjectSizeGreaterThan": 1}}},
        {"Prefix": ""},
        {"Expiration": {"Date": "2030-01-01T00:00:00Z"}},
    ],
)
def test_early_expiry_fails_in_a_bucket_without_versions(changes: dict[str, Any]):
    """A rule that deletes log files too soon fails; behind Object Lock it only hides them, which is noted."""
    finding = one(object_lock=None, versioning={}, lifecycle=[rule(**changes)])
    assert (finding.status, finding.reason) == (Status.FAIL, "lifecycle")
    suspended = one(object_lock=None, versioning={"Status": "Suspended"}, lifecycle=[rule(**changes)])
    assert suspended.reason == "lifecycle"
    locked = one(lifecycle=[rule(**changes)])
    assert locked.status is Status.PASS and locked.notes[0].startswith("lifecycle_hides")


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ([rule()], Status.PASS),
        ([rule(NoncurrentVersionExpiration={"NoncurrentDays": 82})], Status.FAIL),
        ([rule(NoncurrentVersionExpiration={"NoncurrentDays": 83})], Status.PASS),
        ([rule(Expiration=None, NoncurrentVersionExpiration={"NoncurrentDays": 89})], Status.FAIL),
        ([rule(Expiration=None, NoncurrentVersionExpiration={"NoncurrentDays": 90})], Status.PASS),
        ([rule(), rule(Expiration=None, NoncurrentVersionExpiration={"NoncurrentDays": 30})], Status.FAIL),
        ([rule(NoncurrentVersionExpiration={"NoncurrentDays": "30"})], Status.UNKNOWN),
    ],
)
def test_versions_go_when_their_noncurrent_days_are_over(rules: list[dict[str, Any]], status: Status):
    """In a versioned bucket expiry adds a marker; the days of both rules add up."""
    finding = one(object_lock=None, versioning=MFA, lifecycle=rules)
    assert finding.status is status
    assert status is not Status.FAIL or finding.reason == "lifecycle"
    assert one(lifecycle=rules).status is Status.PASS
    dark = one(object_lock=DARK, versioning=MFA, lifecycle=rules)
    assert dark.status is (Status.PASS if status is Status.PASS else Status.UNKNOWN)


@pytest.mark.parametrize(
    "changes",
    [
        {"Status": "Disabled"},
        {"Expiration": {"Days": 90}},
        {"Expiration": {"ExpiredObjectDeleteMarker": True}},
        {"Expiration": None, "NoncurrentVersionExpiration": {"NoncurrentDays": 3}},
        {"Filter": {"Prefix": "athena/"}},
        {"Filter": {"Prefix": "AWSLogs/111122223333/elasticloadbalancing/"}},
        {"Filter": {"Tag": {"Key": "temporary", "Value": "yes"}}},
    ],
)
def test_rules_that_touch_no_young_log_file_do_not_matter(changes: dict[str, Any]):
    """Disabled, late, elsewhere, for tagged objects, or for old versions only."""
    assert one(lifecycle=[rule(**changes)]).status is Status.PASS
    if "NoncurrentVersionExpiration" not in changes:
        assert one(object_lock=None, versioning={}, lifecycle=[rule(**changes)]).reason == "deletable"


def test_prefix_of_the_trail_counts():
    """Log files lie under the trail's own prefix."""
    trails = [trail(S3KeyPrefix="audit")]
    for prefix, status in (("audit/", Status.FAIL), ("AWSLogs/", Status.PASS)):
        versioned = {"object_lock": None, "versioning": MFA}
        kill = rule(Filter={"Prefix": prefix}, NoncurrentVersionExpiration={"NoncurrentDays": 1})
        bad = bucket(**versioned, lifecycle=[kill])
        assert only(SLUG, facts(**{"cloudtrail.trails": trails, "s3.buckets": {BUCKET: bad}})).status is status


def test_unread_parts():
    """A keeper that holds needs readable lifecycle rules; without one, each unread keeper leaves the answer open."""
    assert one(lifecycle=DARK).status is Status.PASS  # no rule deletes what is locked
    assert one(object_lock=None, versioning=MFA, lifecycle=DARK).status is Status.UNKNOWN
    assert one(object_lock=DARK).status is Status.UNKNOWN
    assert one(object_lock=DARK, versioning=MFA).status is Status.PASS
    assert one(object_lock=None, versioning=DARK).status is Status.UNKNOWN
    # Nothing protects the files, whatever the lifecycle says.
    assert one(object_lock=None, lifecycle=DARK).reason == "deletable"
    assert one(object_lock=DARK, versioning={}, lifecycle=[rule()]).reason == "lifecycle"
    assert one(object_lock=DARK, lifecycle=[rule()]).status is Status.UNKNOWN
    assert archived(bucket(object_lock=None, policy=DARK)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"object_lock": lock(mode="FOREVER")},
        {"object_lock": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE"}}}},
        {"lifecycle": 7},
        {"lifecycle": [{"Expiration": {"Days": 7}}]},
        {"lifecycle": [rule(Expiration={})]},
        {"lifecycle": [rule(Expiration={"Days": "7"})]},
        {"lifecycle": [rule(Filter=7)]},
    ],
)
def test_malformed_is_unknown(changes: dict[str, Any]):
    """What is not as AWS writes it proves nothing."""
    unlocked = changes if "object_lock" in changes else {"object_lock": None, "versioning": MFA, **changes}
    assert one(**unlocked).status is Status.UNKNOWN


def test_missing_fields_are_unknown():
    """A field that was left out was not read."""
    for field, whole in (("object_lock", bucket()), ("lifecycle", bucket(object_lock=None, versioning=MFA))):
        assert only(SLUG, facts(**{"s3.buckets": {BUCKET: without(whole, field)}})).status is Status.UNKNOWN
    bare = without(bucket(object_lock=None), "versioning")
    assert only(SLUG, facts(**{"s3.buckets": {BUCKET: bare}})).status is Status.UNKNOWN


def test_bucket_that_is_gone_or_out_of_scope():
    """Nothing to keep, or nobody who can look."""
    assert only(SLUG, facts(**{"s3.buckets": {BUCKET: None}})).reason == "bucket_missing"
    assert only(SLUG, facts(**{"s3.buckets": {}})).reason == "bucket_out_of_scope"
    assert judge(SLUG, facts(**{"cloudtrail.trails": []}))[0].reason == "no_trails"
