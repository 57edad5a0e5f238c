"""Cost Anomaly Detection."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(call="ce.CreateAnomalyMonitor", action="ce:CreateAnomalyMonitor", again=False),
    Write(call="ce.DeleteAnomalyMonitor", action="ce:DeleteAnomalyMonitor", gone=("UnknownMonitorException",)),
    Write(call="ce.CreateAnomalySubscription", action="ce:CreateAnomalySubscription", again=False),
    Write(
        call="ce.DeleteAnomalySubscription",
        action="ce:DeleteAnomalySubscription",
        gone=("UnknownSubscriptionException",),
    ),
)
LOOKS = {
    "ce.GetAnomalyMonitors": ("ce:GetAnomalyMonitors",),
    "ce.GetAnomalySubscriptions": ("ce:GetAnomalySubscriptions",),
}
# Monitors and subscriptions are named by ids that Cost Explorer draws.
ON = {
    "ce:CreateAnomalyMonitor": (),
    "ce:DeleteAnomalyMonitor": ("arn:*:ce::{account}:anomalymonitor/{MonitorArn}",),
    "ce:GetAnomalyMonitors": ("arn:*:ce::{account}:anomalymonitor/*",),
    "ce:CreateAnomalySubscription": (),
    "ce:DeleteAnomalySubscription": ("arn:*:ce::{account}:anomalysubscription/{SubscriptionArn}",),
    "ce:GetAnomalySubscriptions": ("arn:*:ce::{account}:anomalysubscription/*",),
}
