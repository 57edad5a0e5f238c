"""Buckets."""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_NO_BUCKET = ("NoSuchBucket",)
ROWS = (
    Write(
        call="s3.CreateBucket",
        action="s3:CreateBucket",
        also=(
            Right(action="s3:PutBucketOwnershipControls", given="ObjectOwnership"),
            Right(action="s3:PutBucketObjectLockConfiguration", given="ObjectLockEnabledForBucket"),
            Right(action="s3:PutBucketVersioning", given="ObjectLockEnabledForBucket"),
            Right(action="s3:PutBucketAcl", given="ACL"),
        ),
        again=False,
    ),
    Write(call="s3.DeleteBucket", action="s3:DeleteBucket", gone=_NO_BUCKET),
    Write(call="s3.PutBucketPolicy", action="s3:PutBucketPolicy", gone=_NO_BUCKET),
    Write(call="s3.DeleteBucketPolicy", action="s3:DeleteBucketPolicy", gone=_NO_BUCKET),
    Write(call="s3.PutPublicAccessBlock", action="s3:PutBucketPublicAccessBlock", gone=_NO_BUCKET),
    Write(call="s3.DeletePublicAccessBlock", action="s3:PutBucketPublicAccessBlock", gone=_NO_BUCKET),
    Write(call="s3.PutBucketOwnershipControls", action="s3:PutBucketOwnershipControls", gone=_NO_BUCKET),
    Write(call="s3.PutBucketAcl", action="s3:PutBucketAcl", gone=_NO_BUCKET),
    Write(call="s3.PutBucketVersioning", action="s3:PutBucketVersioning", gone=_NO_BUCKET),
    Write(call="s3.PutBucketLogging", action="s3:PutBucketLogging", gone=_NO_BUCKET),
    Write(call="s3.PutBucketTagging", action="s3:PutBucketTagging", gone=_NO_BUCKET),
    Write(
        call="s3.PutBucketLifecycleConfiguration",
        action="s3:PutLifecycleConfiguration",
        gone=_NO_BUCKET,
    ),
    Write(call="s3.DeleteBucketLifecycle", action="s3:PutLifecycleConfiguration", gone=_NO_BUCKET),
    Write(
        call="s3.PutObjectLockConfiguration",
        action="s3:PutBucketObjectLockConfiguration",
        gone=_NO_BUCKET,
    ),
)
LOOKS = {"s3.HeadBucket": ("s3:ListBucket",)}
ON = {action: ("arn:*:s3:::{Bucket}",) for row in ROWS for action in row.actions} | {
    "s3:ListBucket": ("arn:*:s3:::{Bucket}",)
}
