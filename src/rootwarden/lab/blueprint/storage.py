"""The trail and what keeps it: keys, buckets, deliveries."""

from __future__ import annotations

from typing import Literal

from rootwarden.lab.blueprint.part import Document, Part


class Key(Part, frozen=True, kw_only=True):
    """A customer KMS key; `services` may use it, `policy` replaces the policy made from them."""

    alias: str
    region: str = ""
    services: tuple[str, ...] = ()
    policy: Document | None = None
    state: Literal["Enabled", "Disabled", "PendingDeletion"] = "Enabled"


class Bucket(Part, frozen=True, kw_only=True):
    """An S3 bucket; the policy that its trails need is made from the trails that name it."""

    name: str
    region: str = ""
    block_public_access: bool = True
    ownership: Literal["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] = "BucketOwnerEnforced"
    acl: Literal["private", "public-read", "authenticated-read", "log-delivery-write"] = "private"
    source_arn: bool = True
    deny_delete: bool = False
    policy: Document | None = None
    versioning: bool = True
    mfa_delete: bool = False
    lock_mode: Literal["", "GOVERNANCE", "COMPLIANCE"] = ""
    lock_days: int = 0
    access_logs_to: str = ""
    expire_days: int = 0


class Trail(Part, frozen=True, kw_only=True):
    """A CloudTrail trail and how its deliveries go; `key` is `<account name>/<key alias>`."""

    name: str
    region: str = ""
    bucket: str
    bucket_deleted: bool = False
    multi_region: bool = True
    organization: bool = False
    global_events: bool = True
    validation: bool = True
    key: str = ""
    log_group: str = ""
    selectors: tuple[Document, ...] = ()
    advanced_selectors: tuple[Document, ...] = ()
    started_days_ago: int | None = 400
    stopped_days_ago: int | None = None
    last_delivery_minutes_ago: int | None = 5
    delivery_error: str = ""
