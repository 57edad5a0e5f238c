"""The plan itself, versioned JSON: what `rootwarden apply` takes."""

from __future__ import annotations

import msgspec

from rootwarden.model.plan import Plan, encode
from rootwarden.report.options import RenderOptions

ENDINGS = (".json",)


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the plan as JSON."""
    return msgspec.json.format(encode(plan), indent=2).decode() + "\n"
