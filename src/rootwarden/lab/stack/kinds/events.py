"""Buses, their policies and rules of EventBridge."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _bus(site: Site, properties: Properties) -> Made:
    answer = site.call("events", "CreateEventBus", {"Name": properties["Name"]})
    return Made(properties["Name"], {"Arn": answer["EventBusArn"], "Name": properties["Name"]})


def _bus_policy(site: Site, properties: Properties) -> Made:
    """Put a bus's whole policy: with one statement a bus that is the same as adding it."""
    statement = {"Sid": properties["StatementId"], **properties["Statement"]}
    policy = as_json({"Version": "2012-10-17", "Statement": [statement]})
    site.call("events", "PutPermission", {"EventBusName": properties["EventBusName"], "Policy": policy})
    return Made(properties["StatementId"], {})


# Properties of a rule that are parameters of the same name.
_SAME = ("Name", "Description", "State", "RoleArn", "ScheduleExpression", "Tags")


def _rule(site: Site, properties: Properties) -> Made:
    bus: Properties = {"EventBusName": properties.get("EventBusName", "default")}
    rule: Properties = {key: properties[key] for key in _SAME if key in properties}
    if "EventPattern" in properties:
        rule["EventPattern"] = as_json(properties["EventPattern"])
    answer = site.call("events", "PutRule", {**rule, **bus})
    if targets := properties.get("Targets"):
        result = site.call("events", "PutTargets", {"Rule": properties["Name"], **bus, "Targets": targets})
        if result.get("FailedEntryCount"):
            raise RuntimeError(f"the lab refused targets of rule {properties['Name']}: {result['FailedEntries']}")
    return Made(properties["Name"], {"Arn": answer["RuleArn"]})


KINDS = {
    "AWS::Events::EventBus": Kind(_bus, frozenset({"Name"})),
    "AWS::Events::EventBusPolicy": Kind(_bus_policy, frozenset({"EventBusName", "StatementId", "Statement"})),
    "AWS::Events::Rule": Kind(
        _rule, frozenset({"Name"}), frozenset({"EventPattern", "EventBusName", "Targets", *_SAME[1:]})
    ),
}
