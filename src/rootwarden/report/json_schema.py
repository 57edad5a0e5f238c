"""What every JSON Schema of Rootwarden has: dialect, identity, title, and the version that a reader goes by."""

from __future__ import annotations

import json
from typing import Any

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def pin_version(made: dict[str, Any], struct: str, version: str, field: str = "rootwarden") -> None:
    """Put the version into the definition of the outermost struct: it is part of the contract.

    A reader of plan/1 must refuse plan/2. `made` is what msgspec made; `field` is where the version is written.
    """
    whole = made["$defs"][struct]
    whole["properties"][field]["const"] = version
    whole["required"].insert(0, field)


def schema_text(made: dict[str, Any], version: str, title: str) -> str:
    """Return the file of a schema; its URN is an identity without a promise that something is served there."""
    head = {"$schema": _DIALECT, "$id": f"urn:rootwarden:schema:{version.replace('/', ':')}", "title": title}
    return json.dumps(head | made, indent=2, ensure_ascii=False) + "\n"
