"""Buckets and their policies: CloudFormation says in one resource what S3 takes in a call for each setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rootwarden.errors import InputError
from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

# A rule of the life cycle: the property -> where it stands in the rule of the API (S3 API, `LifecycleRule`).
_RULE: dict[str, tuple[str, ...]] = {
    "Id": ("ID",),
    "Status": ("Status",),
    "Prefix": ("Filter", "Prefix"),
    "ExpirationInDays": ("Expiration", "Days"),
    "ExpirationDate": ("Expiration", "Date"),
    "ExpiredObjectDeleteMarker": ("Expiration", "ExpiredObjectDeleteMarker"),
    "NoncurrentVersionExpirationInDays": ("NoncurrentVersionExpiration", "NoncurrentDays"),
    "NoncurrentVersionExpiration": ("NoncurrentVersionExpiration",),
    "AbortIncompleteMultipartUpload": ("AbortIncompleteMultipartUpload",),
}


def _rules(configuration: Properties) -> Properties:
    rules = []
    for one in configuration["Rules"]:
        rule: dict[str, Any] = {} if "Prefix" in one else {"Filter": {"Prefix": ""}}
        for name, value in one.items():
            if name not in _RULE:
                raise InputError(f"a rule has {name}", why="it is not known here", todo="teach lab/stack/kinds/s3.py")
            *outer, last = _RULE[name]
            (rule.setdefault(outer[0], {}) if outer else rule)[last] = value
        rules.append(rule)
    return {"LifecycleConfiguration": {"Rules": rules}}


def _encryption(configuration: Properties) -> Properties:
    rules = []
    for one in configuration["ServerSideEncryptionConfiguration"]:
        rule = dict(one)
        rules.append({"ApplyServerSideEncryptionByDefault": rule.pop("ServerSideEncryptionByDefault"), **rule})
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _logging(configuration: Properties) -> Properties:
    rest = dict(configuration)
    enabled = {"TargetBucket": rest.pop("DestinationBucketName"), "TargetPrefix": rest.pop("LogFilePrefix", ""), **rest}
    return {"BucketLoggingStatus": {"LoggingEnabled": enabled}}


def _under(name: str) -> Callable[[Any], Properties]:
    return lambda value: {name: value}


# In the order in which one setting needs another: versions come before the lock that keeps them.
_SETTINGS: dict[str, tuple[str, Callable[[Any], Properties]]] = {
    "OwnershipControls": ("PutBucketOwnershipControls", _under("OwnershipControls")),
    "PublicAccessBlockConfiguration": ("PutPublicAccessBlock", _under("PublicAccessBlockConfiguration")),
    "BucketEncryption": ("PutBucketEncryption", _encryption),
    "VersioningConfiguration": ("PutBucketVersioning", _under("VersioningConfiguration")),
    "ObjectLockConfiguration": ("PutObjectLockConfiguration", _under("ObjectLockConfiguration")),
    "LifecycleConfiguration": ("PutBucketLifecycleConfiguration", _rules),
    "LoggingConfiguration": ("PutBucketLogging", _logging),
    "Tags": ("PutBucketTagging", lambda tags: {"Tagging": {"TagSet": tags}}),
}


def _bucket(site: Site, properties: Properties) -> Made:
    name = properties["BucketName"]
    asked: Properties = {"Bucket": name}
    if site.region != "us-east-1":
        asked["CreateBucketConfiguration"] = {"LocationConstraint": site.region}
    if properties.get("ObjectLockEnabled"):
        asked["ObjectLockEnabledForBucket"] = True
    site.call("s3", "CreateBucket", asked)
    for setting, (operation, said) in _SETTINGS.items():
        if setting in properties:
            site.call("s3", operation, {"Bucket": name, **said(properties[setting])})
    return Made(name, {"Arn": f"arn:aws:s3:::{name}"})


def _policy(site: Site, properties: Properties) -> Made:
    bucket = properties["Bucket"]
    site.call("s3", "PutBucketPolicy", {"Bucket": bucket, "Policy": as_json(properties["PolicyDocument"])})
    return Made(bucket, {})


KINDS = {
    "AWS::S3::Bucket": Kind(_bucket, frozenset({"BucketName"}), frozenset({"ObjectLockEnabled", *_SETTINGS})),
    "AWS::S3::BucketPolicy": Kind(_policy, frozenset({"Bucket", "PolicyDocument"})),
}
