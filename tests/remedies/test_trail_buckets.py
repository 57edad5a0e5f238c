"""The bucket of a trail: lost, open to strangers, open to the public, unlocked, unwatched, or shut to its own trail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rootwarden.lab.blueprint import World
from rootwarden.model.findings import Status
from rootwarden.model.plan import Plan, Risk
from tests.remedies.trail_bench import Bench, Start, _lab, _near, _start, only, world  # noqa: F401

ACCOUNT, ARCHIVE, BUCKET = "533333333331", "533333333332", "some-trail-logs"
ARN = f"arn:aws:s3:::{BUCKET}"
CLOSE, RESTORE, LOCK, WATCH = (
    "close-trail-bucket", "restore-trail-delivery", "lock-trail-bucket", "log-trail-bucket-access",
)  # fmt: skip
TLS = {
    "Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{ARN}/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip


def single(bucket: str = "", trail: str = "") -> World:
    """Return an account with a trail that records everything; `bucket` and `trail` are further fields."""
    return world(
        f"""
name: single
story: One account, one trail, one bucket.
region: eu-west-1
accounts:
  - id: "{ACCOUNT}"
    name: single
    email: single@example.com
    users: [{{name: ada, password: true, mfa: virtual, policies: [AdministratorAccess]}}]
    keys: [{{alias: trail, services: [cloudtrail.amazonaws.com]}}]
    buckets: [{{name: {BUCKET}{bucket}}}, {{name: others}}]
    trails: [{{name: main, bucket: {BUCKET}, key: single/trail{trail}}}]
"""
    )


def policy(bench: Bench, account: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bench.api("s3", account).get_bucket_policy(Bucket=BUCKET)["Policy"])
    return found


def put(bench: Bench, document: dict[str, Any]) -> None:
    bench.api("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))


def made(bench: Bench, code: str, **settings: Any) -> Plan:
    return bench.plan((code,), **settings)


# -- RW-TRAIL-05 ---------------------------------------------------------------------------------------------------
def test_a_lost_bucket_is_made_again_before_a_stranger_does(near: Start) -> None:
    bench = near(single(trail=", bucket_deleted: true, delivery_error: NoSuchBucket"))
    plan = made(bench, "RW-TRAIL-05")
    change = only(plan, CLOSE)
    assert change.steps[0].call.parameters["Bucket"] == BUCKET
    bench.keeps_the_laws(plan, ("RW-TRAIL-05",))
    assert not bench.plan(("RW-TRAIL-05",)).changes, "the bucket stays when the rest is taken back"


def test_a_lost_bucket_lets_the_trail_deliver_again(near: Start) -> None:
    """The trail that cannot deliver comes first; the bucket is not made twice."""
    bench = near(single(trail=", bucket_deleted: true, delivery_error: NoSuchBucket, last_delivery_minutes_ago: 900"))
    codes = ("RW-TRAIL-02", "RW-TRAIL-05", "RW-TRAIL-06")
    plan = bench.plan(codes)
    assert [one.remedy for one in plan.changes] == [RESTORE]
    assert plan.mends == plan.failing
    bench.keeps_the_laws(plan, codes, waits=1)


def test_a_policy_for_any_trail_is_tied_to_ours_and_others_statements_stay(near: Start) -> None:
    bench = near(single(", source_arn: false"))
    old = policy(bench)
    put(bench, {**old, "Statement": [TLS, *old["Statement"]]})
    plan = made(bench, "RW-TRAIL-05")
    (change,) = plan.changes
    (put_it,) = change.steps
    assert put_it.call.parameters["Policy"]["$json"]["Statement"][0] == TLS
    bench.keeps_the_laws(plan, ("RW-TRAIL-05",))


def test_a_statement_that_speaks_of_others_too_is_split(near: Start) -> None:
    """What it says to the other service stays; what it says to CloudTrail is tied."""
    bench = near(single(", source_arn: false"))
    both = {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]}
    document = policy(bench)
    put(bench, {**document, "Statement": [one | {"Principal": both} for one in document["Statement"]]})
    plan = made(bench, "RW-TRAIL-05")
    new = only(plan, CLOSE).steps[0].call.parameters["Policy"]["$json"]["Statement"]
    (kept,) = [one for one in new if one["Principal"] == {"Service": "config.amazonaws.com"}]
    assert kept["Action"] == "s3:PutObject"
    assert new[0] == document["Statement"][0] | {"Principal": both}, "looking lets nobody write"
    bench.keeps_the_laws(plan, ("RW-TRAIL-05",))


def test_a_policy_for_accounts_that_were_not_read_is_left_to_a_person(near: Start) -> None:
    """Tying it would shut out trails of theirs that write here rightly."""
    bench = near(single(", source_arn: false"))
    document = policy(bench)
    theirs = [json.loads(json.dumps(one).replace(ACCOUNT, "644444444444")) for one in document["Statement"]]
    put(bench, {**document, "Statement": [*document["Statement"], *theirs]})
    plan = made(bench, "RW-TRAIL-05")
    assert not plan.changes
    assert "644444444444" in plan.left[0].why


def test_a_public_bucket_is_closed(near: Start) -> None:
    bench = near(single(", block_public_access: false, ownership: ObjectWriter, acl: authenticated-read"))
    plan = made(bench, "RW-TRAIL-05")
    assert only(plan, CLOSE).risk is Risk.CAREFUL
    bench.keeps_the_laws(plan, ("RW-TRAIL-05",))


def test_a_public_policy_is_made_harmless_after_the_policy_was_tied(near: Start) -> None:
    """S3 takes no public policy once public access is blocked, so that it is blocked last and opened first."""
    bench = near(single(", block_public_access: false, source_arn: false"))
    document = policy(bench)
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}
    put(bench, {**document, "Statement": [*document["Statement"], anybody]})
    plan = made(bench, "RW-TRAIL-05")
    assert [one.steps[0].id for one in plan.changes] == ["policy", "block"]
    bench.keeps_the_laws(plan, ("RW-TRAIL-05",))


def test_a_policy_that_would_lock_everybody_out_is_not_put(near: Start) -> None:
    """Whoever denied its change to all but root is told so, instead of having it written once more."""
    bench = near(single(", source_arn: false"))
    document = policy(bench)
    trap = {
        "Sid": "Trap", "Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketPolicy", "Resource": ARN,
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:root"}},
    }  # fmt: skip
    put(bench, {**document, "Statement": [*document["Statement"], trap]})
    plan = made(bench, "RW-TRAIL-05")
    assert not plan.changes
    assert "lock people out" in plan.left[0].why


# -- RW-TRAIL-02 ---------------------------------------------------------------------------------------------------
def test_a_bucket_that_shuts_out_its_trail_is_opened_to_it(near: Start) -> None:
    bench = near(single(trail=", delivery_error: AccessDenied, last_delivery_minutes_ago: 900"))
    put(bench, {"Version": "2012-10-17", "Statement": [TLS]})
    plan = made(bench, "RW-TRAIL-02")
    change = only(plan, RESTORE)
    assert change.steps[0].call.parameters["Policy"]["$json"]["Statement"][0] == TLS
    bench.keeps_the_laws(plan, ("RW-TRAIL-02",), waits=1)


def test_a_bucket_without_policy_is_given_one(near: Start) -> None:
    bench = near(single(trail=", delivery_error: AccessDenied, last_delivery_minutes_ago: 900"))
    bench.api("s3").delete_bucket_policy(Bucket=BUCKET)
    plan = made(bench, "RW-TRAIL-02")
    bench.keeps_the_laws(plan, ("RW-TRAIL-02",), waits=1)


def test_a_stopped_trail_is_started_and_let_in_at_once(near: Start) -> None:
    bench = near(single(trail=", delivery_error: AccessDenied, stopped_days_ago: 2, last_delivery_minutes_ago: 3000"))
    bench.api("s3").delete_bucket_policy(Bucket=BUCKET)
    plan = made(bench, "RW-TRAIL-02")
    assert [one.id for one in only(plan, RESTORE).steps] == ["policy", "start"]


def test_an_error_that_the_policies_do_not_explain_is_left_to_a_person(near: Start) -> None:
    bench = near(single(trail=", delivery_error: AccessDenied, last_delivery_minutes_ago: 900"))
    plan = made(bench, "RW-TRAIL-02")
    assert not plan.changes
    assert "may be over" in plan.left[0].why
    bench = near(single(trail=", delivery_error: SlowDown, last_delivery_minutes_ago: 900"))
    plan = made(bench, "RW-TRAIL-02")
    assert "SlowDown" in plan.left[0].why


# -- RW-TRAIL-06 ---------------------------------------------------------------------------------------------------
def test_an_unlocked_bucket_is_locked_and_its_rules_lengthened(near: Start) -> None:
    bench = near(single(", versioning: false, expire_days: 30"))
    plan = made(bench, "RW-TRAIL-06")
    change = only(plan, LOCK)
    assert [one.id for one in change.steps] == ["versions", "lock", "expiry"]
    assert len(change.stays) == 2


def test_a_lock_that_is_too_short_is_lengthened_and_taken_back_whole(near: Start) -> None:
    bench = near(single(", lock_mode: GOVERNANCE, lock_days: 7"))
    plan = made(bench, "RW-TRAIL-06", lock_trail_bucket={"days": 100})
    assert not only(plan, LOCK).stays, "there was a lock before, which is put again"
    bench.keeps_the_laws(plan, ("RW-TRAIL-06",))


def test_compliance_mode_takes_three_settings(near: Start) -> None:
    """Nobody can take it back, so that each of the three is asked for."""
    bench = near(single())
    all_three: dict[str, Any] = {"mode": "COMPLIANCE", "irreversible": True, "days": 120}
    for left_out in ("irreversible", "days"):
        given = {name: value for name, value in all_three.items() if name != left_out}
        plan = made(bench, "RW-TRAIL-06", lock_trail_bucket=given)
        assert not plan.changes, left_out
        assert "cannot be taken back" in plan.left[0].why
    change = only(made(bench, "RW-TRAIL-06", lock_trail_bucket=all_three), LOCK)
    assert change.risk is Risk.DANGEROUS
    (lock,) = [one for one in change.steps if one.id == "lock"]
    retention = lock.call.parameters["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": 120}


def test_a_compliance_lock_is_not_weakened(near: Start) -> None:
    bench = near(single(", lock_mode: COMPLIANCE, lock_days: 7"))
    plan = made(bench, "RW-TRAIL-06")
    assert not plan.changes
    assert "weaker lock" in plan.left[0].why


@pytest.mark.parametrize("given", [{"days": 10}, {"mode": "FOREVER"}])
def test_settings_that_make_no_sense_are_said(near: Start, given: dict[str, Any]) -> None:
    plan = made(near(single()), "RW-TRAIL-06", lock_trail_bucket=given)
    assert not plan.changes
    assert "[remedies.lock-trail-bucket]" in plan.left[0].why + plan.left[0].todo


# -- RW-TRAIL-07 ---------------------------------------------------------------------------------------------------
def test_access_is_logged_into_a_bucket_of_its_own(start: Start) -> None:
    bench = start(single())
    plan = made(bench, "RW-TRAIL-07")
    change = only(plan, WATCH)
    (policy_,) = [one.call.parameters["Policy"] for one in change.steps if one.call.operation == "PutBucketPolicy"]
    assert policy_["$json"]["Statement"][0]["Principal"] == {"Service": "logging.s3.amazonaws.com"}


def test_a_log_of_the_log_ends(start: Start) -> None:
    """A bucket that logged into itself logs elsewhere, and into itself again when that is taken back."""
    bench = start(single())
    s3, document = bench.api("s3"), policy(bench)
    logger = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
              "Resource": f"{ARN}/*"}  # fmt: skip
    put(bench, {**document, "Statement": [*document["Statement"], logger]})
    loop = {"LoggingEnabled": {"TargetBucket": BUCKET, "TargetPrefix": ""}}
    s3.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus=loop)
    bench.keeps_the_laws(made(bench, "RW-TRAIL-07"), ("RW-TRAIL-07",))


# -- across accounts -----------------------------------------------------------------------------------------------
def across() -> World:
    """Return an organization whose trail writes into an account of its own, badly kept."""
    return world(
        f"""
name: across
story: The bucket stands in another account.
region: eu-west-1
organization: {{id: o-across3333, trusted_services: [cloudtrail.amazonaws.com]}}
accounts:
  - id: "{ACCOUNT}"
    name: management
    email: management@example.com
    users: [{{name: ada, password: true, mfa: virtual, policies: [AdministratorAccess]}}]
    trails: [{{name: main, organization: true, bucket: {BUCKET}}}]
  - id: "{ARCHIVE}"
    name: archive
    email: archive@example.com
    users: [{{name: bob, password: true, mfa: virtual, policies: [AdministratorAccess]}}]
    buckets: [{{name: {BUCKET}, source_arn: false, versioning: false, block_public_access: false,
               ownership: ObjectWriter, acl: public-read}}]
"""
    )


def test_a_bucket_of_another_account_is_changed_there(start: Start) -> None:
    """The session in the other account may do what the change needs, and nothing else."""
    bench = start(across())
    settings = {slug.replace("-", "_"): {"admin": "user/bob"} for slug in (CLOSE, WATCH)}
    plan = bench.plan(**settings)
    where = {one.remedy: one.account for one in plan.changes}
    assert {where[one] for one in (CLOSE, LOCK, WATCH)} == {ARCHIVE}
    assert where["encrypt-trail-with-kms-key"] == ACCOUNT
    bench.keeps_the_laws(plan)


def test_of_another_account_nobody_is_taken_for_an_administrator(near: Start) -> None:
    plan = made(near(across()), "RW-TRAIL-05")
    assert {one.steps[0].id for one in plan.changes} == {"block"}, "that takes no policy"
    assert f"no administrator of account {ARCHIVE}" in plan.left[0].why


def test_an_administrator_through_whom_nobody_comes_is_none(near: Start) -> None:
    """A user without password and key, and a role for machines alone: by them nobody could mend the policy again."""
    bench = near(
        world(
            f"""
name: dead
story: Who administers the account has lost every credential.
region: eu-west-1
accounts:
  - id: "{ACCOUNT}"
    name: alone
    email: alone@example.com
    users: [{{name: ada, policies: [AdministratorAccess]}}]
    buckets: [{{name: {BUCKET}, source_arn: false}}]
    trails: [{{name: main, bucket: {BUCKET}}}]
"""
        )
    )
    iam = bench.api("iam")
    machines = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [machines]})
    iam.create_role(RoleName="machines", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="machines", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    plan = bench.plan(("RW-TRAIL-05",))
    assert plan.changes == ()
    assert "through whom somebody can come in (RW-IAM-13)" in plan.left[0].why
    iam.create_access_key(UserName="ada")
    assert [one.remedy for one in bench.plan(("RW-TRAIL-05",)).changes] == [CLOSE]


def test_nothing_is_planned_for_what_was_not_read(near: Start) -> None:
    """A bucket that nobody in scope can see is no reason to change anything."""
    bench = near(across(), (ACCOUNT,))
    plan = bench.plan()
    assert {one.remedy for one in plan.changes} <= {"encrypt-trail-with-kms-key"}
    assert not [one for one in plan.changes if one.account == ARCHIVE]
    assert {one.status for one in bench.findings(("RW-TRAIL-06",))} == {Status.UNKNOWN}
