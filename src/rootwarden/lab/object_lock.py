"""Object Lock of a bucket: since November 2023 any versioned bucket may be locked, and a lock is never switched off.

Source: Amazon S3 User Guide, "Configuring S3 Object Lock" and "Object Lock considerations". moto locks empty buckets
only, as S3 did before.
"""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeBucket

from rootwarden.lab.aws_error import AwsError


def set_lock(bucket: FakeBucket, config: dict[str, Any]) -> None:
    """Lock a bucket with the default retention of `config` (`mode`, `days`, `years`), or with none.

    Raises:
        AwsError: the bucket is not versioned.
    """
    if not bucket.is_versioned:
        text = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        raise AwsError("InvalidBucketState", text, 409)
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = config.get("mode")
    bucket.default_lock_days = config.get("days")
    bucket.default_lock_years = config.get("years")


def refuse_suspension(bucket: FakeBucket, body: str) -> None:
    """Refuse to suspend the versioning of a locked bucket.

    Raises:
        AwsError: it is locked.
    """
    if bucket.object_lock_enabled and "<Status>Suspended</Status>" in body:
        text = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        raise AwsError("InvalidBucketState", text, 409)
