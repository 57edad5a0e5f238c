"""How parts of a plan are said, whatever the format."""

from __future__ import annotations

from rootwarden.model.plan import Change, Cost, CostClass


def cost(cost: Cost) -> str:
    """Return what something costs a month."""
    if cost.kind is CostClass.NONE or not cost.high:
        return "Costs nothing"
    if cost.low == cost.high:
        return f"Costs {cost.high:.2f} USD a month"
    return f"Costs {cost.low:.2f} to {cost.high:.2f} USD a month"


def where(change: Change) -> str:
    """Return the Region and the resource of a change, without what the account says already."""
    name = change.resource.rsplit(":", 1)[-1] if change.resource.startswith("arn:") else change.resource
    return " ".join(part for part in (name, f"in {change.region}" if change.region else "") if part)
