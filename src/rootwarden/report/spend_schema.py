"""The JSON Schema of what `spend` prints, made from the same structs."""

from __future__ import annotations

import msgspec

from rootwarden.model.spend import SCHEMA, Spend
from rootwarden.report.json_schema import pin_version, schema_text


def spend_schema() -> str:
    """Return docs/schema/spend.schema.json."""
    made = msgspec.json.schema(Spend)
    pin_version(made, Spend.__name__, SCHEMA)
    return schema_text(made, SCHEMA, "Spending of accounts by Rootwarden")
