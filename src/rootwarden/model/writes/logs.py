"""Log groups, and metric filters: CloudWatch Logs replaces a filter of the same name."""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_NONE = ("ResourceNotFoundException",)
ROWS = (
    Write(
        call="logs.CreateLogGroup",
        action="logs:CreateLogGroup",
        also=(Right(action="logs:TagResource", given="tags"),),
        again=False,
    ),
    Write(call="logs.PutRetentionPolicy", action="logs:PutRetentionPolicy", gone=_NONE),
    Write(call="logs.PutMetricFilter", action="logs:PutMetricFilter"),
    Write(call="logs.DeleteMetricFilter", action="logs:DeleteMetricFilter", gone=_NONE),
)
LOOKS = {
    "logs.DescribeLogGroups": ("logs:DescribeLogGroups",),
    "logs.DescribeMetricFilters": ("logs:DescribeMetricFilters",),
    "logs.DescribeSubscriptionFilters": ("logs:DescribeSubscriptionFilters",),
}
_NAMED = "arn:*:logs:{region}:{account}:log-group:{logGroupName}"
_GROUP = (_NAMED, f"{_NAMED}:*")
ON = {
    "logs:DescribeLogGroups": (),
    "logs:DescribeMetricFilters": _GROUP,
    "logs:DescribeSubscriptionFilters": _GROUP,
}
