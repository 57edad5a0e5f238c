"""A trail, its bucket and its key as a careful company has them; tests change one thing at a time."""

from __future__ import annotations

from typing import Any

from tests.controls.judged import ACCOUNT

MANAGEMENT = "222233334444"
ARCHIVE = "333344445555"
BUCKET = "acme-trail"
BUCKET_ARN = f"arn:aws:s3:::{BUCKET}"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/main"
ORG_TRAIL = f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/org"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
REGIONS = [
    {"RegionName": name, "RegionOptStatus": state}
    for name, state in (
        ("us-east-1", "ENABLED_BY_DEFAULT"),
        ("eu-west-1", "ENABLED_BY_DEFAULT"),
        ("af-south-1", "DISABLED"),
    )
]
SELECTORS = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]}
STATUS = {
    "IsLogging": True,
    "LatestDeliveryTime": "2026-11-23T22:40:00Z",
    "LatestDigestDeliveryTime": "2026-11-23T22:00:00Z",
    "StartLoggingTime": "2025-11-23T00:00:00Z",
}


def trail(arn: str = TRAIL, **changes: Any) -> dict[str, Any]:
    """Return a multi-Region trail that records everything; `status` is merged, other fields replace."""
    status = {**STATUS, **changes.pop("status", {})}
    return {
        "region": arn.split(":")[3],
        "Name": arn.rsplit("/", 1)[1],
        "TrailARN": arn,
        "HomeRegion": arn.split(":")[3],
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "IsOrganizationTrail": arn == ORG_TRAIL,
        "LogFileValidationEnabled": True,
        "KmsKeyId": KEY,
        "S3BucketName": BUCKET,
        "status": status,
        "selectors": SELECTORS,
        **changes,
    }


def without(item: dict[str, Any], *fields: str) -> dict[str, Any]:
    """Return a copy that lacks some fields."""
    return {name: value for name, value in item.items() if name not in fields}


def key(arn: str = KEY, **changes: Any) -> dict[str, Any]:
    """Return a customer key in use."""
    return {
        "region": arn.split(":")[3],
        "Arn": arn,
        "KeyId": arn.rsplit("/", 1)[1],
        "KeyState": "Enabled",
        "KeyManager": "CUSTOMER",
        "policy": {"Version": "2012-10-17", "Statement": []},
        **changes,
    }


def statement(**changes: Any) -> dict[str, Any]:
    """Return the statement that lets this trail, and no other, write to the bucket."""
    return {
        "Sid": "AWSCloudTrailWrite",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{BUCKET_ARN}/AWSLogs/{ACCOUNT}/*",
        "Condition": {
            "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": TRAIL},
        },
        **changes,
    }


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a bucket policy; without statements, one with the right statement."""
    return {"Version": "2012-10-17", "Statement": list(statements) or [statement()]}


BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
PUBLIC_GRANT = {
    "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
    "Permission": "READ",
}
OWNER_GRANT = {"Grantee": {"Type": "CanonicalUser", "ID": "c0ffee"}, "Permission": "FULL_CONTROL"}


def bucket(**changes: Any) -> dict[str, Any]:
    """Return a private bucket that keeps its objects and logs access to them."""
    return {
        "acl_grants": [OWNER_GRANT],
        "policy": policy(),
        "policy_status": {"IsPublic": False},
        "public_access_block": None,
        "account_public_access_block": None,
        "ownership": {"ObjectOwnership": "ObjectWriter"},
        "versioning": {"Status": "Enabled"},
        "object_lock": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}},
        },
        "logging": {"TargetBucket": "acme-access-logs", "TargetPrefix": "trail/"},
        "lifecycle": [],
        **changes,
    }


def facts(**changes: Any) -> dict[str, Any]:
    """Return the facts of the account that owns trail, bucket and key; names with a dot are given as `**{...}`."""
    return {
        "cloudtrail.trails": [trail()],
        "account.regions": REGIONS,
        "s3.buckets": {BUCKET: bucket()},
        "kms.keys": [key()],
        **changes,
    }
