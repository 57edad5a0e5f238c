"""The plan itself, versioned JSON: what `rootwarden apply` takes."""

from __future__ import annotations

from rootwarden.model.plan import Plan
from rootwarden.model.plan_file import write_plan
from rootwarden.report.options import RenderOptions

ENDINGS = (".json",)


def render(plan: Plan, options: RenderOptions) -> str:
    """Return the plan as JSON."""
    return write_plan(plan).decode()
