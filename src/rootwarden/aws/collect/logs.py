"""CloudWatch Logs: the groups that trails write to, and the filters that turn records into numbers."""

from __future__ import annotations

from typing import Any

from rootwarden.aws.collectors import of_region
from rootwarden.aws.visit import Visit

_GROUP = ("logGroupName", "arn", "retentionInDays")


@of_region("logs.log_groups")
def log_groups(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return name, ARN and retention of every log group (no retention: kept for ever)."""
    found = visit.ask.items("logs", "DescribeLogGroups", "logGroups", region)
    return [{name: group[name] for name in _GROUP if name in group} for group in found]


@of_region("logs.metric_filters")
def metric_filters(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return every metric filter with its pattern, word for word."""
    return visit.ask.items("logs", "DescribeMetricFilters", "metricFilters", region)
