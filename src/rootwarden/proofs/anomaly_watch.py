"""Who watches the bill of an account for anomalies, and how AWS is told to watch it.

Source: Cost Explorer API Reference, AnomalyMonitor and AnomalySubscription; Cost Management User Guide, "Detecting
unusual spend with AWS Cost Anomaly Detection": a managed monitor by SERVICE in a management account watches the
services of all members. Watching costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Call, Declared, Probe, Step
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.resting import on_monitor, on_subscription

MONITORS, SUBSCRIPTIONS = "ce.anomaly_monitors", "ce.anomaly_subscriptions"
# The monitor that AWS manages for services; an account has at most one.
_BY_SERVICE = {"MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
_AT = Item("MonitorDimension", "SERVICE")


def service_monitor(monitors: Sight) -> str:
    """Return the ARN of the monitor of services, "" if there is none; nothing is recorded.

    Raises:
        UnseenError: the monitors are unread.
    """
    for one in monitors.recorded_in(Log()).each(key="MonitorArn"):
        if one["MonitorDimension"].text(default="") == "SERVICE":
            return one["MonitorArn"].text()
    return ""


def told_of(subscriptions: Sight, monitor: str) -> tuple[str, ...]:
    """Return whom AWS tells of what a monitor finds; nothing is recorded.

    Raises:
        UnseenError: a subscription is unread.
    """
    return tuple(_told(subscriptions.recorded_in(Log()), monitor))


def _told(subscriptions: Sight, monitor: str) -> Iterator[str]:
    for one in subscriptions.each(key="SubscriptionArn"):
        if monitor in one["MonitorArnList"].plain():
            for subscriber in one["Subscribers"].each():
                if subscriber["Status"].text(default="CONFIRMED") == "CONFIRMED":
                    yield subscriber["Address"].text()


def monitor_step(name: str) -> tuple[Step, Expect, Expect]:
    """Return the making of the monitor of services, what must be before it, and what is after it."""
    wanted = {"MonitorName": name} | _BY_SERVICE
    step = Step(
        id="monitor",
        does="Watch what each service costs",
        call=Call(service="ce", operation="CreateAnomalyMonitor", parameters={"AnomalyMonitor": wanted}),
        # The answer of the call itself, or what the probe finds.
        keeps={"arn": "MonitorArn || (AnomalyMonitors[?MonitorDimension == 'SERVICE'].MonitorArn | [0])"},
        undo=(
            Call(service="ce", operation="DeleteAnomalyMonitor", parameters={"MonitorArn": refer("monitor", "arn")}),
        ),
        used=on_monitor(refer("monitor", "arn")),
        seen=Probe(
            call=Call(service="ce", operation="GetAnomalyMonitors"),
            done=f"AnomalyMonitors[?MonitorDimension == 'SERVICE' && MonitorName == '{name}']",
        ),
    )
    return step, Expect(fact=MONITORS, at=(_AT,), value=None), Expect(fact=MONITORS, at=(_AT,), value=wanted)


def subscription(name: str, emails: tuple[str, ...], least: str, monitor: Any) -> dict[str, Any]:
    """Return a subscription by e-mail once a day, to anomalies that cost at least so much (USD) in all."""
    impact = {
        "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"], "Values": [least],
    }  # fmt: skip
    return {
        "SubscriptionName": name,
        "MonitorArnList": [monitor],
        "Subscribers": [{"Type": "EMAIL", "Address": one} for one in emails],
        "Frequency": "DAILY",
        "ThresholdExpression": {"Dimensions": impact},
    }


def subscription_step(wanted: dict[str, Any]) -> tuple[Step, Expect, tuple[Expect, ...]]:
    """Return the making of a subscription, what must be before it, and what is after it."""
    name = wanted["SubscriptionName"]
    by_name = f"AnomalySubscriptions[?SubscriptionName == '{name}']"
    back = {"SubscriptionArn": refer("subscription", "arn")}
    step = Step(
        id="subscription",
        does="Have people told of anomalies",
        call=Call(service="ce", operation="CreateAnomalySubscription", parameters={"AnomalySubscription": wanted}),
        keeps={"arn": f"SubscriptionArn || ({by_name}.SubscriptionArn | [0])"},
        undo=(Call(service="ce", operation="DeleteAnomalySubscription", parameters=back),),
        used=on_subscription(back["SubscriptionArn"], (one["Address"] for one in wanted["Subscribers"])),
        seen=Probe(call=Call(service="ce", operation="GetAnomalySubscriptions"), done=by_name),
    )
    at = (Item("SubscriptionName", name),)
    told = wanted["Subscribers"]
    after = (
        Expect(fact=SUBSCRIPTIONS, at=(*at, "Frequency"), value=wanted["Frequency"]),
        *(Expect(fact=SUBSCRIPTIONS, at=(*at, "Subscribers", Item("", one)), value=one) for one in told),
    )
    return step, Expect(fact=SUBSCRIPTIONS, at=at, value=None), after


def as_code(monitor_name: str, wanted: dict[str, Any], existing: str) -> tuple[Declared, ...]:
    """Return both as CloudFormation; `existing` is the ARN of a monitor that was there before, "" for a new one."""
    told = [{"Type": one["Type"], "Address": one["Address"]} for one in wanted["Subscribers"]]
    monitor: Any = existing or {"Ref": "CostAnomalyMonitor"}
    resources = Declared(
        type="AWS::CE::AnomalySubscription",
        name="CostAnomalySubscription",
        properties={
            "SubscriptionName": wanted["SubscriptionName"], "MonitorArnList": [monitor], "Subscribers": told,
            "Frequency": wanted["Frequency"],
            # CloudFormation takes the expression as JSON in a string, not as an object.
            "ThresholdExpression": msgspec.json.encode(wanted["ThresholdExpression"]).decode(),
        },
    )  # fmt: skip
    if existing:
        return (resources,)
    made = Declared(
        type="AWS::CE::AnomalyMonitor",
        name="CostAnomalyMonitor",
        properties={"MonitorName": monitor_name} | _BY_SERVICE,
    )
    return made, resources
