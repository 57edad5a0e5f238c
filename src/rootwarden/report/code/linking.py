"""Lets resources refer to each other that name each other only by name or ARN, so that each is made in its turn.

A later change names a topic by the ARN it will have. A policy that names it in its text needs no such order, and often
names what needs the policy itself; so policies are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rootwarden.model.plan import Declared
from rootwarden.report.code.aws_types import TYPES
from rootwarden.report.code.functions import Reference, function_of, references, written
from rootwarden.report.code.resource import Place, literal, name_of

# Properties that hold the name of another resource -> its type.
_BY_NAME = {
    "Bucket": "AWS::S3::Bucket",
    "S3BucketName": "AWS::S3::Bucket",
    "DestinationBucketName": "AWS::S3::Bucket",
    "LogGroupName": "AWS::Logs::LogGroup",
    "SnsTopicName": "AWS::SNS::Topic",
    "Roles": "AWS::IAM::Role",
    "Groups": "AWS::IAM::Group",
    "Users": "AWS::IAM::User",
    "KMSKeyId": "AWS::KMS::Alias",
    "KmsKeyId": "AWS::KMS::Alias",
    "KmsMasterKeyId": "AWS::KMS::Alias",
    "KMSMasterKeyID": "AWS::KMS::Alias",
}
_DOCUMENTS = frozenset({"PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument", "Policies", "EventPattern", "Tags"})


def linked(found: Mapping[str, Declared], place: Place) -> dict[str, Declared]:
    """Return resources in which the names and ARNs of new ones are references, unless they would go in a circle."""
    by_name: dict[tuple[str, str], Reference] = {}
    by_arn: dict[str, Reference] = {}
    for one in found.values():
        if not one.exists:
            by_name[one.type, name_of(one)] = Reference(one.name)
            by_arn |= {arn: reference for reference in _arns(one) if (arn := literal(one, place, reference))}
    made = dict(found)
    for one in found.values():

        def link(text: str, key: str, name: str = one.name) -> Any:
            target = by_arn.get(text) or (by_name.get((_BY_NAME[key], text)) if key in _BY_NAME and text else None)
            return text if target is None or name in reach(target.name, made) else written(target)

        properties = {key: _linked(value, key, link) for key, value in one.properties.items()}
        made[one.name] = Declared(type=one.type, name=one.name, exists=one.exists, properties=properties)
    return made


def _arns(one: Declared) -> list[Reference]:
    """Return the references to a resource that give its ARN."""
    about = TYPES.get(one.type)
    if about is None:
        return []
    return [Reference(one.name)] if about.ref_is_arn else [Reference(one.name, name) for name in about.arns]


def _linked(value: Any, key: str, link: Callable[[str, str], Any]) -> Any:
    """Return a value in which every text that is no part of a document is what `link` makes of it."""
    if key in _DOCUMENTS or function_of(value) is not None:
        return value
    if isinstance(value, str):
        return link(value, key)
    if isinstance(value, Mapping):
        return {name: _linked(one, name, link) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_linked(one, key, link) for one in value]
    return value


def reach(name: str, found: Mapping[str, Declared]) -> set[str]:
    """Return all that a resource needs, directly or not, and itself."""
    seen: set[str] = set()
    left = [name]
    while left:
        at = left.pop()
        if at not in seen:
            seen.add(at)
            left += [one.name for one in references(found[at].properties) if one.name in found]
    return seen
