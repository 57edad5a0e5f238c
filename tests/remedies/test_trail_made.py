"""Where no trail is, one is made with all it needs; where one falls short, it is that one which is mended."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from rootwarden.errors import RefusedError
from rootwarden.lab.blueprint import World
from rootwarden.model.cost import CostClass
from rootwarden.model.findings import Status
from rootwarden.proofs.trail_bucket_policy import new_policy
from rootwarden.proofs.trail_writers import Writer
from tests.remedies.trail_bench import Bench, Start, _lab, _near, _start, only, world  # noqa: F401

SLUG = "record-all-management-events"
ALONE, MANAGEMENT, MEMBER = "511111111111", "522222222221", "522222222222"
ADMIN = """
    users:
      - {name: ada, password: true, mfa: virtual, policies: [AdministratorAccess]}
"""


def alone(more: str = "") -> World:
    return world(
        f"""
name: alone
story: One account without a trail.
region: eu-west-1
accounts:
  - id: "{ALONE}"
    name: alone
    email: alone@example.com
    {ADMIN}
{more}
"""
    )


def organized(more: str = "", trusted: str = "", features: str = "ALL") -> World:
    return world(
        f"""
name: organized
story: An organization without a trail.
region: eu-west-1
organization: {{id: o-organized22, trusted_services: [{trusted}], feature_set: {features}}}
accounts:
  - id: "{MANAGEMENT}"
    name: management
    email: management@example.com
    {ADMIN}
{more}
  - id: "{MEMBER}"
    name: member
    email: member@example.com
    {ADMIN}
"""
    )


def test_a_standalone_account_gets_a_trail_with_all_it_needs(start: Start) -> None:
    """One change makes trail, bucket, access log and key."""
    bench = start(alone())
    plan = bench.plan(record_all_management_events={"region": "eu-west-1", "cloudwatch_logs": True})
    change = only(plan, SLUG)
    assert plan.changes == (change,), "everything that a new trail needs comes with it"
    assert (change.cost.kind, change.cost.low > 1, change.cost.high < 10) == (CostClass.BY_USE, True, True)
    types = [one.type for one in change.declares]
    assert sorted(types) == sorted([
        "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key",
        "AWS::KMS::Alias", "AWS::Logs::LogGroup", "AWS::IAM::Role", "AWS::CloudTrail::Trail",
    ])  # fmt: skip


def test_after_an_undo_it_is_made_anew_at_once(start: Start) -> None:
    """Buckets and the log group of the first stay, seconds old: the second has names of its own."""
    bench = start(alone())
    wanted = {"region": "eu-west-1", "cloudwatch_logs": True}
    bench.undo(bench.apply(bench.plan(record_all_management_events=wanted)))
    again = bench.apply(bench.plan(record_all_management_events=wanted))
    assert (again.stopped, [one.proved for one in again.checked]) == (None, [True])
    assert len(bench.api("s3").list_buckets()["Buckets"]) == 4


def test_the_new_trail_passes_every_control_and_is_where_it_should_be(start: Start) -> None:
    bench = start(alone())
    applied = bench.apply(bench.plan())
    assert {one.status for one in bench.findings()} <= {Status.PASS, Status.MANUAL}
    (trail,) = bench.api("cloudtrail", region="us-east-1").describe_trails()["trailList"]
    assert trail["HomeRegion"] == "us-east-1", "nobody named a Region"
    assert not trail["IsOrganizationTrail"]
    key = bench.api("kms", region="us-east-1")
    assert key.get_key_rotation_status(KeyId=trail["KmsKeyId"])["KeyRotationEnabled"]
    assert applied.run.plan.changes[0].made


def test_the_management_account_makes_the_trail_of_the_organization(start: Start) -> None:
    """Trusted access is switched on first; the member is recorded by it, and has no trail of its own."""
    bench = start(organized())
    plan = bench.plan()
    (change,) = plan.changes
    assert (change.account, change.steps[0].id) == (MANAGEMENT, "trust")
    assert [(one.account, "management account" in one.why) for one in plan.left] == [(MEMBER, True)]
    bench.keeps_the_laws(plan)


def test_the_member_passes_once_the_organization_trail_is_there(start: Start) -> None:
    bench = start(organized(trusted="cloudtrail.amazonaws.com"))
    plan = bench.plan()
    assert plan.changes[0].steps[0].id != "trust", "it is trusted already"
    bench.apply(plan)
    passed = {one.account for one in bench.findings(("RW-TRAIL-01",)) if one.status is Status.PASS}
    assert passed == {MANAGEMENT, MEMBER}


def test_an_organization_for_bills_only_has_no_trail_of_its_own(start: Start) -> None:
    """Without all features every account makes its own."""
    bench = start(organized(features="CONSOLIDATED_BILLING"))
    plan = bench.plan()
    assert sorted(one.account for one in plan.changes) == [MANAGEMENT, MEMBER]
    assert not any(one.steps[0].id == "trust" for one in plan.changes)


def test_without_an_administrator_nothing_is_locked(start: Start) -> None:
    """A bucket and a key that only root could change are not made; a name in the configuration helps."""
    bare = alone()
    bench = start(replace(bare, accounts=(replace(bare.management, users=()),)))
    plan = bench.plan()
    assert not plan.changes
    assert "no administrator" in plan.left[0].why
    named = bench.plan(record_all_management_events={"admin": "role/Boss"})
    assert [one.remedy for one in named.changes] == [SLUG]


SHORT = """
    buckets: [{{name: short-logs, lock_mode: GOVERNANCE, lock_days: 400}}]
    keys: [{{alias: trail, services: [cloudtrail.amazonaws.com]}}]
    trails:
      - name: short
        bucket: short-logs
        key: alone/trail
        {shape}
"""


def short(near: Start, shape: str) -> Bench:
    return near(alone(SHORT.format(shape=shape)))


def test_selectors_are_widened_and_data_events_stay_as_they_are(near: Start) -> None:
    bench = short(
        near,
        """selectors:
          - ReadWriteType: WriteOnly
            IncludeManagementEvents: true
            DataResources: [{Type: "AWS::S3::Object", Values: ["arn:aws:s3:::precious/"]}]
            ExcludeManagementEventSources: [kms.amazonaws.com]""",
    )
    plan = bench.plan(("RW-TRAIL-01",))
    change = only(plan, SLUG)
    assert [one.id for one in change.steps] == ["selectors"]
    new = change.steps[0].call.parameters["EventSelectors"]
    assert new[0] == {
        "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }  # fmt: skip
    assert (new[1]["ReadWriteType"], new[1]["IncludeManagementEvents"]) == ("WriteOnly", False)
    bench.keeps_the_laws(plan, ("RW-TRAIL-01",))


def test_advanced_selectors_are_widened(near: Start) -> None:
    bench = short(
        near,
        """multi_region: false
        advanced_selectors:
          - Name: few
            FieldSelectors: [{Field: eventCategory, Equals: [Management]}, {Field: readOnly, Equals: ["false"]}]
          - Name: data
            FieldSelectors:
              - {Field: eventCategory, Equals: [Data]}
              - {Field: resources.type, Equals: ["AWS::S3::Object"]}
        """,
    )
    plan = bench.plan(("RW-TRAIL-01",))
    assert [one.id for one in only(plan, SLUG).steps] == ["shape", "selectors"]
    bench.keeps_the_laws(plan, ("RW-TRAIL-01",))


def test_a_stopped_trail_is_started(near: Start) -> None:
    """It waits for the first delivery, which takes minutes; the plan knows that it will come."""
    bench = short(near, "stopped_days_ago: 3\n        last_delivery_minutes_ago: 4320")
    codes = ("RW-TRAIL-01", "RW-TRAIL-02")
    plan = bench.plan(codes)
    assert [one.remedy for one in plan.changes] == [SLUG]
    assert not plan.left
    bench.keeps_the_laws(plan, codes)


def test_the_best_of_two_trails_is_mended_and_the_second_copy_is_counted(near: Start) -> None:
    bench = short(
        near,
        """multi_region: false
      - {name: worse, bucket: short-logs, multi_region: false, global_events: false}""",
    )
    change = only(bench.plan(("RW-TRAIL-01",)), SLUG)
    assert change.resource.endswith(":trail/short")
    assert "second copy" in change.cost.why


def test_the_trail_is_said_as_code_with_the_name_to_import_it_by(near: Start) -> None:
    bench = short(near, "multi_region: false")
    (declared,) = only(bench.plan(("RW-TRAIL-01",)), SLUG).declares
    assert (declared.type, declared.exists) == ("AWS::CloudTrail::Trail", "short")
    assert declared.properties["IsMultiRegionTrail"] is True
    assert json.dumps(declared.properties)


def test_a_member_is_not_given_a_second_copy(near: Start) -> None:
    """Its own poor trail is left alone while an organization trail records everything."""
    trail = """
    buckets: [{name: org-logs, lock_mode: GOVERNANCE, lock_days: 400}]
    trails: [{name: org, organization: true, bucket: org-logs}]"""
    poor = organized(trail, trusted="cloudtrail.amazonaws.com")
    bench = near(poor)
    member = bench.api("s3", MEMBER)
    member.create_bucket(Bucket="poor-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    principal = {"Service": "cloudtrail.amazonaws.com"}
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::poor-logs/*",
    }
    member.put_bucket_policy(Bucket="poor-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    bench.api("cloudtrail", MEMBER).create_trail(Name="poor", S3BucketName="poor-logs")
    assert not bench.plan(("RW-TRAIL-01",)).changes


def test_what_control_tower_made_is_left_alone(near: Start) -> None:
    """It would be put back, or break the landing zone."""
    trail = """
    buckets: [{name: aws-controltower-logs-511111111111-eu-west-1, source_arn: false}]
    trails:
      - {name: aws-controltower-BaselineCloudTrail, bucket: aws-controltower-logs-511111111111-eu-west-1,
         multi_region: false, validation: true}"""
    plan = near(alone(trail)).plan()
    assert not plan.changes
    assert {"Control Tower" in one.why for one in plan.left} == {True}


def test_no_second_trail_where_somebody_made_one_meanwhile(start: Start) -> None:
    """The plan is from before: what records everything by now would be paid for twice."""
    bench = start(alone())
    plan = bench.plan(("RW-TRAIL-01",))
    made = only(plan, SLUG)
    arn = f"arn:aws:cloudtrail:us-east-1:{ALONE}:trail/by-hand"
    policy = new_policy("arn:aws:s3:::made-by-hand", (Writer(trail=arn, account=ALONE),))
    bucket = bench.api("s3", region="us-east-1")
    bucket.create_bucket(Bucket="made-by-hand")
    bucket.put_bucket_policy(Bucket="made-by-hand", Policy=json.dumps(policy))
    trails = bench.api("cloudtrail", region="us-east-1")
    trails.create_trail(Name="by-hand", S3BucketName="made-by-hand", IsMultiRegionTrail=True)
    trails.start_logging(Name="by-hand")
    with pytest.raises(RefusedError, match="a trail records everything there by now"):
        bench.apply(plan)
    assert [one["Name"] for one in trails.describe_trails()["trailList"]] == ["by-hand"], made.title


def test_no_trail_of_its_own_for_a_member_that_the_organization_records(start: Start) -> None:
    """Where the organization's trail passes, nobody plans another, neither in the member nor in the middle."""
    bench = start(
        organized(
            "    buckets: [{name: all-logs}]\n    trails: [{name: all, organization: true, bucket: all-logs}]",
            "cloudtrail.amazonaws.com",
        )
    )
    passed = {one.account for one in bench.findings(("RW-TRAIL-01",)) if one.status is Status.PASS}
    assert passed == {MANAGEMENT, MEMBER}
    assert not bench.plan(("RW-TRAIL-01",)).changes
