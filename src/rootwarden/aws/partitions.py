"""The three AWS partitions: which Regions every account there has, and where the account-wide services are answered.

Sources: AWS General Reference, "Service endpoints and quotas" (as in botocore's endpoints.json); AWS Account
Management guide, "Enable or disable AWS Regions in your account": Regions opened after 20 March 2019 are opt-in.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from rootwarden.errors import UsageError


class Partition(Struct, frozen=True):
    """One partition. `default_regions` need no opt-in; `homes` says which Region answers for a global service.

    A global service without a home does not exist in that partition.
    """

    name: str
    default_regions: tuple[str, ...]
    homes: Mapping[str, str]

    def near(self, region: str) -> str:
        """Return a Region that every account has: `region` itself, else one of its continent, else the first.

        An opt-in Region refuses the credentials of accounts that have not enabled it (IAM User Guide, "Manage AWS STS
        in an AWS Region"), so what any Region can answer is not asked there.
        """
        if region in self.default_regions:
            return region
        area = region.partition("-")[0] + "-"
        return next((one for one in self.default_regions if one.startswith(area)), self.default_regions[0])


# Services of the account or the organization, not of a Region.
GLOBAL_SERVICES = frozenset({"iam", "organizations", "account", "budgets", "ce"})

_PARTITIONS = {
    partition.name: partition
    for partition in (
        Partition(
            "aws",
            (
                "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2",
                "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1",
                "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
            ),
            dict.fromkeys(GLOBAL_SERVICES, "us-east-1"),
        ),
        # GovCloud accounts are billed through an account of the standard partition and have no Account Management API.
        Partition(
            "aws-us-gov",
            ("us-gov-west-1", "us-gov-east-1"),
            {"iam": "us-gov-west-1", "organizations": "us-gov-west-1"},
        ),
        Partition(
            "aws-cn",
            ("cn-north-1", "cn-northwest-1"),
            {
                "iam": "cn-north-1", "organizations": "cn-northwest-1", "account": "cn-northwest-1",
                "budgets": "cn-northwest-1", "ce": "cn-northwest-1",
            },
        ),
    )
}  # fmt: skip


def partition_named(name: str) -> Partition:
    """Return a partition by the second segment of its ARNs.

    Raises:
        UsageError: Rootwarden does not know that partition.
    """
    if name not in _PARTITIONS:
        known = ", ".join(_PARTITIONS)
        raise UsageError(
            f"the AWS partition {name!r} is not supported",
            why=f"known: {known}",
            todo="use credentials of one of these",
        )
    return _PARTITIONS[name]


def partition_of_region(region: str) -> Partition:
    """Return the partition that a Region's name belongs to."""
    for prefix, name in (("us-gov-", "aws-us-gov"), ("cn-", "aws-cn")):
        if region.startswith(prefix):
            return _PARTITIONS[name]
    return _PARTITIONS["aws"]
