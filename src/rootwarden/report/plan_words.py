"""How parts of a plan are said, whatever the format."""

from __future__ import annotations

from decimal import Decimal

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.plan import Change, Plan, Unseen
from rootwarden.report.labels import plural

_CENT = Decimal("0.01")


def cost(cost: Cost) -> str:
    """Return what something costs a month."""
    if cost.kind is CostClass.BY_USE and cost.high < _CENT:
        return f"Costs less than {_CENT} USD a month"
    if cost.kind is CostClass.NONE or not cost.high:
        return "Costs nothing"
    if cost.low == cost.high:
        return f"Costs {cost.high:.2f} USD a month"
    return f"Costs {cost.low:.2f} to {cost.high:.2f} USD a month"


def total(cost_: Cost) -> str:
    """Return what a whole plan costs a month, and once how old the prices are that it was reckoned with."""
    said = cost(cost_)
    return f"{said}, by AWS's prices of {cost_.priced} or later" if isinstance(cost_.priced, str) else said


def where(change: Change) -> str:
    """Return the Region and the resource of a change, without what the account says already."""
    name = change.resource.rsplit(":", 1)[-1] if change.resource.startswith("arn:") else change.resource
    return " ".join(part for part in (name, f"in {change.region}" if change.region else "") if part)


def unseen(one: Unseen) -> str:
    """Return why findings could not be judged, how many, of which controls and in which accounts."""
    controls = f"{', '.join(one.controls[:4])}{f' and {len(one.controls) - 4} more' if len(one.controls) > 4 else ''}"
    named = one.accounts if len(one.accounts) <= 3 else (plural(len(one.accounts), "account"),)
    return f"{one.what}: {plural(one.findings, 'finding')} of {controls} ({', '.join(named)})"


def afterwards(plan: Plan) -> str:
    """Return how many failing findings pass once all is made, and how many come up by it; "" where none failed."""
    if not plan.failing:
        return ""
    new = sum(bool(one.fingerprint) for one in plan.left) - (plan.failing - plan.mends)
    come = f", and {plural(new, 'new one')} {'comes' if new == 1 else 'come'} up that it leaves" if new > 0 else ""
    return f"{plan.mends} of {plan.failing} failing findings pass{come}"


def others(change: Change) -> str:
    """Return whose a change is to make, where somebody else looks after what it touches."""
    return f"not ours: {change.owner} looks after it; `rootwarden apply` leaves it, change it there"
