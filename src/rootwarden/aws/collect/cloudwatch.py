"""CloudWatch: the alarms, on metrics, on logs and composite, and whom they call."""

from __future__ import annotations

from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_region
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.visit import Visit

_KINDS = {"MetricAlarm": "MetricAlarms", "CompositeAlarm": "CompositeAlarms"}
# Alarms on queries of logs: newer than some partitions, which refuse to be asked for them.
_NEWER = {"LogAlarm": "LogAlarms"}
_NO_SUCH_KIND = frozenset({"ValidationError", "ValidationException", "InvalidParameterValue"})
# What the alarm last computed is long and says nothing about whether it would ring.
_LEFT_OUT = ("StateReason", "StateReasonData")


@of_region("cloudwatch.alarms")
def alarms(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return all alarms of a Region as one item; only metric alarms are answered without being asked for by kind."""
    kinds = visit.ask.reading.clients.values_of("cloudwatch", region, "DescribeAlarms", "AlarmTypes")
    try:
        return [_alarms(visit.ask, region, _KINDS | {name: _NEWER[name] for name in _NEWER if name in kinds})]
    except UnreadError as refusal:
        if refusal.code not in _NO_SUCH_KIND:
            raise
    return [_alarms(visit.ask, region, _KINDS)]


def _alarms(ask: Ask, region: str, kinds: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {key: [] for key in kinds.values()}
    for page in ask.pages("cloudwatch", "DescribeAlarms", region, AlarmTypes=list(kinds)):
        for key, listed in found.items():
            listed += [_without(alarm) for alarm in page.get(key, ())]
    return found


def _without(alarm: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in alarm.items() if name not in _LEFT_OUT}
