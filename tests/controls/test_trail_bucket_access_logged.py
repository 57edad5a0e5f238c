"""RW-TRAIL-07: access to the trail bucket is logged, by S3 itself or by a trail."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Finding, Status
from tests.controls.judged import ACCOUNT, judge, only, unread
from tests.controls.trail_facts import ARCHIVE, BUCKET, BUCKET_ARN, MANAGEMENT, ORG_TRAIL, bucket, facts, trail, without

SLUG = "trail-bucket-access-logged"
FACT = "cloudtrail.trails"
UNLOGGED = {"s3.buckets": {BUCKET: bucket(logging=None)}}


def one(trails: list[Any] | None = None, **rest: Any) -> Finding:
    """Return the finding for a bucket without server access logging."""
    return only(SLUG, facts(**UNLOGGED, **({} if trails is None else {FACT: trails})), **rest)


def classic(*values: str, kinds: str = "All", kind: str = "AWS::S3::Object") -> dict[str, Any]:
    """Return selectors that record data events of these ARNs beside all management events."""
    resources = [{"Type": kind, "Values": list(values)}]
    return {"EventSelectors": [{"ReadWriteType": kinds, "IncludeManagementEvents": True, "DataResources": resources}]}


def advanced(*extra: dict[str, Any]) -> dict[str, Any]:
    """Return an advanced selector for object events with further conditions."""
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
    return {"AdvancedEventSelectors": [{"FieldSelectors": [*fields, *extra]}]}


def where(**operators: list[str]) -> dict[str, Any]:
    """Return a condition on the object's ARN."""
    return {"Field": "resources.ARN", **operators}


def test_server_access_logging_into_another_bucket_passes():
    """The usual way."""
    assert only(SLUG, facts()).status is Status.PASS


def test_logging_into_itself_fails():
    """A loop, even where a trail records data events too."""
    loop = {"s3.buckets": {BUCKET: bucket(logging={"TargetBucket": BUCKET})}}
    assert only(SLUG, facts(**loop)).reason == "loop"
    watched = {FACT: [trail(selectors=classic("arn:aws:s3"))]}
    assert only(SLUG, facts(**loop, **watched)).reason == "loop"


def test_nothing_fails():
    """Neither access logs nor data events."""
    assert (one().status, one().reason) == (Status.FAIL, "not_logged")


@pytest.mark.parametrize(
    "selectors",
    [
        classic(f"{BUCKET_ARN}/"),
        classic("arn:aws:s3"),
        classic("arn:aws:s3:::"),
        {"EventSelectors": [*classic(f"{BUCKET_ARN}/", kinds="ReadOnly")["EventSelectors"],
                            *classic(f"{BUCKET_ARN}/", kinds="WriteOnly")["EventSelectors"]]},
        advanced(),
        advanced(where(StartsWith=[f"{BUCKET_ARN}/"])),
        advanced(where(NotStartsWith=["arn:aws:s3:::elsewhere/"])),
    ],
)  # fmt: skip
def test_data_events_of_the_whole_bucket_pass(selectors: Any):
    """All buckets, or this one, reads and writes."""
    assert one([trail(selectors=selectors)]).status is Status.PASS


@pytest.mark.parametrize(
    "selectors",
    [
        classic("arn:aws:s3:::elsewhere/"),
        classic(f"{BUCKET_ARN}/some/prefix"),
        classic(f"{BUCKET_ARN}/", kinds="WriteOnly"),
        classic("arn:aws:lambda", kind="AWS::Lambda::Function"),
        advanced({"Field": "readOnly", "Equals": ["false"]}),
        advanced({"Field": "eventName", "Equals": ["DeleteObject"]}),
        advanced(where(StartsWith=[f"{BUCKET_ARN}/some"])),
        advanced(where(NotStartsWith=[f"{BUCKET_ARN}/some"])),
        advanced(where(NotEndsWith=[".json"])),
        advanced(where(Equals=[f"{BUCKET_ARN}/file"])),
    ],
)
def test_data_events_of_a_part_fail(selectors: Any):
    """Some objects, some calls, or only writes are not every access."""
    assert one([trail(selectors=selectors)]).status is Status.FAIL


def test_watching_trail_must_be_on_and_reach_the_bucket():
    """A stopped trail records nothing; of a single-Region trail nobody knows whether the bucket is in its Region."""
    watch = classic("arn:aws:s3")
    assert one([trail(selectors=watch, status={"IsLogging": False})]).status is Status.FAIL
    assert one([trail(selectors=watch, IsMultiRegionTrail=False)]).reason == "bucket_region_unknown"
    assert one([trail(selectors=watch) | {"status": unread(FACT)}]).status is Status.UNKNOWN


def test_bucket_of_another_account_is_watched_by_its_owners_trails():
    """A trail sees data events of its own account's buckets; an organization trail those of all members."""
    watch = classic("arn:aws:s3")
    away = facts(**{"s3.buckets": {}, FACT: [trail(selectors=watch)]})
    quiet = {"s3.buckets": {BUCKET: bucket(logging=None)}, FACT: []}
    assert only(SLUG, away, others={ARCHIVE: quiet}).status is Status.FAIL
    own = trail(f"arn:aws:cloudtrail:eu-west-1:{ARCHIVE}:trail/own", selectors=watch)
    assert only(SLUG, away, others={ARCHIVE: {**quiet, FACT: [own]}}).status is Status.PASS
    dark = {**quiet, FACT: unread(FACT)}
    assert only(SLUG, away, others={ARCHIVE: dark}).status is Status.UNKNOWN
    organization = trail(ORG_TRAIL, selectors=watch)
    managed = facts(**{"s3.buckets": {}, FACT: [organization]})
    assert only(SLUG, managed, others={ARCHIVE: quiet}, account=MANAGEMENT).status is Status.PASS


def test_unread_parts_are_unknown():
    """The logging setting comes first; then the selectors; then Regions whose trails nobody saw."""
    dark = unread("s3.buckets")
    watched = [trail(selectors=classic("arn:aws:s3"))]
    assert only(SLUG, facts(**{"s3.buckets": {BUCKET: bucket(logging=dark)}, FACT: watched})).status is Status.UNKNOWN
    assert one([trail(selectors=unread(FACT))]).status is Status.UNKNOWN
    gap = {"region": "us-east-1", **unread(FACT)}
    found = {f.resource: f.status for f in _all([trail(), gap])}
    assert found[BUCKET_ARN] is Status.UNKNOWN
    assert only(SLUG, facts(**{"s3.buckets": {BUCKET: without(bucket(), "logging")}})).status is Status.UNKNOWN
    assert only(SLUG, facts(**{"s3.buckets": {}})).reason == "bucket_out_of_scope"


def _all(trails: list[Any]) -> list[Finding]:
    return judge(SLUG, facts(**UNLOGGED, **{FACT: trails}))


def test_malformed_data_resources_are_unknown():
    """A list of buckets that is none."""
    broken = classic("arn:aws:s3")
    broken["EventSelectors"][0]["DataResources"] = [{"Type": "AWS::S3::Object", "Values": "arn:aws:s3"}]
    assert one([trail(selectors=broken)]).status is Status.UNKNOWN


def test_nothing_to_watch():
    """No trails, or a bucket that is gone."""
    assert one([]).reason == "no_trails"
    assert only(SLUG, facts(**{"s3.buckets": {BUCKET: None}})).reason == "bucket_missing"
    second = trail(f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/second")
    assert one([trail(), second]).status is Status.FAIL


def test_watching_trail_may_be_in_a_region_that_was_not_asked():
    """A trail of a single Region may log the bucket where nobody looked."""
    bare = {"s3.buckets": {BUCKET: bucket(logging=None)}}
    assert only(SLUG, facts(**bare)).reason == "not_logged"
    assert only(SLUG, facts(**bare), regions_asked=("eu-west-1",)).reason == "region_not_asked"
