"""Trail log files cannot be silently deleted: an intruder with root deletes the evidence first.

Whoever holds the account that keeps the log can empty its bucket in a minute. Object Lock keeps each file for a set
time, whoever asks; in compliance mode not even root or AWS Support can shorten it. MFA delete and a bucket in another
account that denies deletion come close. A lifecycle rule that tidies up too early does the intruder's work for him.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.bucket_keeping import (
    denies_deletion,
    expires_early,
    hides_early,
    is_versioned,
    lock_days,
    needs_mfa_to_delete,
)
from rootwarden.proofs.trail_buckets import TrailBucket, exists, judge_buckets, no_bucket
from rootwarden.proofs.truth import Truth, any_true, ask

CONTROL = Control(
    code="RW-TRAIL-06",
    title="Trail log files cannot be silently deleted",
    question="Are the log files kept for at least the set time, whoever wants them gone?",
    severity=Severity.MEDIUM,
    practice=Practice.WATCH_ROOT,
    scope=Scope.RESOURCE,
    facts=("cloudtrail.trails", "s3.buckets", "account.regions?", "org.accounts?"),
    measured=(
        "One of three must hold for the bucket of each trail: Object Lock with a default retention of at least "
        "min_retention_days (governance mode is noted); versioning with MFA delete; or versioning in another account "
        "than the trail's, with a policy that denies everybody the deletion of objects and versions. A lifecycle rule "
        "that deletes log files earlier than min_retention_days fails, unless Object Lock keeps them all the same; in "
        "a versioned bucket that takes a rule on noncurrent versions, because expiry only hides the current one."
    ),
    misses=(
        "Whether somebody may change the bucket's policy, lock or lifecycle rules, and files written before the lock "
        "was set. How many newer versions a lifecycle rule wants to see first is not weighed: it is taken to delete."
    ),
    remedy="lock-trail-bucket",
    fix=Fix(
        automation="assisted",
        steps=(
            "Keep the bucket in an account of its own, in which nobody works.",
            "Set Object Lock with a default retention; governance mode first, compliance mode when you are sure: it "
            "cannot be shortened by anyone.",
            "Lengthen or remove lifecycle rules that expire log files earlier.",
            "Avoid MFA delete: only root can set it, so that root is needed again for every change.",
        ),
        commands=(
            "aws s3api put-bucket-versioning --bucket TRAIL_BUCKET --versioning-configuration Status=Enabled",
            "aws s3api put-object-lock-configuration --bucket TRAIL_BUCKET --object-lock-configuration "
            '\'{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":365}}}\'',
            "aws s3api get-bucket-lifecycle-configuration --bucket TRAIL_BUCKET",
        ),
        terraform="""
resource "aws_s3_bucket_object_lock_configuration" "trail" {
  bucket = "TRAIL_BUCKET"
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = 365
    }
  }
}
""",
    ),
    frameworks={
        "cis_aws_2.0": ("2.1.2",),
    },
    params={"min_retention_days": 90},
    links=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    ),
)

_NOTES = {
    "governance": "governance: the lock is in governance mode; whoever has s3:BypassGovernanceRetention can lift it",
    "mfa_delete": "mfa_delete_needs_root: only root can change MFA delete; Object Lock needs no root",
}


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each bucket that the account's trails write to."""
    return judge_buckets(seen, {"": partial(_judge_one, days=limits.number("min_retention_days"))})


def _judge_one(one: View, bucket: TrailBucket, days: float) -> Iterable[Verdict]:
    if not exists(bucket):
        yield no_bucket(one, bucket)
        return
    keepers = _keepers(one, bucket, days)
    locked = ask(partial(keepers[_LOCK], bucket.sight.recorded_in(Log())))
    if locked.value:
        keepers[_LOCK](bucket.sight)
        notes = (*_notes(_LOCK, bucket.sight), *_hidden(bucket, days))
        yield one.passes(f"Log files in {bucket.name} are kept by {_LOCK}.", notes=notes)
        return
    early = _lifecycle(bucket, days)
    if isinstance(early, str) and early:
        if is_versioned(bucket.sight.recorded_in(Log())):
            locked.sure()  # a lock that nobody could read may keep what the rule wants to delete
        yield one.fails(
            f"A lifecycle rule of the bucket {bucket.name} deletes log files {early}; they should stay {days:g} days.",
            reason="lifecycle",
        )
        return
    answers: list[Truth] = []
    for keeper, holds in keepers.items():
        answers.append(ask(partial(holds, bucket.sight.recorded_in(Log()))))
        if answers[-1].value and not isinstance(early, UnseenError):
            holds(bucket.sight)
            yield one.passes(f"Log files in {bucket.name} are kept by {keeper}.", notes=_notes(keeper, bucket.sight))
            return
    if not any_true(answers).sure():
        yield _unprotected(one, bucket, keepers.values())
    elif isinstance(early, UnseenError):
        yield one.cannot_tell(early)


def _lifecycle(bucket: TrailBucket, days: float, *, locked: bool = False) -> str | UnseenError:
    try:
        roots = [trail.recorded_in(Log())["S3KeyPrefix"].text(default="") for trail in bucket.trails]
        prefixes = [f"{root}/AWSLogs/" if root else "AWSLogs/" for root in roots]
        return (hides_early if locked else expires_early)(bucket.sight, prefixes, days)
    except UnseenError as error:
        return error


def _hidden(bucket: TrailBucket, days: float) -> tuple[str, ...]:
    """Note that a rule hides log files behind delete markers; what Object Lock keeps, no rule deletes."""
    aside = TrailBucket(bucket.name, bucket.arn, bucket.owner, bucket.sight.recorded_in(Log()), bucket.trails)
    early = _lifecycle(aside, days, locked=True)
    if isinstance(early, UnseenError) or not early:
        return ()
    return (f"lifecycle_hides: a rule hides log files {early}; their locked versions stay",)


_LOCK, _MFA, _POLICY = "Object Lock", "MFA delete", "another account whose bucket policy denies deletion"
Keeper = Callable[[Sight], bool]


def _keepers(one: View, bucket: TrailBucket, days: float) -> dict[str, Keeper]:
    keepers: dict[str, Keeper] = {
        _LOCK: lambda sight: lock_days(sight)[0] >= days,
        _MFA: lambda sight: is_versioned(sight) and needs_mfa_to_delete(sight),
    }
    if bucket.owner and bucket.owner != one.subject.account:
        keepers[_POLICY] = lambda sight: is_versioned(sight) and denies_deletion(sight, bucket.arn)
    return keepers


def _notes(keeper: str, sight: Sight) -> tuple[str, ...]:
    if keeper == _MFA:
        return (_NOTES["mfa_delete"],)
    governance = keeper == _LOCK and lock_days(sight.recorded_in(Log()))[1] == "GOVERNANCE"
    return (_NOTES["governance"],) if governance else ()


def _unprotected(one: View, bucket: TrailBucket, keepers: Iterable[Keeper]) -> Verdict:
    for holds in keepers:
        holds(bucket.sight)  # read again for the record: these are the settings that do not protect
    return one.fails(
        f"Nothing keeps the log files in {bucket.name} from being deleted: whoever breaks in can remove the traces.",
        reason="deletable",
    )
