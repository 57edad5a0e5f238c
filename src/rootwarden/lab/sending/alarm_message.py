"""Writes what CloudWatch says when an alarm changes: the reason, and the message its topics get.

Shape: Amazon CloudWatch User Guide, "Notifying users on alarm changes", and messages that people have published.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from operator import ge, gt, le, lt
from typing import Any

import botocore.session
from moto.cloudwatch.models import Alarm
from msgspec import Struct

from rootwarden.lab.clock import now

_SUBJECT_CHARACTERS = 100
COMPARED: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": ("greater than or equal to", ge),
    "GreaterThanThreshold": ("greater than", gt),
    "LessThanThreshold": ("less than", lt),
    "LessThanOrEqualToThreshold": ("less than or equal to", le),
}


class Point(Struct, frozen=True):
    """The statistic of one period that begins at `start`; None when nothing was measured in it."""

    start: datetime
    value: float | None


def reason_of(alarm: Alarm, state: str, points: list[Point], hits: int) -> tuple[str, str]:
    """Return why an alarm has a state, in words and as the JSON of StateReasonData."""
    known = [point for point in points if point.value is not None]
    shown = ", ".join(f"{point.value} ({point.start:%d/%m/%y %H:%M:%S})" for point in known)
    words = COMPARED[alarm.comparison_operator][0]
    needed = alarm.datapoints_to_alarm or alarm.evaluation_periods
    counted = hits if state == "ALARM" else len(points) - hits
    verb = "was" if counted == 1 else "were"
    if not known:
        text = f"no datapoints were received for {len(points)} period{'s' * (len(points) > 1)}"
        missing = alarm.treat_missing_data in ("notBreaching", "breaching")
        treated = " and missing datapoints were treated as " if missing else ""
        kind = {"notBreaching": "[NonBreaching]", "breaching": "[Breaching]"}.get(alarm.treat_missing_data or "", "")
        reason = f"Threshold Crossed: {text}{treated}{kind}." if missing else f"Insufficient Data: {text}."
    else:
        negation = "" if state == "ALARM" else "not "
        reason = (
            f"Threshold Crossed: {counted} out of the last {len(points)} datapoints [{shown}] {verb} {negation}{words} "
            f"the threshold ({float(alarm.threshold)}) (minimum {needed} datapoint{'s' * (needed > 1)} for "
            f"{'OK -> ALARM' if state == 'ALARM' else 'ALARM -> OK'} transition)."
        )
    data = {
        "version": "1.0",
        "queryDate": _stamp(now()),
        "statistic": alarm.statistic,
        "period": alarm.period,
        "recentDatapoints": [point.value for point in reversed(known)],
        "threshold": float(alarm.threshold),
    }
    return reason, json.dumps(data)


def subject_of(alarm: Alarm) -> str:
    """Return the subject of the message: state, name, Region."""
    return f'{alarm.state_value}: "{alarm.name}" in {_region_name(alarm.region_name)}'[:_SUBJECT_CHARACTERS]


def message_of(account: str, alarm: Alarm, before: str) -> dict[str, Any]:
    """Return the message to the topics of an alarm whose state has just changed; `before` is the old state."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": account,
        "AlarmConfigurationUpdatedTimestamp": _stamp(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _stamp(alarm.state_updated_timestamp),
        "Region": _region_name(alarm.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions),
        "InsufficientDataActions": list(alarm.insufficient_data_actions),
        "Trigger": _trigger(alarm),
    }


def _trigger(alarm: Alarm) -> dict[str, Any]:
    trigger = {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic",
        "Statistic": str(alarm.statistic).upper(),
        "Unit": alarm.unit,
        "Dimensions": [{"value": one.value, "name": one.name} for one in alarm.dimensions],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }
    return trigger | ({"DatapointsToAlarm": alarm.datapoints_to_alarm} if alarm.datapoints_to_alarm else {})


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


@cache
def _region_name(region: str) -> str:
    """Return the name people know a Region by (`US East (N. Virginia)`), from botocore's own list."""
    partitions = botocore.session.get_session().get_data("endpoints")["partitions"]
    known = (partition["regions"] for partition in partitions)
    return str(next((regions[region]["description"] for regions in known if region in regions), region))
