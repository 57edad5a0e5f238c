"""What types of resources have in common wherever they are written: what names them, and what their ARN reads like.

Source: CloudFormation's resource provider schemas (`primaryIdentifier`, read-only properties), and the Service
Authorization Reference ("Resource types") for ARNs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class AwsType(Struct, frozen=True, kw_only=True):
    """How resources of a type are told apart.

    `named` are the properties whose values together name one; none where AWS gives it an id. `identifier` are the
    properties by which CloudFormation imports it. `arn` is the pattern of its ARN, "" where there is none; `after` is
    what stands before its name in it. `ref_is_arn` says that `Ref` of it gives the ARN; `arns` and `names` are the
    attributes that are the ARN and the name. `attached_to` is the property that names what it belongs to and what is of
    no use without it. `keeps` says that it holds what must outlive a stack that is deleted.
    """

    named: tuple[str, ...] = ()
    identifier: tuple[str, ...]
    arn: str = ""
    after: str = ""
    ref_is_arn: bool = False
    arns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    attached_to: str = ""
    keeps: bool = False


_IAM = "arn:{partition}:iam::{account}"
_HERE = "{region}:{account}"
# What has an ARN that AWS makes up holds it in `exists`.
AS_IT_IS = "{name}"

TYPES: Mapping[str, AwsType] = {
    "AWS::S3::Bucket": AwsType(
        arns=("Arn",), named=("BucketName",), identifier=("BucketName",),
        arn="arn:{partition}:s3:::{name}", after=":::", keeps=True
    ),
    "AWS::S3::BucketPolicy": AwsType(named=("Bucket",), identifier=("Bucket",), attached_to="Bucket"),
    "AWS::KMS::Key": AwsType(
        arns=("Arn",), identifier=("KeyId",),
        arn=f"arn:{{partition}}:kms:{_HERE}:key/{{name}}", after="key/", names=("KeyId",),
        keeps=True,
    ),
    "AWS::KMS::Alias": AwsType(
        named=("AliasName",), identifier=("AliasName",), arn=f"arn:{{partition}}:kms:{_HERE}:{{name}}"
    ),
    "AWS::CloudTrail::Trail": AwsType(
        arns=("Arn",), named=("TrailName",), identifier=("TrailName",),
        arn=f"arn:{{partition}}:cloudtrail:{_HERE}:trail/{{name}}",
        after=":trail/",
    ),
    "AWS::Logs::LogGroup": AwsType(
        arns=("Arn",), named=("LogGroupName",), identifier=("LogGroupName",), after=":log-group:", keeps=True,
        arn=f"arn:{{partition}}:logs:{_HERE}:log-group:{{name}}:*",
    ),
    "AWS::Logs::MetricFilter": AwsType(
        named=("LogGroupName", "FilterName"), identifier=("LogGroupName", "FilterName")
    ),
    "AWS::IAM::Role": AwsType(
        arns=("Arn",), named=("RoleName",), identifier=("RoleName",), arn=f"{_IAM}:role{{path}}{{name}}", after="/"
    ),
    "AWS::IAM::Group": AwsType(
        arns=("Arn",), named=("GroupName",), identifier=("GroupName",), arn=f"{_IAM}:group{{path}}{{name}}", after="/"
    ),
    "AWS::IAM::User": AwsType(
        arns=("Arn",), named=("UserName",), identifier=("UserName",), arn=f"{_IAM}:user{{path}}{{name}}", after="/"
    ),
    "AWS::IAM::ManagedPolicy": AwsType(
        named=("ManagedPolicyName",), identifier=("PolicyArn",), arn=f"{_IAM}:policy{{path}}{{name}}", after="/",
        ref_is_arn=True, arns=("PolicyArn",), attached_to="Roles",
    ),
    "AWS::Budgets::Budget": AwsType(named=("Budget.BudgetName",), identifier=("Id",), names=("Id",)),
    "AWS::SNS::Topic": AwsType(
        named=("TopicName",), identifier=("TopicArn",), arn=f"arn:{{partition}}:sns:{_HERE}:{{name}}", after=":",
        ref_is_arn=True, arns=("TopicArn",), names=("TopicName",),
    ),
    "AWS::SNS::TopicPolicy": AwsType(named=("Topics",), identifier=("Id",), attached_to="Topics"),
    "AWS::SNS::Subscription": AwsType(
        arns=("Arn",), named=("TopicArn", "Protocol", "Endpoint"), identifier=("Arn",), arn=AS_IT_IS, ref_is_arn=True
    ),
    "AWS::Events::Rule": AwsType(
        arns=("Arn",), named=("EventBusName", "Name"), identifier=("Arn",),
        arn=f"arn:{{partition}}:events:{_HERE}:rule/{{name}}",
        after=":rule/",
    ),
    "AWS::CloudWatch::Alarm": AwsType(
        arns=("Arn",), named=("AlarmName",), identifier=("AlarmName",),
        arn=f"arn:{{partition}}:cloudwatch:{_HERE}:alarm:{{name}}",
        after=":alarm:",
    ),
    "AWS::GuardDuty::Detector": AwsType(
        identifier=("Id",), arn=f"arn:{{partition}}:guardduty:{_HERE}:detector/{{name}}", after=":detector/",
        names=("Id",),
    ),
    "AWS::AccessAnalyzer::Analyzer": AwsType(
        arns=("Arn",), named=("AnalyzerName",), identifier=("Arn",),
        arn=f"arn:{{partition}}:access-analyzer:{_HERE}:analyzer/{{name}}", after=":analyzer/", ref_is_arn=True,
    ),
    "AWS::CE::AnomalyMonitor": AwsType(
        named=("MonitorName",), identifier=("MonitorArn",), arn=AS_IT_IS, ref_is_arn=True, arns=("MonitorArn",)
    ),
    "AWS::CE::AnomalySubscription": AwsType(
        named=("SubscriptionName",), identifier=("SubscriptionArn",), arn=AS_IT_IS, ref_is_arn=True,
        arns=("SubscriptionArn",),
    ),
}  # fmt: skip


def property_at(properties: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a dotted path of properties, None where nothing does."""
    value: Any = properties
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
