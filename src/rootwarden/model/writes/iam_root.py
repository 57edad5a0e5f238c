"""By these a guard looks before root's credentials are deleted: is a key in use, could only root delete objects."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS: tuple[Write, ...] = ()
LOOKS = {
    "cloudtrail.LookupEvents": ("cloudtrail:LookupEvents",),
    "s3.ListBuckets": ("s3:ListAllMyBuckets",),
    "s3.GetBucketVersioning": ("s3:GetBucketVersioning",),
}
ON = {
    "cloudtrail:LookupEvents": (),
    "s3:ListAllMyBuckets": (),
    "s3:GetBucketVersioning": ("arn:*:s3:::{Bucket}",),
}
