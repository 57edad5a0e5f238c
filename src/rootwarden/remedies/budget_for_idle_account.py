"""Puts a zero-spend budget on an account that costs nothing: its first cent is news.

An account nobody uses is where machines of a stranger run longest unseen. Its own budget tells within hours, while in
the sum of all accounts it would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.model.sight import Log
from rootwarden.proofs.billing_recipients import wanted_recipients
from rootwarden.proofs.budget_parts import BUDGETS, NOTIFICATIONS, OwnBudgets, alerts, limit_of
from rootwarden.proofs.budget_wanted import ACTUAL, Place, alert, cost_budget, new_budget
from rootwarden.proofs.known_costs import COSTS, known_costs
from rootwarden.proofs.wished_budget import wished_budget

REMEDY = Remedy(
    title="Put a zero-spend budget on an account that costs nothing",
    order=68,
    params={"emails": (), "name": "zero-spend"},
    facts=(COSTS, BUDGETS, NOTIFICATIONS),
    risks=(Risk.SAFE,),
    calls=(
        "budgets.CreateBudget", "budgets.DeleteBudget",
    ),
)  # fmt: skip
# AWS's own template "Zero spend budget": a limit of 1 and an alert above 0.01 (Cost Management User Guide).
_LIMIT, _FIRST_CENT = Decimal(1), 0.01


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Create the budget where the last full months cost nothing and no budget as low warns already."""
    costs = wish.seen.account[COSTS]
    if costs.unknown is not None and costs.unknown.why == "not_collected":
        yield Not("nobody knows what the account costs", "plan with --paid: 0.01 USD a question")
        return
    known = known_costs(costs)
    if not known.nothing or _warned(wish):
        return
    emails = wanted_recipients(wish.slug, wish.settings, wish.seen)
    if isinstance(emails, Not):
        yield emails
        return
    name = wish.settings.text("name")
    if name in {one.told("BudgetName") for one in wish.seen.account[BUDGETS].each(key="BudgetName")}:
        yield Not(f"a budget {name} exists and does not warn", f"set another name under [remedies.{wish.slug}]")
        return
    yield _change(wish, name, known.highest.unit, emails)


def _warned(wish: Wish) -> bool:
    """Return whether a budget of the account's own with so low a limit raises an alert on actual costs."""
    found = wish.seen.once(OwnBudgets(wish.now)).counting
    low = [one for one in found if limit_of(one.sight.recorded_in(Log()), wish.now).amount <= _LIMIT]
    raised = (one for budget in low for one in alerts(budget, wish.seen.account[NOTIFICATIONS], wish.now))
    return any(not isinstance(one, Exception) and one.kind == ACTUAL for one in raised)


def _change(wish: Wish, name: str, unit: str, emails: tuple[str, ...]) -> Change:
    place = Place(partition=wish.seen.subject.partition, account=wish.account, name=name)
    budget = cost_budget(name, _LIMIT, unit, f"{wish.now:%Y-%m}-01")
    deed = new_budget(place, budget, (alert(ACTUAL, _FIRST_CENT, absolute=True),), emails)
    return wished_budget(
        wish, place, deed, title=f"Create the zero-spend budget {name}",
        why="The account cost nothing in the last full months; whatever it costs is out of line.",
    )  # fmt: skip
