"""Turns on server access logging of a bucket, if the bucket that is to receive the log lets the logging service in.

Source: Amazon S3 User Guide, "Enabling Amazon S3 server access logging". moto fails on policies that name everybody.
"""

from __future__ import annotations

import json
from typing import Any

from moto.s3.models import FakeBucket, S3Backend

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.policy_check import as_list

_LOGGER = "logging.s3.amazonaws.com"
_DELIVERY_GROUP = "http://acs.amazonaws.com/groups/s3/LogDelivery"


def set_access_logs(backend: S3Backend, bucket: FakeBucket, config: dict[str, Any]) -> None:
    """Keep the logging configuration of a bucket; an empty one turns logging off.

    Raises:
        AwsError: the target is not there, in another Region, or does not let the log in.
    """
    if config:
        target = backend.buckets.get(config["TargetBucket"])
        if target is None or target.region_name != bucket.region_name:
            raise _refusal("The target bucket for logging does not exist in this account and Region")
        if not _by_policy(target) and not _by_acl(target):
            raise _refusal("The target bucket does not let the logging service write")
    bucket.logging = config


def _refusal(message: str) -> AwsError:
    return AwsError("InvalidTargetBucketForLogging", message, 400)


def _by_policy(target: FakeBucket) -> bool:
    statements = as_list(json.loads(target.policy).get("Statement", [])) if target.policy else []
    return any(_lets_in(one) for one in statements)


def _lets_in(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    named = as_list(principal.get("Service", [])) if isinstance(principal, dict) else []
    actions = as_list(statement.get("Action", []))
    return (
        statement.get("Effect") == "Allow" and _LOGGER in named and bool({"s3:PutObject", "s3:*", "*"} & set(actions))
    )


def _by_acl(target: FakeBucket) -> bool:
    grants = target.acl.grants if target.acl else []
    given = {
        one for grant in grants for who in grant.grantees if who.uri == _DELIVERY_GROUP for one in grant.permissions
    }
    return "FULL_CONTROL" in given or {"WRITE", "READ_ACP"} <= given
