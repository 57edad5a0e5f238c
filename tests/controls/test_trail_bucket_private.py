"""RW-TRAIL-05: the trail bucket exists, is closed to the public, and accepts no trails of strangers."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Finding, Severity, Status
from tests.controls.judged import ACCOUNT, cited, judge, unread
from tests.controls.trail_facts import (
    ARCHIVE,
    BLOCKED,
    BUCKET,
    BUCKET_ARN,
    MANAGEMENT,
    ORG_TRAIL,
    PUBLIC_GRANT,
    TRAIL,
    bucket,
    facts,
    policy,
    statement,
    trail,
    without,
)  # fmt: skip

SLUG = "trail-bucket-private"
EVERYBODY = {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}}


def aspects(found: Any = None, **rest: Any) -> dict[str, Finding]:
    """Return the findings for the good account with another bucket, by aspect."""
    buckets = {BUCKET: found} if isinstance(found, dict) or found is None else found
    return by_aspect(judge(SLUG, facts(**{"s3.buckets": buckets}), **rest))


def by_aspect(findings: list[Finding]) -> dict[str, Finding]:
    """Return findings by aspect; each aspect once."""
    assert len({finding.aspect for finding in findings}) == len(findings)
    return {finding.aspect: finding for finding in findings}


def public(**changes: Any) -> Finding:
    """Return the finding of aspect `public` for a bucket that differs."""
    return aspects(bucket(**changes))["public"]


def source(*statements: dict[str, Any]) -> Finding:
    """Return the finding of aspect `source` for a bucket with these statements."""
    return aspects(bucket(policy=policy(*statements)))["source"]


def test_good_bucket_passes_in_all_aspects():
    """One finding per aspect, all about the bucket."""
    found = aspects(bucket())
    assert set(found) == {"public", "source", "missing"}
    assert {finding.status for finding in found.values()} == {Status.PASS}
    assert {finding.resource for finding in found.values()} == {BUCKET_ARN}


def test_missing_bucket_is_critical():
    """Whoever creates a bucket of that name receives the log; the other aspects have no meaning then."""
    found = aspects(None)
    assert (found["missing"].status, found["missing"].severity) == (Status.FAIL, Severity.CRITICAL)
    assert found["public"].reason == found["source"].reason == "bucket_missing"
    assert found["public"].status is Status.NOT_APPLICABLE


# -- public -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("grant", [PUBLIC_GRANT, EVERYBODY])
def test_grant_to_everybody_fails(grant: dict[str, Any]):
    """All users and all AWS users are the public alike."""
    finding = public(acl_grants=[grant])
    assert (finding.status, finding.reason, finding.severity) == (Status.FAIL, "public_acl", Severity.CRITICAL)


@pytest.mark.parametrize(
    "held_back",
    [
        {"public_access_block": BLOCKED},
        {"account_public_access_block": BLOCKED},
        {"ownership": {"ObjectOwnership": "BucketOwnerEnforced"}},
    ],
)
def test_grant_that_is_neutralised_passes(held_back: dict[str, Any]):
    """The block of the bucket, of the account, or disabled access lists make it harmless; the message says so."""
    finding = public(acl_grants=[PUBLIC_GRANT], **held_back)
    assert finding.status is Status.PASS and "held back only by" in finding.message
    assert "acl_grants" in " ".join(cited(finding))


def test_block_that_does_not_ignore_lists_does_not_help():
    """BlockPublicAcls stops new grants; only IgnorePublicAcls neutralises the old one."""
    half = {**BLOCKED, "IgnorePublicAcls": False}
    assert public(acl_grants=[PUBLIC_GRANT], public_access_block=half).status is Status.FAIL
    assert public(acl_grants=[PUBLIC_GRANT], ownership=None).status is Status.FAIL


@pytest.mark.parametrize(
    "changes",
    [
        {"policy_status": {"IsPublic": True}},
        {"policy": policy(statement(Principal="*", Condition={}))},
        {"policy": policy(statement(Principal={"AWS": "*"}, Action="s3:GetObject", Condition={}))},
    ],
)
def test_public_policy_fails(changes: dict[str, Any]):
    """S3's own word and our reading are both believed."""
    finding = public(**changes)
    assert (finding.status, finding.reason) == (Status.FAIL, "public_policy")
    assert public(**changes, account_public_access_block=BLOCKED).status is Status.PASS
    assert public(**changes, public_access_block={**BLOCKED, "RestrictPublicBuckets": False}).status is Status.FAIL


def test_principal_star_with_a_restricting_condition_passes():
    """Everybody of one account is not everybody."""
    ours = statement(Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})
    assert public(policy=policy(ours)).status is Status.PASS


def test_no_policy_is_not_public():
    """Without a policy there is nothing to be public by it, and no statement for CloudTrail either."""
    found = aspects(bucket(policy=None, policy_status=None))
    assert found["public"].status is Status.PASS
    assert found["source"].reason == "no_statement_for_cloudtrail"


@pytest.mark.parametrize("field", ["acl_grants", "policy", "policy_status"])
def test_unread_access_list_or_policy_is_unknown(field: str):
    """Even behind a block: what is there must be readable."""
    assert public(**{field: unread("s3.buckets")}).status is Status.UNKNOWN
    assert public(**{field: unread("s3.buckets")}, account_public_access_block=BLOCKED).status is Status.UNKNOWN


def test_unread_safeguard_decides_only_where_it_is_needed():
    """Without anything public the blocks do not matter; with it an unread block leaves the answer open."""
    dark = unread("s3.buckets")
    assert public(public_access_block=dark).status is Status.PASS
    assert public(public_access_block=dark, acl_grants=[PUBLIC_GRANT]).status is Status.UNKNOWN
    assert (
        public(public_access_block=dark, account_public_access_block=BLOCKED, acl_grants=[PUBLIC_GRANT]).status
        is Status.PASS
    )
    # A proven public policy fails although the access list is unread.
    assert public(acl_grants=dark, policy_status={"IsPublic": True}).status is Status.FAIL


@pytest.mark.parametrize(
    "changes",
    [
        {"acl_grants": None},
        {"acl_grants": [{"Permission": "READ"}]},
        {"acl_grants": [{"Grantee": {"Type": "Group"}}]},
        {"policy_status": {}},
        {"policy": 7},
        {"policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}},
        {"policy": policy(statement(Principal="*", Condition={"StringMatchesMaybe": {"aws:SourceIp": "10.0.0.0/8"}}))},
    ],
)
def test_malformed_is_unknown(changes: dict[str, Any]):
    """What is not as AWS writes it, and conditions that nobody knows, leave the answer open."""
    assert public(**changes).status is Status.UNKNOWN


def test_missing_fields_are_unknown():
    """A bucket of which only the name is known."""
    for field in ("acl_grants", "policy", "policy_status"):
        assert aspects(without(bucket(), field))["public"].status is Status.UNKNOWN
    assert {f.status for f in aspects({}).values()} == {Status.UNKNOWN}


# -- source -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceArn": TRAIL}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringEquals": {"aws:SourceOrgID": "o-acme"}},
    ],
)
def test_source_conditions_keep_strangers_out(condition: dict[str, Any]):
    """Each of these ties the statement to one's own trails."""
    assert source(statement(Condition=condition)).status is Status.PASS


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        {"StringLike": {"aws:SourceArn": "*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}},
        {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}},
    ],
)
def test_statement_open_to_any_trail_fails(condition: dict[str, Any]):
    """No condition, a condition on something else, or one that any trail meets; medium, not critical."""
    finding = source(statement(Condition=condition))
    assert (finding.status, finding.reason, finding.severity) == (Status.FAIL, "any_trail_may_write", Severity.MEDIUM)


def test_one_open_statement_among_several_fails():
    """The weakest statement decides, unless a Deny closes it."""
    open_one = statement(Sid="org", Resource=f"{BUCKET_ARN}/AWSLogs/o-acme/*", Condition={})
    assert source(statement(), open_one).status is Status.FAIL
    deny = {
        "Sid": "strangers",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"{BUCKET_ARN}/*",
        "Condition": {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    assert source(statement(), open_one, deny).status is Status.PASS


def test_statements_for_others_do_not_count():
    """Other services and other actions say nothing of trails."""
    config = statement(Principal={"Service": "config.amazonaws.com"}, Condition={})
    acl_check = statement(Action="s3:GetBucketAcl", Resource=BUCKET_ARN, Condition={})
    assert source(statement(), config, acl_check).status is Status.PASS
    assert source(config).reason == "no_statement_for_cloudtrail"


def test_unknown_condition_is_unknown():
    """An operator that nobody knows is no guess."""
    odd = statement(Condition={"StringMatchesMaybe": {"aws:SourceArn": TRAIL}})
    assert source(odd).status is Status.UNKNOWN


# -- where the bucket stands ------------------------------------------------------------------------------------------
def test_bucket_in_another_account_of_the_audit_is_judged():
    """The log-archive account shows its bucket."""
    found = by_aspect(
        judge(
            SLUG,
            facts(**{"s3.buckets": {}}),
            others={ARCHIVE: {"s3.buckets": {BUCKET: bucket(acl_grants=[PUBLIC_GRANT])}}},
        )
    )
    assert found["public"].status is Status.FAIL and found["missing"].status is Status.PASS
    assert f"s3.buckets[{BUCKET}]@{ARCHIVE}.acl_grants" in cited(found["public"])


def test_bucket_outside_the_audit_is_unknown():
    """Nobody in scope can look; where one's own buckets are unread, that is the reason."""
    found = by_aspect(judge(SLUG, facts(**{"s3.buckets": {}})))
    assert {(f.status, f.reason) for f in found.values()} == {(Status.UNKNOWN, "bucket_out_of_scope")}
    dark = by_aspect(judge(SLUG, facts(**{"s3.buckets": unread("s3.buckets")})))
    assert {(f.status, f.reason) for f in dark.values()} == {(Status.UNKNOWN, "AccessDenied")}


def test_two_trails_into_one_bucket_are_one_bucket():
    """The bucket is judged once."""
    second = trail(f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/second")
    assert len(judge(SLUG, facts(**{"cloudtrail.trails": [trail(), second]}))) == 3


def test_nothing_to_judge_is_said_per_aspect():
    """No trails, trails judged elsewhere, unread trails: one finding per aspect."""
    for trails, reason in (([], "no_trails"), (unread("cloudtrail.trails"), "AccessDenied")):
        found = judge(SLUG, facts(**{"cloudtrail.trails": trails}))
        assert [finding.aspect for finding in found] == ["public", "source", "missing"]
        assert {finding.reason for finding in found} == {reason}
    shadow = trail(ORG_TRAIL)
    others = {MANAGEMENT: {"cloudtrail.trails": [shadow]}}
    found = judge(SLUG, facts(**{"cloudtrail.trails": [shadow]}), others=others)
    assert [(f.aspect, f.reason) for f in found] == [
        ("public", "judged_at_owner"),
        ("source", "judged_at_owner"),
        ("missing", "judged_at_owner"),
    ]
    nameless = judge(SLUG, facts(**{"cloudtrail.trails": [without(trail(), "S3BucketName")]}))
    assert {(f.status, f.resource) for f in nameless} == {(Status.UNKNOWN, TRAIL)}


def test_trail_without_a_bucket_name_is_unknown_in_each_aspect():
    """AWS never sends an empty name; it is malformed, and not to be passed over."""
    found = judge(SLUG, facts(**{"cloudtrail.trails": [trail(S3BucketName="")]}))
    assert [(f.aspect, f.status, f.resource) for f in found] == [
        (aspect, Status.UNKNOWN, TRAIL) for aspect in ("public", "source", "missing")
    ]
    assert all(f.reason.startswith("malformed") for f in found)
