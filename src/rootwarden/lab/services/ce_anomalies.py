"""Cost Anomaly Detection: monitors of the bill, subscriptions to what they find, and what they found.

Source: Cost Explorer API Reference; Cost Management User Guide, "Detecting unusual spend with AWS Cost Anomaly
Detection" (one managed monitor for each dimension, e-mail daily or weekly, topics at once).
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.ce.responses import CostExplorerResponse
from moto.core.responses import ActionResult, EmptyResult

from rootwarden.lab.anomalies import Anomalies, anomalies_of
from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import now

_BY_KIND = {"EMAIL": ("DAILY", "WEEKLY"), "SNS": ("IMMEDIATE",)}
_COMPARED = {
    "EQUAL": lambda value, low, high: value == low,
    "GREATER_THAN_OR_EQUAL": lambda value, low, high: value >= low,
    "LESS_THAN_OR_EQUAL": lambda value, low, high: value <= low,
    "GREATER_THAN": lambda value, low, high: value > low,
    "LESS_THAN": lambda value, low, high: value < low,
    "BETWEEN": lambda value, low, high: low <= value <= high,
}


class CostAnomalies(CostExplorerResponse):
    """moto has none of this."""

    def create_anomaly_monitor(self) -> Any:
        """Add a monitor; of those that AWS manages, there is one for each dimension."""
        wanted = dict(self._get_param("AnomalyMonitor"))
        held = self._anomalies().monitors
        dimension = wanted.get("MonitorDimension")
        if (wanted["MonitorType"] == "DIMENSIONAL") != bool(dimension):
            raise _invalid("MonitorDimension goes with the monitor type DIMENSIONAL, and only with it")
        if dimension and any(one.get("MonitorDimension") == dimension for one in held.values()):
            raise AwsError("LimitExceededException", "Limit exceeded on dimensional spend monitor creation")
        arn, today = f"arn:{self.partition}:ce::{self.current_account}:anomalymonitor/{uuid4()}", str(now().date())
        count = {"DimensionalValueCount": 0} if dimension else {}
        held[arn] = wanted | count | {"MonitorArn": arn, "CreationDate": today, "LastUpdatedDate": today}
        return ActionResult({"MonitorArn": arn})

    def get_anomaly_monitors(self) -> Any:
        """Return the monitors, all or those named."""
        held, named = self._anomalies().monitors, self._get_param("MonitorArnList") or []
        for arn in named:
            self._monitor(arn)
        return ActionResult({"AnomalyMonitors": [one for arn, one in held.items() if not named or arn in named]})

    def update_anomaly_monitor(self) -> Any:
        """Rename a monitor."""
        monitor = self._monitor(self._get_param("MonitorArn"))
        monitor["MonitorName"] = self._get_param("MonitorName") or monitor["MonitorName"]
        monitor["LastUpdatedDate"] = str(now().date())
        return ActionResult({"MonitorArn": monitor["MonitorArn"]})

    def delete_anomaly_monitor(self) -> Any:
        """Remove a monitor, also from the subscriptions to it."""
        arn = self._monitor(self._get_param("MonitorArn"))["MonitorArn"]
        del self._anomalies().monitors[arn]
        for one in self._anomalies().subscriptions.values():
            one["MonitorArnList"] = [held for held in one["MonitorArnList"] if held != arn]
        return EmptyResult()

    def create_anomaly_subscription(self) -> Any:
        """Add a subscription to monitors."""
        wanted = dict(self._get_param("AnomalySubscription"))
        if ("Threshold" in wanted) == ("ThresholdExpression" in wanted):
            raise _invalid("One of Threshold or ThresholdExpression is required, and you cannot specify both")
        arn = f"arn:{self.partition}:ce::{self.current_account}:anomalysubscription/{uuid4()}"
        self._anomalies().subscriptions[arn] = self._checked(wanted) | {
            "SubscriptionArn": arn, "AccountId": self.current_account,
        }  # fmt: skip
        return ActionResult({"SubscriptionArn": arn})

    def get_anomaly_subscriptions(self) -> Any:
        """Return the subscriptions: all, those named, or those to one monitor."""
        held, named = self._anomalies().subscriptions, self._get_param("SubscriptionArnList") or []
        for arn in named:
            self._subscription(arn)
        monitor = self._get_param("MonitorArn")
        found = [
            one for arn, one in held.items()
            if (not named or arn in named) and (not monitor or monitor in one["MonitorArnList"])
        ]  # fmt: skip
        return ActionResult({"AnomalySubscriptions": found})

    def update_anomaly_subscription(self) -> Any:
        """Replace the fields that were given."""
        held = self._subscription(self._get_param("SubscriptionArn"))
        fields = ("Frequency", "MonitorArnList", "Subscribers", "SubscriptionName", "Threshold", "ThresholdExpression")
        given = {name: self._get_param(name) for name in fields if self._get_param(name) is not None}
        held.update(self._checked(held | given))
        return ActionResult({"SubscriptionArn": held["SubscriptionArn"]})

    def delete_anomaly_subscription(self) -> Any:
        """Remove a subscription."""
        arn = self._subscription(self._get_param("SubscriptionArn"))["SubscriptionArn"]
        del self._anomalies().subscriptions[arn]
        return EmptyResult()

    def get_anomalies(self) -> Any:
        """Return the anomalies that ended in the interval, of one monitor and above an impact if asked so."""
        interval, monitor = self._get_param("DateInterval"), self._get_param("MonitorArn")
        first, last = interval["StartDate"], interval.get("EndDate") or "9999-12-31"
        found = [
            one for one in self._anomalies().found
            if first <= str(one.get("AnomalyEndDate") or one.get("AnomalyStartDate") or "") <= last
            and (not monitor or one.get("MonitorArn") == monitor) and self._costly(one)
        ]  # fmt: skip
        return ActionResult({"Anomalies": found})

    def _costly(self, anomaly: dict[str, Any]) -> bool:
        wanted = self._get_param("TotalImpact")
        if not wanted:
            return True
        impact = float(anomaly["Impact"].get("TotalImpact", 0))
        low, high = float(wanted["StartValue"]), float(wanted.get("EndValue") or 0)
        return bool(_COMPARED[wanted["NumericOperator"]](impact, low, high))

    def _checked(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Return a subscription whose monitors exist and whose recipients go with its frequency."""
        for arn in wanted["MonitorArnList"]:
            self._monitor(arn)
        for one in wanted["Subscribers"]:
            if wanted["Frequency"] not in _BY_KIND.get(one.get("Type", ""), ()):
                raise _invalid(f"The frequency {wanted['Frequency']} does not support {one.get('Type')} subscribers")
        return wanted | {"Subscribers": [{"Status": "CONFIRMED"} | one for one in wanted["Subscribers"]]}

    def _anomalies(self) -> Anomalies:
        return anomalies_of(self.current_account)

    def _monitor(self, arn: str) -> dict[str, Any]:
        found = self._anomalies().monitors.get(arn)
        if found is None:
            raise AwsError("UnknownMonitorException", f"Monitor {arn} does not exist.")
        return found

    def _subscription(self, arn: str) -> dict[str, Any]:
        found = self._anomalies().subscriptions.get(arn)
        if found is None:
            raise AwsError("UnknownSubscriptionException", f"Subscription {arn} does not exist.")
        return found


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)
