"""Metric filters: CloudWatch Logs replaces one of the same name."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(call="logs.PutMetricFilter", action="logs:PutMetricFilter"),
    Write(call="logs.DeleteMetricFilter", action="logs:DeleteMetricFilter", gone=("ResourceNotFoundException",)),
)
