"""Reads the messages of CloudWatch alarms: that one rang, or is quiet again.

Sources: CloudWatch user guide, "Sending alarm notifications" (SNS messages with AlarmName, NewStateValue,
NewStateReason, StateChangeTime, AWSAccountId, AlarmArn), and "Alarm events and EventBridge" (detail-type CloudWatch
Alarm State Change).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rootwarden.model.sight import in_our_time, parse_time
from rootwarden.trail.items import AlarmRang, Flaw

_TODO = "look at the alarm in CloudWatch"


def is_alarm(value: dict[str, Any]) -> bool:
    """Return whether an object is a message of a CloudWatch alarm, through SNS or EventBridge."""
    return ("AlarmName" in value and "NewStateValue" in value) or value.get(
        "detail-type"
    ) == "CloudWatch Alarm State Change"


def alarm_message(value: dict[str, Any], where: str, sent: datetime | None) -> AlarmRang | Flaw:
    """Return what the message says; a Flaw that names what is missing if it cannot be told."""
    if "AlarmName" in value:
        arn = str(value.get("AlarmArn", ""))
        name, state, reason = (str(value.get(key, "")) for key in ("AlarmName", "NewStateValue", "NewStateReason"))
        account, when = str(value.get("AWSAccountId", "")), _instant(value.get("StateChangeTime"))
    else:
        detail = value.get("detail")
        detail = detail if isinstance(detail, dict) else {}
        now = detail.get("state")
        now = now if isinstance(now, dict) else {}
        arn = next((one for one in value.get("resources") or [] if isinstance(one, str)), "")
        name, state, reason = str(detail.get("alarmName", "")), str(now.get("value", "")), str(now.get("reason", ""))
        account, when = str(value.get("account", "")), _instant(now.get("timestamp"))
    when = when or sent
    region = arn.split(":")[3] if arn.count(":") >= 6 else ""
    if not name or not state or when is None:
        missing = "name" if not name else "state" if not state else "time"
        return Flaw(where, f"it is a message of a CloudWatch alarm without a {missing}", _TODO)
    return AlarmRang(name, account, region, state, reason, when, where)


def _instant(text: object) -> datetime | None:
    found = parse_time(text.replace("+0000", "+00:00")) if isinstance(text, str) else None
    return found if found is not None and in_our_time(found) else None
