"""The JSON Schema of what `runs` prints, made from the structs that are written."""

from __future__ import annotations

import json

import msgspec

from rootwarden.report.past_runs import SCHEMA, RunsSaid


def runs_schema() -> str:
    """Return docs/schema/runs.schema.json."""
    made = msgspec.json.schema(RunsSaid)
    # The version is part of the contract: a reader of runs/1 must refuse runs/2.
    whole = made["$defs"]["RunsSaid"]
    whole["properties"]["rootwarden"]["const"] = SCHEMA
    whole["required"].insert(0, "rootwarden")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:rootwarden:schema:{SCHEMA.replace('/', ':')}",
        "title": "Runs of Rootwarden, and plans that are announced",
    }
    return json.dumps(head | made, indent=2, ensure_ascii=False) + "\n"
