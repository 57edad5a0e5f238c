"""The JSON Schema of what `spend` prints, made from the same structs."""

from __future__ import annotations

import json

import msgspec

from rootwarden.model.spend import SCHEMA, Spend


def spend_schema() -> str:
    """Return docs/schema/spend.schema.json."""
    made = msgspec.json.schema(Spend)
    whole = made["$defs"]["Spend"]
    # The version is part of the contract: a reader of spend/1 must refuse spend/2.
    whole["properties"]["rootwarden"]["const"] = SCHEMA
    whole["required"].insert(0, "rootwarden")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:rootwarden:schema:{SCHEMA.replace('/', ':')}",
        "title": "Spending of accounts by Rootwarden",
    }
    return json.dumps(head | made, indent=2, ensure_ascii=False) + "\n"
