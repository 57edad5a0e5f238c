"""S3: the buckets that trails write to, read by the account that owns them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from rootwarden.aws.ask import Ask
from rootwarden.aws.collect.cloudtrail import trails_seen
from rootwarden.aws.collectors import of_account
from rootwarden.aws.refusals import MALFORMED, UnreadError
from rootwarden.aws.visit import Visit
from rootwarden.model.facts import FACTS
from rootwarden.model.readings import Unknown, unknown_in

_NO_BUCKET = "NoSuchBucket"
_PAGE = 1000  # asking for pages makes ListBuckets answer with each bucket's Region
_CALLS = FACTS["s3.buckets"].calls
_NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"


@of_account(
    "s3.buckets",
    after=("cloudtrail.trails",),
    per=dict.fromkeys(_CALLS, "trail bucket")
    | {"s3.ListBuckets": "account", "s3control.GetPublicAccessBlock": "account with a trail bucket"},
)
def buckets(visit: Visit) -> dict[str, Any]:
    """Return the named buckets that this account owns; None for one that its own trail names and that is gone."""
    named = visit.round.named.buckets
    if not named:
        return _none_named(visit)
    listed = visit.ask.items("s3", "ListBuckets", "Buckets", MaxBuckets=_PAGE)
    owned = {one["Name"]: one.get("BucketRegion", "") for one in listed if one["Name"] in named}
    found: dict[str, Any] = {
        name: ({"BucketRegion": region} if region else {}) | _bucket(visit.ask, name, region or named[name])
        for name, region in owned.items()
    }
    return found | {name: None for name in _own_trails_name(visit) - owned.keys() if _is_gone(visit, name)}


def _none_named(visit: Visit) -> dict[str, Any]:
    """Return no bucket; but where trails went unread, an empty answer would be a lie."""
    for trail in visit.need("cloudtrail.trails"):
        why = unknown_in(trail)
        if why is not None:
            raise UnreadError(why)
    return {}


def _own_trails_name(visit: Visit) -> set[str]:
    return {
        trail["S3BucketName"]
        for trail in trails_seen(visit)
        if trail.get("S3BucketName") and trail["TrailARN"].split(":")[4] == visit.account
    }


def _is_gone(visit: Visit, bucket: str) -> bool:
    """Return whether S3 says that no account has this bucket; a refusal means that somebody has it."""
    try:
        visit.ask.call("s3", "GetBucketAcl", visit.round.named.buckets[bucket], Bucket=bucket)
    except UnreadError as refusal:
        return refusal.code == _NO_BUCKET
    return False


def _bucket(ask: Ask, name: str, region: str) -> dict[str, Any]:
    return {one.name: ask.or_mark(partial(_field, ask, one, name, region)) for one in _FIELDS} | {
        "account_public_access_block": ask.or_mark(partial(_account_block, ask))
    }


def _field(ask: Ask, field: _Field, bucket: str, region: str) -> Any:
    answer = ask.call_or_none((field.absent,), "s3", field.operation, region, Bucket=bucket)
    return field.none if answer is None else field.pick(answer)


def _policy(answer: dict[str, Any]) -> Any:
    try:
        return json.loads(answer["Policy"])
    except ValueError as error:
        raise UnreadError(Unknown(MALFORMED, "s3.GetBucketPolicy")) from error


def _block(answer: dict[str, Any]) -> Any:
    return answer["PublicAccessBlockConfiguration"]


def _account_block(ask: Ask) -> Any:
    """Return the account-wide block on public access; asked once per account."""
    answer = ask.once(
        "public-access-block",
        lambda: ask.call_or_none((_NO_BLOCK,), "s3control", "GetPublicAccessBlock", AccountId=ask.account),
    )
    return answer and _block(answer)


def _ownership(answer: dict[str, Any]) -> dict[str, Any] | None:
    rules = answer.get("OwnershipControls", {}).get("Rules", [])
    return {"ObjectOwnership": rules[0]["ObjectOwnership"]} if rules else None


def _versioning(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("Status", "MFADelete") if name in answer}


class _Field(NamedTuple):
    """One field of a bucket: the call that tells it, what to take of its answer, and the code for "there is none"."""

    name: str
    operation: str
    pick: Callable[[dict[str, Any]], Any]
    absent: str = ""
    none: Any = None


_FIELDS = (
    _Field("acl_grants", "GetBucketAcl", lambda answer: answer.get("Grants", [])),
    _Field("policy", "GetBucketPolicy", _policy, "NoSuchBucketPolicy"),
    _Field("policy_status", "GetBucketPolicyStatus", itemgetter("PolicyStatus"), "NoSuchBucketPolicy"),
    _Field("public_access_block", "GetPublicAccessBlock", _block, _NO_BLOCK),
    _Field("ownership", "GetBucketOwnershipControls", _ownership, "OwnershipControlsNotFoundError"),
    _Field("versioning", "GetBucketVersioning", _versioning),
    _Field(
        "object_lock",
        "GetObjectLockConfiguration",
        lambda answer: answer.get("ObjectLockConfiguration"),
        "ObjectLockConfigurationNotFoundError",
    ),
    _Field("logging", "GetBucketLogging", lambda answer: answer.get("LoggingEnabled")),
    _Field(
        "lifecycle",
        "GetBucketLifecycleConfiguration",
        lambda answer: answer.get("Rules", []),
        "NoSuchLifecycleConfiguration",
        (),
    ),
)
