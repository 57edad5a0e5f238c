"""One alert a line as JSON, then one line with the counts: for pipes."""

from __future__ import annotations

import msgspec

from rootwarden.model.detected import Detected
from rootwarden.report.alert_lines import counted, lines
from rootwarden.report.options import RenderOptions


def render(detected: Detected, options: RenderOptions) -> str:
    """Return the lines, whatever the options."""
    del options
    return "".join(f"{msgspec.json.encode(one).decode()}\n" for one in (*lines(detected), counted(detected)))
