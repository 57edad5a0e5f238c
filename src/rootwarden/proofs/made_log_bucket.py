"""A bucket that is made for the access logs of one other bucket: S3's logging service writes to it, nobody else does.

Source: Amazon S3 User Guide, "Enabling Amazon S3 server access logging" and "Permissions for log delivery".
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from rootwarden.proofs.made_bucket import MadeBucket
from rootwarden.proofs.trail_bucket_policy import VERSION, only_tls

_LOGGER = "logging.s3.amazonaws.com"


def log_bucket_name(account: str, source: str, now: datetime) -> str:
    """Return a name that no bucket of an earlier run has: those stay, because they hold evidence."""
    return f"rootwarden-access-{account}-{now:%Y%m%d%H%M%S}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def log_bucket(name: str, source: str, account: str, region: str, *, keep_days: int) -> MadeBucket:
    """Return the bucket to be made; `source` is the ARN of the bucket whose access is logged.

    It has no default retention: S3 delivers no access log into a bucket that has one.
    """
    partition = source.split(":")[1]
    arn = f"arn:{partition}:s3:::{name}"
    write = {
        "Sid": "S3WritesAccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": _LOGGER},
        "Action": "s3:PutObject",
        "Resource": f"{arn}/*",
        "Condition": {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": account}},
    }
    return MadeBucket(
        id="access-log", logical="AccessLogBucket", name=name, account=account, region=region, partition=partition,
        policy={"Version": VERSION, "Statement": [write, only_tls(arn)]}, keep_days=keep_days,
    )  # fmt: skip
