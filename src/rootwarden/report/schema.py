"""The JSON Schemas of what `--output json` prints, made from the same structs that are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rootwarden.model.audit import AUDIT_SCHEMA, Audit
from rootwarden.report.control_list import CONTROLS_SCHEMA, ControlList
from rootwarden.report.field_notes import NOTES
from rootwarden.report.json_schema import pin_version, schema_text


def audit_schema() -> str:
    """Return docs/schema/audit.schema.json."""
    return _schema(Audit, AUDIT_SCHEMA, "A Rootwarden audit")


def controls_schema() -> str:
    """Return docs/schema/controls.schema.json."""
    return _schema(ControlList, CONTROLS_SCHEMA, "The controls of Rootwarden")


def _schema(kind: type[msgspec.Struct], version: str, title: str) -> str:
    made = msgspec.json.schema(kind)
    definitions: dict[str, Any] = made["$defs"]
    for name, definition in definitions.items():
        if "properties" in definition:
            _describe(name, definition["properties"])
    pin_version(made, kind.__name__, version, "schema_version")
    return schema_text(made, version, title)


def _describe(struct: str, properties: Mapping[str, dict[str, Any]]) -> None:
    for name, definition in properties.items():
        note = NOTES[struct][name]
        if "$ref" in definition:
            definition["allOf"] = [{"$ref": definition.pop("$ref")}]
        definition["description"] = note
        if name.endswith("_at"):
            definition["format"] = "date-time"
