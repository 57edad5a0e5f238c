"""The JSON Schemas of what `detect` prints, of windows that it reads and of messages, made from the same structs."""

from __future__ import annotations

import msgspec

from rootwarden.model.context import WindowsFile
from rootwarden.model.detected import ALERTS_SCHEMA
from rootwarden.model.message import MESSAGE_SCHEMA, Message
from rootwarden.report.alert_lines import AlertsObject
from rootwarden.report.json_schema import pin_version, schema_text


def alerts_schema() -> str:
    """Return docs/schema/alerts.schema.json; a line of `--output jsonl` is an `AlertLine` or, the last, `Counted`."""
    made = msgspec.json.schema(AlertsObject)
    pin_version(made, AlertsObject.__name__, ALERTS_SCHEMA, "schema_version")
    return schema_text(made, ALERTS_SCHEMA, "Alerts of Rootwarden")


def windows_schema() -> str:
    """Return docs/schema/windows.schema.json."""
    return schema_text(msgspec.json.schema(WindowsFile), "windows/1", "Approved windows of root use")


def message_schema() -> str:
    """Return docs/schema/message.schema.json: the body of a webhook, a line of a channel that is a file."""
    made = msgspec.json.schema(Message)
    made["$defs"][Message.__name__]["properties"]["schema"]["const"] = MESSAGE_SCHEMA
    return schema_text(made, MESSAGE_SCHEMA, "A message of Rootwarden")
