"""Log groups, and metric filters: CloudWatch Logs replaces a filter of the same name."""

from __future__ import annotations

from rootwarden.model.write import Write

_NONE = ("ResourceNotFoundException",)
ROWS = (
    Write(call="logs.CreateLogGroup", action="logs:CreateLogGroup", again=False),
    Write(call="logs.PutRetentionPolicy", action="logs:PutRetentionPolicy", gone=_NONE),
    Write(call="logs.PutMetricFilter", action="logs:PutMetricFilter"),
    Write(call="logs.DeleteMetricFilter", action="logs:DeleteMetricFilter", gone=_NONE),
)
LOOKS = {
    "logs.DescribeLogGroups": ("logs:DescribeLogGroups",),
    "logs.DescribeMetricFilters": ("logs:DescribeMetricFilters",),
    "logs.DescribeSubscriptionFilters": ("logs:DescribeSubscriptionFilters",),
}
