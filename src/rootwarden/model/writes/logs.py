"""Log groups."""

from __future__ import annotations

from rootwarden.model.write import Write

_NO_GROUP = ("ResourceNotFoundException",)
ROWS = (
    Write(call="logs.CreateLogGroup", action="logs:CreateLogGroup", again=False),
    Write(call="logs.PutRetentionPolicy", action="logs:PutRetentionPolicy", gone=_NO_GROUP),
)
LOOKS = {"logs.DescribeLogGroups": ("logs:DescribeLogGroups",)}
