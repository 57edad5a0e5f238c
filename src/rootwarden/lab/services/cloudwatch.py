"""Alarms that move with their metrics and ring, and keep their state and history as AWS does."""

from __future__ import annotations

import re
from typing import Any

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.sending.alarm_history import history_of, remember
from rootwarden.lab.sending.alarms import change, measure, settle

_STATES = ("INSUFFICIENT_DATA", "ALARM", "OK")
_PAGE = 100


class CloudWatch(CloudWatchResponse):
    """moto's alarms never move by themselves and tell nobody."""

    def put_metric_alarm(self) -> Any:
        """Create an alarm, which waits for data, or change one, which keeps its state."""
        name = str(self._get_param("AlarmName"))
        before: Alarm | None = self.cloudwatch_backend.alarms.get(name)
        super().put_metric_alarm()
        alarm = self.cloudwatch_backend.alarms[name]
        if before is not None:
            alarm.state_value, alarm.state_reason = before.state_value, before.state_reason
            alarm.state_reason_data = before.state_reason_data
            alarm.state_updated_timestamp = before.state_updated_timestamp
        else:
            alarm.state_value = "INSUFFICIENT_DATA"
        verb = "updated" if before is not None else "created"
        remember(self.current_account, alarm, "ConfigurationUpdate", f'Alarm "{name}" {verb}', {"type": verb})
        return EmptyResult()

    def describe_alarms(self) -> Any:
        """Return alarms, with the states they have come to since; asked for the parents of one, those alone."""
        settle(self.cloudwatch_backend)
        child = self._get_param("ParentsOfAlarmName")
        if child:
            called = re.compile(rf"""\(\s*["']?([^"')]*:alarm:)?{re.escape(str(child))}["']?\s*\)""")
            alarms = self.cloudwatch_backend.alarms.values()
            parents = [{"AlarmName": one.name, "AlarmArn": one.alarm_arn} for one in alarms
                       if one.rule and called.search(one.rule)]  # fmt: skip
            return ActionResult({"CompositeAlarms": parents, "MetricAlarms": []})
        return super().describe_alarms()

    def describe_alarms_for_metric(self) -> Any:
        """Return the alarms on a metric, with the states they have come to since."""
        settle(self.cloudwatch_backend)
        return super().describe_alarms_for_metric()

    def put_metric_data(self) -> Any:
        """Add values and evaluate the alarms on them."""
        measure(self.current_account, self.region, str(self._get_param("Namespace")), self._get_param("MetricData", []))
        return EmptyResult()

    def set_alarm_state(self) -> Any:
        """Give an alarm a state by hand; its actions follow as if data had moved it."""
        name, state = str(self._get_param("AlarmName")), str(self._get_param("StateValue"))
        alarm = self.cloudwatch_backend.alarms.get(name)
        if alarm is None:
            raise AwsError("ResourceNotFound", f"No alarm is called {name}.", 404)
        if state not in _STATES:
            raise AwsError("ValidationError", f"Value '{state}' at 'stateValue' must be one of {', '.join(_STATES)}")
        change(
            self.current_account, alarm, state, str(self._get_param("StateReason")), self._get_param("StateReasonData")
        )
        return EmptyResult()

    def describe_alarm_history(self) -> Any:
        """Return what happened to one alarm or all, newest first, in pages."""
        wanted = self._get_param("AlarmName"), self._get_param("HistoryItemType")
        start, end = self._get_param("StartDate"), self._get_param("EndDate")
        items = history_of(self.current_account, self.region)
        found = [
            one.shown()
            for one in (items if self._get_param("ScanBy") != "TimestampAscending" else reversed(items))
            if wanted[0] in (None, one.name)
            and wanted[1] in (None, one.type)
            and (start is None or one.at.timestamp() >= start.timestamp())
            and (end is None or one.at.timestamp() <= end.timestamp())
        ]
        first, most = int(self._get_param("NextToken") or 0), int(self._get_param("MaxRecords") or _PAGE)
        answer: dict[str, Any] = {"AlarmHistoryItems": found[first : first + most]}
        if first + most < len(found):
            answer["NextToken"] = str(first + most)
        return ActionResult(answer)
