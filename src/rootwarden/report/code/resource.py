"""A resource of a plan in the place where it stands, and what its name, its ARN and its attributes read like there."""

from __future__ import annotations

from msgspec import Struct

from rootwarden.model.plan import Declared
from rootwarden.report.code.aws_types import AS_IT_IS, TYPES, AwsType, property_at
from rootwarden.report.code.functions import Reference

# Where what has no Region is managed (General Reference, "Service endpoints": IAM, Budgets, Cost Explorer).
_HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_UNKNOWN = AwsType(identifier=("Id",))


class Place(Struct, frozen=True):
    """An account in one Region."""

    partition: str
    account: str
    region: str

    def pseudo(self, name: str) -> str | None:
        """Return what one of CloudFormation's own parameters is here, None for those that are no text."""
        return {
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::URLSuffix": "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com",
        }.get(name)


def home_of(partition: str) -> str:
    """Return the Region in which a partition keeps what has no Region."""
    return _HOMES.get(partition, "us-east-1")


class Resource(Struct, frozen=True):
    """What all changes together declare of one resource. `changes` are their ids, `after` what must be there first."""

    is_: Declared
    changes: tuple[str, ...]
    after: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """Its CloudFormation type."""
        return self.is_.type

    @property
    def about(self) -> AwsType:
        """What is known of its type."""
        return TYPES.get(self.type, _UNKNOWN)


def name_of(one: Declared) -> str:
    """Return the name that it has in AWS, "" where AWS gives one or it depends on another resource."""
    about = TYPES.get(one.type, _UNKNOWN)
    values = [property_at(one.properties, path) for path in about.named]
    texts = [value for value in values if isinstance(value, str) and value != "default"]
    if texts and all(value is None or isinstance(value, str) for value in values):
        return "/".join(texts)
    if not one.exists.startswith("arn:"):
        return one.exists
    return one.exists.rpartition(about.after)[2].removesuffix(":*") if about.after else one.exists


def literal(one: Declared, place: Place, reference: Reference) -> str | None:
    """Return what a reference to a resource comes to, None where only AWS can tell.

    A role keeps its path in its ARN, so the ARN under which it exists goes before the pattern.
    """
    about, name = TYPES.get(one.type, _UNKNOWN), name_of(one)
    wants_arn = reference.attribute in about.arns if reference.attribute else about.ref_is_arn
    if not wants_arn:
        return name or None if not reference.attribute or reference.attribute in about.names else None
    if one.exists.startswith("arn:") and not about.arn.endswith(":*"):
        return one.exists
    if about.arn in ("", AS_IT_IS) or not name:
        return None
    path = one.properties.get("Path", "/")
    return about.arn.format(partition=place.partition, account=place.account, region=place.region, name=name, path=path)
