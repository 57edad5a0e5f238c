"""The JSON Schema of a plan, made from the structs that are written."""

from __future__ import annotations

import msgspec

from rootwarden.model.plan import SCHEMA, Plan
from rootwarden.report.json_schema import pin_version, schema_text


def plan_schema() -> str:
    """Return docs/schema/plan.schema.json."""
    made = msgspec.json.schema(Plan)
    pin_version(made, Plan.__name__, SCHEMA)
    return schema_text(made, SCHEMA, "A Rootwarden plan")
