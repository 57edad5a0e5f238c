"""How a setting of a control and its default are written: as a line of rootwarden.toml."""

from __future__ import annotations

import json

from rootwarden.model.thresholds import Param


def setting_text(name: str, value: Param) -> str:
    """Return `root_recency_days = 90`, valid TOML."""
    return f"{name} = {_toml(value)}"


def _toml(value: Param) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value)  # booleans, numbers and basic strings are written alike in JSON and TOML
