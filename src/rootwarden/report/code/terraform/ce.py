"""Cost Anomaly Detection: monitors and who is told. CloudFormation has the threshold as JSON text, Terraform as blocks.

Source: Cost Explorer API, `Expression`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rootwarden.report.code.hcl import Argument, Block
from rootwarden.report.code.terraform.kind import Items, Kind, Say, UnsaidError, Words, argument, block, tags

_BRANCHES = {"And": "and", "Or": "or"}
_LEAVES = {"Dimensions": "dimension", "CostCategories": "cost_category", "Tags": "tags"}
_IMPACT = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"


def _expression(value: Any) -> Items:
    if not isinstance(value, dict):
        raise UnsaidError("this ThresholdExpression is not known here")
    for name, inner in value.items():
        if name in _BRANCHES:
            yield from (Block(_BRANCHES[name], (), tuple(_expression(one))) for one in inner)
        elif name == "Not":
            yield Block("not", (), tuple(_expression(inner)))
        elif name in _LEAVES and set(inner) <= {"Key", "Values", "MatchOptions"}:
            arguments = {"key": "Key", "values": "Values", "match_options": "MatchOptions"}
            body = tuple(Argument(ours, inner[theirs]) for ours, theirs in arguments.items() if theirs in inner)
            yield Block(_LEAVES[name], (), body)
        else:
            raise UnsaidError(f"{name} of a ThresholdExpression is not known here")


def _threshold_expression(value: Any, words: Words) -> Items:
    try:
        read = msgspec.json.decode(value) if isinstance(value, str) else None
    except msgspec.DecodeError:
        read = None
    yield Block("threshold_expression", (), tuple(_expression(read)))


def _threshold(value: Any, words: Words) -> Items:
    """Say a threshold in USD, which Terraform has no argument for any more."""
    impact = {"Key": _IMPACT, "Values": [str(value)], "MatchOptions": ["GREATER_THAN_OR_EQUAL"]}
    yield Block("threshold_expression", (), tuple(_expression({"Dimensions": impact})))


KINDS = {
    "AWS::CE::AnomalyMonitor": Kind(
        type="aws_ce_anomaly_monitor",
        says={
            "MonitorName": argument("name"),
            "MonitorType": argument("monitor_type"),
            "MonitorDimension": argument("monitor_dimension"),
            "MonitorSpecification": argument("monitor_specification"),
            "ResourceTags": tags(),
        },
        ref="arn",
        gets={"MonitorArn": "{}.arn"},
        imported="{arn}",
    ),
    "AWS::CE::AnomalySubscription": Kind(
        type="aws_ce_anomaly_subscription",
        says={
            "SubscriptionName": argument("name"),
            "Frequency": argument("frequency"),
            "MonitorArnList": argument("monitor_arn_list"),
            "Threshold": Say(_threshold),
            "ThresholdExpression": Say(_threshold_expression),
            "Subscribers": block("subscriber", {"Type": argument("type"), "Address": argument("address")}),
            "ResourceTags": tags(),
        },
        ref="arn",
        gets={"SubscriptionArn": "{}.arn"},
        imported="{arn}",
    ),
}
