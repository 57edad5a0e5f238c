"""The JSON Schemas of what `detect` prints, of windows that it reads and of messages, made from the same structs."""

from __future__ import annotations

import json

import msgspec

from rootwarden.model.context import WindowsFile
from rootwarden.model.detected import ALERTS_SCHEMA
from rootwarden.model.message import MESSAGE_SCHEMA, Message
from rootwarden.report.alert_lines import AlertsObject

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def alerts_schema() -> str:
    """Return docs/schema/alerts.schema.json; a line of `--output jsonl` is an `AlertLine` or, the last, `Counted`."""
    made = msgspec.json.schema(AlertsObject)
    # The version is part of the contract: a reader of alerts/1 must refuse alerts/2.
    whole = made["$defs"]["AlertsObject"]
    whole["properties"]["schema_version"]["const"] = ALERTS_SCHEMA
    whole["required"].insert(0, "schema_version")
    return _schema(made, ALERTS_SCHEMA, "Alerts of Rootwarden")


def windows_schema() -> str:
    """Return docs/schema/windows.schema.json."""
    return _schema(msgspec.json.schema(WindowsFile), "windows/1", "Approved windows of root use")


def message_schema() -> str:
    """Return docs/schema/message.schema.json: the body of a webhook, a line of a channel that is a file."""
    made = msgspec.json.schema(Message)
    whole = made["$defs"]["Message"]
    whole["properties"]["schema"]["const"] = MESSAGE_SCHEMA
    return _schema(made, MESSAGE_SCHEMA, "A message of Rootwarden")


def _schema(made: dict[str, object], version: str, title: str) -> str:
    whole = {"$schema": _DIALECT, "$id": f"urn:rootwarden:schema:{version.replace('/', ':')}", "title": title, **made}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
