"""The JSON Schema of a plan, made from the structs that are written."""

from __future__ import annotations

import json

import msgspec

from rootwarden.model.plan import SCHEMA, Plan

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> str:
    """Return docs/schema/plan.schema.json."""
    made = msgspec.json.schema(Plan)
    # The version is part of the contract: a reader of plan/1 must refuse plan/2.
    whole = made["$defs"]["Plan"]
    whole["properties"]["rootwarden"]["const"] = SCHEMA
    whole["required"].insert(0, "rootwarden")
    name = f"urn:rootwarden:schema:{SCHEMA.replace('/', ':')}"
    about = {"$schema": _DIALECT, "$id": name, "title": "A Rootwarden plan"}
    return json.dumps({**about, **made}, indent=2, ensure_ascii=False) + "\n"
