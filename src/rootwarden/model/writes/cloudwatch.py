"""Alarms: CloudWatch replaces one of the same name, and deletes none that is not there."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
    Write(call="cloudwatch.PutMetricAlarm", action="cloudwatch:PutMetricAlarm"),
    Write(call="cloudwatch.DeleteAlarms", action="cloudwatch:DeleteAlarms", gone=("ResourceNotFound",)),
)
LOOKS = {
    "cloudwatch.DescribeAlarms": ("cloudwatch:DescribeAlarms",),
    "cloudwatch.DescribeAlarmsForMetric": ("cloudwatch:DescribeAlarmsForMetric",),
}
