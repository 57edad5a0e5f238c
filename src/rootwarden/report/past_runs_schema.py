"""The JSON Schema of what `runs` prints, made from the structs that are written."""

from __future__ import annotations

import msgspec

from rootwarden.report.json_schema import pin_version, schema_text
from rootwarden.report.past_runs import SCHEMA, RunsSaid


def runs_schema() -> str:
    """Return docs/schema/runs.schema.json."""
    made = msgspec.json.schema(RunsSaid)
    pin_version(made, RunsSaid.__name__, SCHEMA)
    return schema_text(made, SCHEMA, "Runs of Rootwarden, and plans that are announced")
