"""Log groups and metric filters."""

from __future__ import annotations

from typing import Any

from rootwarden.lab.stack.kind import Kind, Properties
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _group(site: Site, properties: Properties) -> Made:
    name = properties["LogGroupName"]
    asked: Properties = {"logGroupName": name}
    for ours, theirs in (("KmsKeyId", "kmsKeyId"), ("LogGroupClass", "logGroupClass")):
        if ours in properties:
            asked[theirs] = properties[ours]
    if "Tags" in properties:
        asked["tags"] = {one["Key"]: one["Value"] for one in properties["Tags"]}
    site.call("logs", "CreateLogGroup", asked)
    if "RetentionInDays" in properties:
        asked = {"logGroupName": name, "retentionInDays": properties["RetentionInDays"]}
        site.call("logs", "PutRetentionPolicy", asked)
    return Made(name, {"Arn": f"arn:aws:logs:{site.region}:{site.account}:log-group:{name}:*"})


def _filter(site: Site, properties: Properties) -> Made:
    asked = {
        "logGroupName": properties["LogGroupName"],
        "filterName": properties["FilterName"],
        "filterPattern": properties["FilterPattern"],
        "metricTransformations": [_transformation(one) for one in properties["MetricTransformations"]],
    }
    site.call("logs", "PutMetricFilter", asked)
    return Made(properties["FilterName"], {})


def _transformation(one: Properties) -> dict[str, Any]:
    """Return a transformation as the API has it: names begin small, dimensions are a map, a default is a decimal."""
    made: dict[str, Any] = {name[0].lower() + name[1:]: value for name, value in one.items()}
    if "dimensions" in made:
        made["dimensions"] = {pair["Key"]: pair["Value"] for pair in made["dimensions"]}
    if "defaultValue" in made:
        made["defaultValue"] = float(made["defaultValue"])
    return made


KINDS = {
    "AWS::Logs::LogGroup": Kind(
        _group, frozenset({"LogGroupName"}), frozenset({"RetentionInDays", "KmsKeyId", "LogGroupClass", "Tags"})
    ),
    "AWS::Logs::MetricFilter": Kind(
        _filter, frozenset({"FilterName", "LogGroupName", "FilterPattern", "MetricTransformations"})
    ),
}
