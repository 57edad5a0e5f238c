"""Alarms of CloudWatch: their properties are the parameters of the call."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

_NEEDS = frozenset(
    {
        "AlarmName",
        "Namespace",
        "MetricName",
        "Period",
        "EvaluationPeriods",
        "Threshold",
        "ComparisonOperator",
    }
)
_TAKES = frozenset(
    {
        "AlarmDescription",
        "ActionsEnabled",
        "AlarmActions",
        "DatapointsToAlarm",
        "Dimensions",
        "ExtendedStatistic",
        "InsufficientDataActions",
        "OKActions",
        "Statistic",
        "Tags",
        "TreatMissingData",
        "Unit",
    }
)


def _alarm(site: Site, properties: Properties) -> Made:
    """Put an alarm; a threshold that comes from a parameter is text until here, as in CloudFormation itself."""
    site.call("cloudwatch", "PutMetricAlarm", {**properties, "Threshold": float(properties["Threshold"])})
    name = properties["AlarmName"]
    return Made(name, {"Arn": f"arn:aws:cloudwatch:{site.region}:{site.account}:alarm:{name}"})


KINDS = {"AWS::CloudWatch::Alarm": Kind(_alarm, _NEEDS, _TAKES)}
