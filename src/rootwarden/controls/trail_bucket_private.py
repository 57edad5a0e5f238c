"""The trail bucket is private and accepts only this trail: the log shows intruders the way, false logs hide them.

A public bucket tells the world every user, role and key of the company. A bucket that was deleted while the trail goes
on is worse: whoever creates a bucket of that name receives the log from then on. And a bucket whose policy lets
CloudTrail write for any account can be filled by strangers, who thereby forge evidence and run up the bill.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.bucket_exposure import lets_in_strangers, open_by_acl, open_by_policy
from rootwarden.proofs.trail_buckets import TrailBucket, exists, judge_buckets, no_bucket
from rootwarden.proofs.truth import any_true

CONTROL = Control(
    code="RW-TRAIL-05",
    title="The trail bucket is private and accepts only this trail",
    question="Is the bucket of each trail there, closed to the public, and closed to other people's trails?",
    severity=Severity.CRITICAL,
    practice=Practice.WATCH_ROOT,
    scope=Scope.RESOURCE,
    facts=("cloudtrail.trails", "s3.buckets", "account.regions?", "org.accounts?"),
    aspects=("public", "source", "missing"),
    measured=(
        "public: no grant to all users or all AWS users, unless public access lists are ignored (on the bucket or the "
        "account) or the bucket owner owns all objects; no public policy, by S3's own word or by reading it, unless "
        "public policies are restricted. source: the statement that lets CloudTrail write is tried with a trail of a "
        "stranger's account and must refuse it, by aws:SourceArn, aws:SourceAccount or aws:SourceOrgID. missing: the "
        "bucket that the trail names exists."
    ),
    misses=(
        "Access through access points, and what named principals may do. A bucket in an account that is not part of "
        "the audit cannot be judged, unless the trail's own account can see that it is gone."
    ),
    remedy="close-trail-bucket",
    fix=Fix(
        automation="auto",
        steps=(
            "Bucket gone: create a bucket of that name at once, in an account of yours, or point the trail elsewhere.",
            "Public: block public access to the bucket, and if nothing in the account is meant to be public, to all.",
            "Open to other trails: add aws:SourceArn with the ARN of your trail to the statement for "
            "cloudtrail.amazonaws.com.",
        ),
        commands=(
            "aws s3api put-public-access-block --bucket TRAIL_BUCKET --public-access-block-configuration "
            "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
            "aws s3api get-bucket-policy --bucket TRAIL_BUCKET --query Policy --output text",
            "aws s3api put-bucket-policy --bucket TRAIL_BUCKET --policy file://policy-with-source-arn.json",
        ),
        terraform="""
resource "aws_s3_bucket_public_access_block" "trail" {
  bucket                  = "TRAIL_BUCKET"
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "trail" {
  bucket = "TRAIL_BUCKET"
  policy = data.aws_iam_policy_document.trail.json # with aws:SourceArn = aws_cloudtrail.management_events.arn
}
""",
    ),
    frameworks={
        "cis_aws_1.4": ("3.3",),
        "cis_aws_1.5": ("3.3",),
        "cis_aws_2.0": ("3.3",),
        "aws_fsbp": ("CloudTrail.6",),
        "iso_27001_2022": ("A.8.1", "A.8.15", "A.8.16"),
    },
    links=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each bucket that the account's trails write to, by three aspects."""
    return judge_buckets(seen, {"public": _public, "source": _source, "missing": _missing})


def _missing(one: View, bucket: TrailBucket) -> Iterable[Verdict]:
    if exists(bucket):
        yield one.passes(f"The bucket {bucket.name} exists.")
    else:
        names = ", ".join(trail.name for trail in bucket.trails)
        yield one.fails(
            f"The bucket {bucket.name} does not exist, and the trail {names} still writes to it. Whoever creates a "
            "bucket of that name receives your log.",
            reason="bucket_missing",
        )


def _public(one: View, bucket: TrailBucket) -> Iterable[Verdict]:
    if not _is_there(one, bucket):
        yield no_bucket(one, bucket)
        return
    by_acl, by_policy = open_by_acl(bucket.sight), open_by_policy(bucket.sight)
    if by_acl.open.value or by_policy.open.value:
        how = "access list" if by_acl.open.value else "policy"
        yield one.fails(
            f"The {how} of the bucket {bucket.name} lets in the public: anyone may learn who does what in the account.",
            reason="public_acl" if by_acl.open.value else "public_policy",
        )
        return
    any_true((by_acl.open, by_policy.open)).sure()
    held = {"access list": by_acl.made_harmless_by, "policy": by_policy.made_harmless_by}
    why = "".join(f" Its public {what} is held back only by {by}." for what, by in held.items() if by)
    yield one.passes(f"The bucket {bucket.name} is closed to the public.{why}")


def _source(one: View, bucket: TrailBucket) -> Iterable[Verdict]:
    if not _is_there(one, bucket):
        yield no_bucket(one, bucket)
        return
    open_to_all = lets_in_strangers(bucket.sight["policy"], one.subject.partition, bucket.name)
    if open_to_all is None:
        yield one.not_applicable(
            f"The policy of the bucket {bucket.name} lets no trail write at all; see RW-TRAIL-02.",
            reason="no_statement_for_cloudtrail",
        )
    elif open_to_all:
        yield one.fails(
            f"The policy of the bucket {bucket.name} lets CloudTrail write for any account: a stranger's trail can put "
            "files among yours.",
            reason="any_trail_may_write",
            severity=Severity.MEDIUM,
        )
    else:
        yield one.passes(f"The bucket {bucket.name} accepts files of your own trails only.")


def _is_there(one: View, bucket: TrailBucket) -> bool:
    """Return whether the bucket exists, without citing it: a bucket that is gone is judged by its own aspect."""
    aside = bucket.sight.recorded_in(one.about().log)
    return not aside.is_null
