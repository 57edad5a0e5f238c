"""Seeds KMS keys and S3 buckets: what keeps a trail, and what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

from rootwarden.lab.blueprint import Account, Bucket, World
from rootwarden.lab.seeding.documents import bucket_policy, key_policy
from rootwarden.lab.seeding.hands import Hands

KeyRing = dict[tuple[str, str], str]
"""(`<account name>/<alias>`, Region) -> ARN of the key."""


def seed_keys(hands: Hands, world: World, account: Account) -> KeyRing:
    """Create the account's keys and return where they are; runs in the account."""
    ring: KeyRing = {}
    for key in account.keys:
        region = key.region or world.region
        kms = hands("kms", region)
        document = json.dumps(key_policy(key, account, world))
        made = kms.create_key(Policy=document, Description=key.alias)["KeyMetadata"]
        kms.create_alias(AliasName=f"alias/{key.alias}", TargetKeyId=made["KeyId"])
        if key.state == "Disabled":
            kms.disable_key(KeyId=made["KeyId"])
        elif key.state == "PendingDeletion":
            kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=7)
        ring[f"{account.name}/{key.alias}", region] = made["Arn"]
    return ring


def seed_buckets(hands: Hands, world: World, account: Account) -> None:
    """Create the account's buckets, those that receive access logs first; runs in the account."""
    for bucket in sorted(account.buckets, key=lambda one: bool(one.access_logs_to)):
        s3 = hands("s3", bucket.region or world.region)
        _create(s3, bucket, bucket.region or world.region)
        _open(s3, bucket)
        document = bucket_policy(bucket, world)
        if document is not None:
            s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(document))
        _keep(s3, bucket)


def _create(s3: Any, bucket: Bucket, region: str) -> None:
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(
        Bucket=bucket.name,
        ObjectLockEnabledForBucket=bool(bucket.lock_mode),
        ObjectOwnership=bucket.ownership,
        **where,
    )


def _open(s3: Any, bucket: Bucket) -> None:
    """Take away what AWS gives a new bucket, where the world says so."""
    if not bucket.block_public_access:
        s3.delete_public_access_block(Bucket=bucket.name)
    if bucket.acl != "private":
        s3.put_bucket_acl(Bucket=bucket.name, ACL=bucket.acl)


def _keep(s3: Any, bucket: Bucket) -> None:
    """Set versioning, lock, access logs and expiry."""
    if bucket.mfa_delete:
        s3.put_bucket_versioning(
            Bucket=bucket.name,
            MFA="arn:aws:iam::000000000000:mfa/root-account-mfa-device 123456",
            VersioningConfiguration={"Status": "Enabled", "MFADelete": "Enabled"},
        )
    elif bucket.versioning:
        s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    if bucket.lock_mode:
        retention = {"Mode": bucket.lock_mode, "Days": bucket.lock_days}
        s3.put_object_lock_configuration(
            Bucket=bucket.name,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}},
        )
    if bucket.access_logs_to:
        target = {"TargetBucket": bucket.access_logs_to, "TargetPrefix": f"{bucket.name}/"}
        s3.put_bucket_logging(Bucket=bucket.name, BucketLoggingStatus={"LoggingEnabled": target})
    if bucket.expire_days:
        rule = {
            "ID": "expire",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": bucket.expire_days},
        }
        s3.put_bucket_lifecycle_configuration(Bucket=bucket.name, LifecycleConfiguration={"Rules": [rule]})
