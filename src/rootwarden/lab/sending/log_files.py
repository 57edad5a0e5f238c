"""Writes log files: what trails have covered since the last time, as gzip files in their buckets.

Source: CloudTrail User Guide, "Finding your CloudTrail log files", "Amazon S3 bucket policy for CloudTrail". Digest
files are not written.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from moto.cloudtrail.models import Trail
from moto.moto_api._internal import mock_random
from moto.s3.models import FakeBucket, s3_backends
from msgspec import Struct

from rootwarden.lab.deliveries import delivered, refused, seeded_error
from rootwarden.lab.membership import organization_of
from rootwarden.lab.object_changes import tell_of_new
from rootwarden.lab.sending.encryption import check_key
from rootwarden.lab.sending.permission import lets_in, source_context
from rootwarden.lab.sending.topics import let_into_topic, publish
from rootwarden.lab.sending.undelivered import Undelivered, lose
from rootwarden.lab.sending.waiting import Held, awaited, hold_again, take
from rootwarden.lab.state import Record

SERVICE = "cloudtrail.amazonaws.com"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_NAME_LETTERS = 16
_HOME = "us-east-1"


class LogFile(Struct, frozen=True):
    """One file written: trail (ARN), bucket, key, account and Region of its records, how many they are."""

    trail: str
    bucket: str
    key: str
    account: str
    region: str
    records: int


class Refusal(Struct, frozen=True):
    """Why a trail (ARN) could not write one file; its records wait."""

    trail: str
    why: str


class Delivery(Struct, frozen=True):
    """What one delivery did: the files, and the trails that could not."""

    files: list[LogFile]
    refused: list[Refusal]


def deliver(moment: datetime, account: str = "") -> Delivery:
    """Write the waiting records of one account, or of all, to the buckets of the trails that took them.

    `moment` (aware) is the time of delivery, which names the files. What cannot be written goes on waiting.
    """
    done = Delivery([], [])
    for trail in awaited():
        written: list[LogFile] = []
        for (owner, region), held in _grouped(take(trail, account)).items():
            try:
                written.append(_write(trail, owner, region, [record for _, record in held], moment))
            except Undelivered as error:
                hold_again(trail, held)
                refused(trail.arn, str(error).partition(": ")[0])
                done.refused.append(Refusal(trail.arn, str(error)))
            else:
                delivered(trail.arn, moment)
        done.files.extend(written)
        _announce(trail, written)
    return done


def _grouped(taken: list[Held]) -> dict[tuple[str, str], list[Held]]:
    """Return what was taken by account and Region: each has a file of its own."""
    found: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for account, record in taken:
        found[account, str(record.get("awsRegion") or _HOME)].append((account, record))
    return found


def _write(trail: Trail, account: str, region: str, records: list[Record], moment: datetime) -> LogFile:
    key, bucket = _key(trail, account, region, moment), _bucket(trail)
    _check(trail, bucket, key)
    body = gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode())
    encryption: dict[str, Any] = {"encryption": "aws:kms", "kms_key_id": trail.kms_key_id} if trail.kms_key_id else {}
    s3_backends[bucket.account_id][bucket.partition].put_object(bucket.name, key, body, **encryption)
    tell_of_new(bucket.name, key, SERVICE, f"AWS:{SERVICE}")
    return LogFile(trail.arn, bucket.name, key, account, region, len(records))


def _key(trail: Trail, account: str, region: str, moment: datetime) -> str:
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    organization = organization_of(trail.account_id) if trail.is_org_trail else None
    inside = f"{organization.org.id}/" if organization is not None and organization.org is not None else ""
    unique = "".join(mock_random.choices(_LETTERS, k=_NAME_LETTERS))
    name = f"{account}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{unique}.json.gz"
    return f"{prefix}AWSLogs/{inside}{account}/CloudTrail/{region}/{moment:%Y/%m/%d}/{name}"


def _bucket(trail: Trail) -> FakeBucket:
    partition, owner = s3_backends.bucket_accounts.get(trail.bucket_name, ("aws", ""))
    bucket: FakeBucket | None = s3_backends[owner][partition].buckets.get(trail.bucket_name) if owner else None
    if bucket is None:
        raise Undelivered(f"NoSuchBucket: the bucket {trail.bucket_name} does not exist")
    return bucket


def _check(trail: Trail, bucket: FakeBucket, key: str) -> None:
    """Raise Undelivered where a world says that deliveries fail, or the bucket's policy keeps CloudTrail out."""
    if error := seeded_error(trail.arn):
        raise Undelivered(f"{error}: this world lets the deliveries of the trail fail")
    policy = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
    context = source_context(trail.arn, trail.account_id) | {"s3:x-amz-acl": "bucket-owner-full-control"}
    if not lets_in(policy, {SERVICE}, "s3:PutObject", f"{bucket.arn}/{key}", context):
        raise Undelivered(f"AccessDenied: the policy of {bucket.name} does not let {trail.arn} write {key}")
    try:
        used = context | {"kms:encryptioncontext:aws:cloudtrail:arn": trail.arn}
        check_key(trail.kms_key_id, trail.arn, SERVICE, used, ("kms:GenerateDataKey",))
    except Undelivered as closed:
        raise Undelivered(f"KMS.AccessDenied: {closed}") from closed


def _announce(trail: Trail, written: list[LogFile]) -> None:
    """Tell the topic of a trail of its new files, if it has one."""
    if trail.topic_arn is None:
        return
    context = source_context(trail.arn, trail.account_id)
    for file in written:
        try:
            topic = let_into_topic(SERVICE, trail.topic_arn, context)
        except Undelivered as error:
            lose(trail.arn, trail.topic_arn, str(error))
            return
        publish(topic, json.dumps({"s3Bucket": file.bucket, "s3ObjectKey": [file.key]}))
