"""Alarms: CloudWatch replaces one of the same name, and deletes none that is not there."""

from __future__ import annotations

from rootwarden.model.write import Right, Write

ROWS = (
    Write(
        call="cloudwatch.PutMetricAlarm",
        action="cloudwatch:PutMetricAlarm",
        also=(Right(action="cloudwatch:TagResource", given="Tags"),),
    ),
    Write(call="cloudwatch.DeleteAlarms", action="cloudwatch:DeleteAlarms", gone=("ResourceNotFound",)),
)
LOOKS = {
    "cloudwatch.DescribeAlarms": ("cloudwatch:DescribeAlarms",),
    "cloudwatch.DescribeAlarmsForMetric": ("cloudwatch:DescribeAlarmsForMetric",),
}
# What composite alarms a list holds is not asked by name; DescribeAlarmsForMetric knows no resource.
ON = {
    "cloudwatch:DescribeAlarms": ("arn:*:cloudwatch:{region}:{account}:alarm:*",),
    "cloudwatch:DescribeAlarmsForMetric": (),
}
