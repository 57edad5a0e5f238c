"""Writes lines into a log group and lets its metric filters count them.

Source: Amazon CloudWatch Logs User Guide, "Creating metrics from log events using filters".
"""

from __future__ import annotations

import contextlib
import json
from functools import lru_cache
from typing import Any

from moto.core.utils import unix_time_millis
from moto.logs.exceptions import ResourceAlreadyExistsException
from moto.logs.models import LogsBackend, logs_backends

from rootwarden.lab.filter_pattern import BadPattern, Matcher, compile_pattern, value_at
from rootwarden.lab.sending.alarms import measure

Datum = dict[str, Any]


def write(account: str, region: str, group: str, stream: str, lines: list[str]) -> None:
    """Write lines, dated now, to a stream of a log group that exists; the stream is made when it is not there."""
    backend: LogsBackend = logs_backends[account][region]
    if stream not in backend.groups[group].streams:
        with contextlib.suppress(ResourceAlreadyExistsException):  # another thread was faster
            backend.create_log_stream(group, stream)
    moment = int(unix_time_millis())
    backend.put_log_events(group, stream, [{"timestamp": moment, "message": line} for line in lines])
    count(account, region, group, lines)


def count(account: str, region: str, group: str, lines: list[str]) -> None:
    """Let the metric filters of a log group measure new lines; alarms on these metrics move at once."""
    for one in logs_backends[account][region].describe_metric_filters(log_group_name=group):
        matcher = _matcher(str(one["filterPattern"]))
        for transformation in one["metricTransformations"] if matcher else ():
            data = [datum for line in lines if (datum := _datum(transformation, matcher, line)) is not None]
            if data:
                measure(account, region, str(transformation["metricNamespace"]), data)


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Matcher | None:
    """Return the compiled pattern; None for one that AWS would have refused, which counts nothing."""
    try:
        return compile_pattern(pattern)
    except BadPattern:
        return None


def _datum(transformation: dict[str, Any], matcher: Matcher | None, line: str) -> Datum | None:
    """Return what a line adds to a metric, None for nothing; a default value is for lines that do not match."""
    name, dimensions = str(transformation["metricName"]), []
    if matcher is None or not matcher(line):
        value: Any = transformation.get("defaultValue")
    else:
        value = _number(str(transformation["metricValue"]), line)
        for key, path in (transformation.get("dimensions") or {}).items():
            shown = value_at(_parsed(line), str(path))
            if shown is None:
                return None  # AWS emits nothing when a dimension is not there
            dimensions.append({"Name": key, "Value": str(shown)})
    if value is None:
        return None
    datum = {"MetricName": name, "Value": float(value), "Dimensions": dimensions}
    return datum | ({"Unit": transformation["unit"]} if transformation.get("unit") else {})


def _number(value: str, line: str) -> Any:
    if not value.startswith("$"):
        return value
    found = value_at(_parsed(line), value)
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
