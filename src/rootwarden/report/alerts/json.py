"""All alerts as one versioned JSON object; docs/schema/alerts.schema.json describes it."""

from __future__ import annotations

import msgspec

from rootwarden.model.detected import Detected
from rootwarden.report.alert_lines import whole
from rootwarden.report.options import RenderOptions


def render(detected: Detected, options: RenderOptions) -> str:
    """Return indented JSON with a final newline, whatever the options."""
    del options
    return msgspec.json.format(msgspec.json.encode(whole(detected)), indent=2).decode() + "\n"
