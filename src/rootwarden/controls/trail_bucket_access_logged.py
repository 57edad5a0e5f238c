"""Access to the trail bucket is logged: who reads the log is preparing something, who deletes from it is hiding it.

The trail records what happens in the account, but by default not who opens or deletes the files of the trail itself.
Server access logs or data events of the bucket close that gap. A bucket that logs into itself makes a log of each log,
without end, and is left to the mercy of whoever attacks it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.bucket_watch import watching_trail
from rootwarden.proofs.trail_buckets import TrailBucket, exists, judge_buckets, no_bucket

CONTROL = Control(
    code="RW-TRAIL-07",
    title="Access to the trail bucket is logged",
    question="Is it recorded who reads and deletes the log files themselves?",
    severity=Severity.LOW,
    practice=Practice.WATCH_ROOT,
    scope=Scope.RESOURCE,
    facts=("cloudtrail.trails", "s3.buckets", "account.regions?", "org.accounts?"),
    measured=(
        "The bucket of each trail must have server access logging into another bucket, or a trail that is on must "
        "record all read and write data events of its objects: a trail of the bucket's own account, or an organization "
        "trail. Logging into itself fails."
    ),
    misses=(
        "Whether the access logs arrive, how long they stay and who can delete them. A trail that records a single "
        "Region leaves the answer open, because the Region of the bucket is not read."
    ),
    remedy="log-trail-bucket-access",
    fix=Fix(
        automation="auto",
        steps=(
            "Create a bucket for access logs in the same account and Region as the trail bucket.",
            "Let logging.s3.amazonaws.com write to it, then switch server access logging on.",
            "Or record data events of the trail bucket with an organization trail; AWS charges per event.",
        ),
        commands=(
            "aws s3api put-bucket-logging --bucket TRAIL_BUCKET --bucket-logging-status "
            '\'{"LoggingEnabled":{"TargetBucket":"ACCESS_LOG_BUCKET","TargetPrefix":"trail-bucket/"}}\'',
        ),
        terraform="""
resource "aws_s3_bucket_logging" "trail" {
  bucket        = "TRAIL_BUCKET"
  target_bucket = "ACCESS_LOG_BUCKET"
  target_prefix = "trail-bucket/"
}
""",
    ),
    frameworks={
        "cis_aws_1.4": ("3.6",),
        "cis_aws_1.5": ("3.6",),
        "cis_aws_2.0": ("3.6",),
        "cis_aws_3.0": ("3.4",),
        "cis_aws_4.0": ("3.4",),
        "cis_aws_5.0": ("3.4",),
        "cis_aws_6.0": ("4.4",),
        "cis_aws_7.0": ("4.4",),
        "aws_fsbp": ("CloudTrail.7",),
        "iso_27001_2022": ("A.8.15", "A.8.16"),
        "soc_2": ("cc_a_1_1",),
    },
    links=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each bucket that the account's trails write to."""
    return judge_buckets(seen, {"": _judge_one})


def _judge_one(one: View, bucket: TrailBucket) -> Iterable[Verdict]:
    if not exists(bucket):
        yield no_bucket(one, bucket)
        return
    logging = bucket.sight["logging"]
    target = "" if logging.is_null else logging["TargetBucket"].text()
    if target == bucket.name:
        yield one.fails(
            f"The bucket {bucket.name} writes its access log into itself: each entry makes another one, and whoever "
            "empties the bucket removes both.",
            reason="loop",
        )
    elif target:
        yield one.passes(f"Every access to {bucket.name} is logged in the bucket {target}.")
    elif (watcher := watching_trail(one, bucket.arn, bucket.owner)) != "":
        yield one.passes(f"The trail {watcher} records every access to {bucket.name}.")
    else:
        yield one.fails(
            f"Nobody can tell who read or deleted log files in {bucket.name}: access to it is not logged.",
            reason="not_logged",
        )
