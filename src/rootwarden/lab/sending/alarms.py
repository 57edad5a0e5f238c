"""Moves metric alarms when a metric moves, and tells the topics of an alarm that its state has changed.

Sources: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms" ("Evaluating an alarm", "Configuring how
CloudWatch alarms treat missing data"); API reference, SetAlarmState. Alarms on expressions, percentiles and other
alarms are not evaluated; only topics are told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend, MetricDatumBase, Statistics, cloudwatch_backends

from rootwarden.lab.clock import now
from rootwarden.lab.sending.alarm_history import remember
from rootwarden.lab.sending.alarm_message import COMPARED, Point, message_of, reason_of, subject_of
from rootwarden.lab.sending.permission import source_context
from rootwarden.lab.sending.topics import let_into_topic, publish
from rootwarden.lab.sending.undelivered import Undelivered, lose

SERVICE = "cloudwatch.amazonaws.com"
_SETTLES_SECONDS = 60  # a state that was set by hand stays at least as long as between two evaluations of AWS
_STATISTICS = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")
_ACTIONS: dict[str, Callable[[Alarm], Iterable[str]]] = {
    "ALARM": lambda alarm: alarm.alarm_actions,
    "OK": lambda alarm: alarm.ok_actions,
    "INSUFFICIENT_DATA": lambda alarm: alarm.insufficient_data_actions,
}
_lock = RLock()


def measure(account: str, region: str, namespace: str, data: list[dict[str, Any]]) -> None:
    """Add values to metrics, as PutMetricData takes them, and evaluate the alarms on these metrics."""
    backend: CloudWatchBackend = cloudwatch_backends[account][region]
    backend.put_metric_data(namespace, data)
    names = {one["MetricName"] for one in data}
    alarms = list(backend.alarms.values())
    evaluate(backend, [one for one in alarms if one.namespace == namespace and one.metric_name in names])


def settle(backend: CloudWatchBackend) -> None:
    """Evaluate what has not changed for a while: time alone moves an alarm, too, and AWS looks every minute."""
    oldest = now() - timedelta(seconds=_SETTLES_SECONDS)
    evaluate(backend, [one for one in list(backend.alarms.values()) if _aware(one.state_updated_timestamp) < oldest])


def evaluate(backend: CloudWatchBackend, alarms: Iterable[Alarm]) -> None:
    """Look at the data of each alarm and change its state where they say so."""
    with _lock:
        for alarm in alarms:
            if not alarm.metric_name or alarm.rule or alarm.metric_data_queries or alarm.statistic not in _STATISTICS:
                continue
            points = _points(backend, alarm)
            state, hits = _judged(alarm, points)
            if state != alarm.state_value:
                change(backend.account_id, alarm, state, *reason_of(alarm, state, points, hits))


def change(account: str, alarm: Alarm, state: str, reason: str, data: str | None) -> None:
    """Give an alarm a state; if it is a new one, write its history and tell the topics of that state."""
    with _lock:
        before = alarm.state_value
        alarm.update_state(reason, data or "", state)
        if state == before:
            return
        remember(account, alarm, "StateUpdate", f"Alarm updated from {before} to {state}", {"newState": state})
        if not alarm.actions_enabled:
            return
        text, subject = json.dumps(message_of(account, alarm, before)), subject_of(alarm)
        for action in _ACTIONS[state](alarm):
            _tell(account, alarm, str(action), subject, text)


def _tell(account: str, alarm: Alarm, action: str, subject: str, text: str) -> None:
    context = source_context(alarm.alarm_arn, account) | {"aws:sourceowner": account}
    try:
        if action.split(":")[2:3] != ["sns"]:
            raise Undelivered("the lab carries alarms to topics only")
        publish(let_into_topic(SERVICE, action, context), text, subject)
        remember(account, alarm, "Action", f"Successfully executed action {action}", {"actionState": "Succeeded"})
    except Undelivered as error:
        lose(alarm.alarm_arn, action, str(error))
        remember(account, alarm, "Action", f"Failed to execute action {action}", {"error": str(error)})


def _points(backend: CloudWatchBackend, alarm: Alarm) -> list[Point]:
    """Return the statistic of each of the alarm's periods, newest first; the value of an empty one is None.

    The period that has just begun counts only once it has data: AWS, too, looks at more periods than it needs.
    """
    moment = now()
    start = datetime.fromtimestamp(moment.timestamp() // alarm.period * alarm.period, UTC)
    wanted = {(one.name, one.value) for one in alarm.dimensions}
    data = [
        one
        for one in list(backend.metric_data)
        if one.name == alarm.metric_name
        and one.namespace == alarm.namespace
        and {(each.name, each.value) for each in one.dimensions} == wanted
    ]
    begins = [start - timedelta(seconds=alarm.period * number) for number in range(alarm.evaluation_periods + 1)]
    points = [Point(begin, _statistic(data, alarm, begin)) for begin in begins]
    return points[1:] if points[0].value is None else points[:-1]


def _statistic(data: list[MetricDatumBase], alarm: Alarm, begin: datetime) -> float | None:
    end = begin + timedelta(seconds=alarm.period)
    inside = [one for one in data if begin <= _aware(one.timestamp) < end]
    if not inside:
        return None
    statistics = Statistics([alarm.statistic], begin)
    statistics.metric_data = inside
    value = statistics.get_statistics_for_type(alarm.statistic)
    return None if value is None else float(value)


def _judged(alarm: Alarm, points: list[Point]) -> tuple[str, int]:
    """Return the state that the points give, and how many of them crossed the threshold."""
    compare = COMPARED[alarm.comparison_operator][1]
    known = [point.value for point in points if point.value is not None]
    hits = sum(compare(value, float(alarm.threshold)) for value in known)
    missing = len(points) - len(known)
    if alarm.treat_missing_data == "breaching":
        hits += missing
    if hits >= (alarm.datapoints_to_alarm or alarm.evaluation_periods):
        return "ALARM", hits
    if known or alarm.treat_missing_data in ("notBreaching", "breaching"):
        return "OK", hits
    return (alarm.state_value if alarm.treat_missing_data == "ignore" else "INSUFFICIENT_DATA"), hits


def _aware(moment: datetime) -> datetime:
    """Return an instant of moto's, which is UTC when it is naive, as an aware one."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
