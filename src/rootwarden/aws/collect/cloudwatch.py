"""CloudWatch: the alarms, single and composite, and whom they call."""

from __future__ import annotations

from typing import Any

from rootwarden.aws.collectors import of_region
from rootwarden.aws.visit import Visit

_KINDS = {"MetricAlarm": "MetricAlarms", "CompositeAlarm": "CompositeAlarms"}
# What the alarm last computed is long and says nothing about whether it would ring.
_LEFT_OUT = ("StateReason", "StateReasonData")


@of_region("cloudwatch.alarms")
def alarms(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return all alarms of a Region as one item; composite ones are answered only when asked for by name."""
    found: dict[str, Any] = {key: [] for key in _KINDS.values()}
    for page in visit.ask.pages("cloudwatch", "DescribeAlarms", region, AlarmTypes=list(_KINDS)):
        for key, listed in found.items():
            listed += [_without(alarm) for alarm in page.get(key, ())]
    return [found]


def _without(alarm: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in alarm.items() if name not in _LEFT_OUT}
