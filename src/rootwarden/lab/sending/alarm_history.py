"""The history of alarms: what DescribeAlarmHistory lists.

Source: Amazon CloudWatch API reference, DescribeAlarmHistory.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import Alarm
from moto.core.base_backend import BackendDict, BaseBackend
from msgspec import Struct

from rootwarden.lab.clock import now


class HistoryItem(Struct, frozen=True):
    """One change of an alarm, or one action taken; `data` is JSON."""

    name: str
    type: str
    at: datetime
    summary: str
    data: str

    def shown(self) -> dict[str, Any]:
        """Return the item as the API shows it."""
        return {
            "AlarmName": self.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": self.at,
            "HistoryItemType": self.type,
            "HistorySummary": self.summary,
            "HistoryData": self.data,
        }


class AlarmHistory(BaseBackend):
    """What happened to the alarms of one account in one Region, oldest first."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any."""
        super().__init__(region_name, account_id)
        self.items: list[HistoryItem] = []


_histories: BackendDict[AlarmHistory] = BackendDict(AlarmHistory, "cloudwatch")


def remember(account: str, alarm: Alarm, kind: str, summary: str, data: dict[str, Any]) -> None:
    """Add an item to the history of an alarm; `kind` is StateUpdate, Action or ConfigurationUpdate."""
    item = HistoryItem(alarm.name, kind, now(), summary, json.dumps(data))
    _histories[account][alarm.region_name].items.append(item)


def history_of(account: str, region: str) -> list[HistoryItem]:
    """Return what happened to the alarms of an account in a Region, newest first."""
    return list(reversed(_histories[account][region].items))
