"""Buckets: what CloudFormation says in one resource, Terraform says in eight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from rootwarden.report.code.hcl import Argument, Block, Item
from rootwarden.report.code.terraform.kind import (
    Items,
    Kind,
    Own,
    Parts,
    Say,
    UnsaidError,
    Words,
    argument,
    arn,
    block,
    document,
    only,
    raw,
    said,
    tags,
)

_VERSIONING = "aws_s3_bucket_versioning"


def _expiration(name: str) -> Say:
    """Say one way of expiring; those of a rule are put into one block by `_rule`."""
    return argument(f"expiration.{name}")


_TRANSITION = {
    "StorageClass": argument("storage_class"),
    "TransitionInDays": argument("days"),
    "TransitionDate": argument("date"),
}
_LATER = {
    "StorageClass": argument("storage_class"),
    "TransitionInDays": argument("noncurrent_days"),
    "NewerNoncurrentVersions": argument("newer_noncurrent_versions"),
}
_RULE = {
    "Id": argument("id"),
    "Status": argument("status"),
    "Prefix": argument("filter.prefix"),
    "ObjectSizeGreaterThan": argument("filter.object_size_greater_than"),
    "ObjectSizeLessThan": argument("filter.object_size_less_than"),
    "ExpirationInDays": _expiration("days"),
    "ExpirationDate": _expiration("date"),
    "ExpiredObjectDeleteMarker": _expiration("expired_object_delete_marker"),
    "NoncurrentVersionExpirationInDays": argument("noncurrent_version_expiration.noncurrent_days"),
    "NoncurrentVersionExpiration": block(
        "noncurrent_version_expiration",
        {
            "NoncurrentDays": argument("noncurrent_days"),
            "NewerNoncurrentVersions": argument("newer_noncurrent_versions"),
        },
    ),
    "AbortIncompleteMultipartUpload": block(
        "abort_incomplete_multipart_upload", {"DaysAfterInitiation": argument("days_after_initiation")}
    ),
    "Transitions": block("transition", _TRANSITION),
    "NoncurrentVersionTransitions": block("noncurrent_version_transition", _LATER),
}


def _rule(value: Mapping[str, Any], words: Words) -> Block:
    """Say a rule of the life cycle: what CloudFormation writes side by side stands in blocks, and a filter must be."""
    inner: dict[str, list[Argument]] = {"filter": []}
    rest: list[Item] = []
    for item in said(value, _RULE, words, "a rule of the life cycle"):
        kind, is_inner, name = item.name.partition(".") if isinstance(item, Argument) else ("", "", "")
        if isinstance(item, Argument) and is_inner:
            inner.setdefault(kind, []).append(Argument(name, item.value))
        else:
            rest.append(item)
    if len(inner["filter"]) > 1:
        raise UnsaidError("a rule of the life cycle with several conditions is not known here")
    blocks = [Block(kind, (), tuple(arguments)) for kind, arguments in inner.items()]
    ordered = sorted((*rest, *blocks), key=lambda item: isinstance(item, Block))
    return Block("rule", (), tuple(ordered))


def _rules(value: Any, words: Words) -> Items:
    for one in value:
        yield _rule(one, words)


def _after(parts: Parts, *after: str) -> Parts:
    """Let what a property becomes wait for other parts of the same bucket."""

    def waiting(value: Any, address: str, words: Words, properties: Mapping[str, Any]) -> Iterator[Own]:
        is_versioned = "VersioningConfiguration" in properties
        for one in parts(value, address, words, properties):
            yield msgspec.structs.replace(one, after=after if is_versioned else ())

    return waiting


def _logging(value: Any, address: str, words: Words, _: Mapping[str, Any]) -> Iterator[Own]:
    """Say where access is logged; Terraform wants a prefix in any case."""
    table = {"DestinationBucketName": argument("target_bucket"), "LogFilePrefix": argument("target_prefix")}
    items = said({"LogFilePrefix": "", **value}, table, words, "LoggingConfiguration")
    yield Own("aws_s3_bucket_logging", (Argument("bucket", raw(address, "id")), *reversed(items)))


_BY_DEFAULT = {"SSEAlgorithm": argument("sse_algorithm"), "KMSMasterKeyID": arn("kms_master_key_id")}
_ENCRYPTION = {
    "ServerSideEncryptionByDefault": block("apply_server_side_encryption_by_default", _BY_DEFAULT),
    "BucketKeyEnabled": argument("bucket_key_enabled"),
}
_RETENTION = {"Mode": argument("mode"), "Days": argument("days"), "Years": argument("years")}
_LOCK = {
    "ObjectLockEnabled": argument("object_lock_enabled"),
    "Rule": block("rule", {"DefaultRetention": block("default_retention", _RETENTION)}),
}
_PUBLIC = {
    "BlockPublicAcls": argument("block_public_acls"),
    "BlockPublicPolicy": argument("block_public_policy"),
    "IgnorePublicAcls": argument("ignore_public_acls"),
    "RestrictPublicBuckets": argument("restrict_public_buckets"),
}


def _status(value: Any, words: Words) -> Items:
    yield Block("versioning_configuration", (), (Argument("status", words.value(value)),))


def _of_bucket(type_: str, table: Mapping[str, Say]) -> Parts:
    return only(type_, "bucket", "id", table)


KINDS = {
    "AWS::S3::Bucket": Kind(
        type="aws_s3_bucket",
        says={
            "BucketName": argument("bucket"),
            "ObjectLockEnabled": argument("object_lock_enabled"),
            "Tags": tags(),
        },
        parts={
            "VersioningConfiguration": _of_bucket(_VERSIONING, {"Status": Say(_status)}),
            "PublicAccessBlockConfiguration": _of_bucket("aws_s3_bucket_public_access_block", _PUBLIC),
            "OwnershipControls": _of_bucket(
                "aws_s3_bucket_ownership_controls",
                {"Rules": block("rule", {"ObjectOwnership": argument("object_ownership")})},
            ),
            "BucketEncryption": _of_bucket(
                "aws_s3_bucket_server_side_encryption_configuration",
                {"ServerSideEncryptionConfiguration": block("rule", _ENCRYPTION)},
            ),
            "ObjectLockConfiguration": _after(
                _of_bucket("aws_s3_bucket_object_lock_configuration", _LOCK), _VERSIONING
            ),
            "LifecycleConfiguration": _after(
                _of_bucket("aws_s3_bucket_lifecycle_configuration", {"Rules": Say(_rules, _RULE)}), _VERSIONING
            ),
            "LoggingConfiguration": _logging,
        },
    ),
    "AWS::S3::BucketPolicy": Kind(
        type="aws_s3_bucket_policy",
        says={"Bucket": argument("bucket"), "PolicyDocument": document("policy")},
        gets={},
    ),
}  # fmt: skip
