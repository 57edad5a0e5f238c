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
