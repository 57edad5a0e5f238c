"""Cost Anomaly Detection: monitors and who is told; expressions are JSON text in a template, data in the API."""

from __future__ import annotations

import json

from rootwarden.lab.stack.kind import Kind, Properties
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _split(properties: Properties, expression: str) -> tuple[Properties, Properties]:
    """Return what belongs to the thing itself, and the tags, which the call takes beside it."""
    own = dict(properties)
    tags = {"ResourceTags": own.pop("ResourceTags")} if "ResourceTags" in own else {}
    if expression in own:
        own[expression] = json.loads(own[expression])
    return own, tags


def _monitor(site: Site, properties: Properties) -> Made:
    own, tags = _split(properties, "MonitorSpecification")
    arn = site.call("ce", "CreateAnomalyMonitor", {"AnomalyMonitor": own, **tags})["MonitorArn"]
    return Made(arn, {"MonitorArn": arn})


def _subscription(site: Site, properties: Properties) -> Made:
    own, tags = _split(properties, "ThresholdExpression")
    if "Threshold" in own:
        own["Threshold"] = float(own["Threshold"])
    arn = site.call("ce", "CreateAnomalySubscription", {"AnomalySubscription": own, **tags})["SubscriptionArn"]
    return Made(arn, {"SubscriptionArn": arn})


KINDS = {
    "AWS::CE::AnomalyMonitor": Kind(
        _monitor,
        frozenset({"MonitorName", "MonitorType"}),
        frozenset({"MonitorDimension", "MonitorSpecification", "ResourceTags"}),
    ),
    "AWS::CE::AnomalySubscription": Kind(
        _subscription,
        frozenset({"SubscriptionName", "MonitorArnList", "Subscribers", "Frequency"}),
        frozenset({"Threshold", "ThresholdExpression", "ResourceTags"}),
    ),
}
