"""Sets the limit of a budget a fifth above what is really spent, so that its warnings mean something.

AWS forgets what it calculated of the budget when it is changed and has new figures within a day; until then the
forecast stays empty. The alerts of the budget and their recipients stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from rootwarden.model.expect import Expect
from rootwarden.model.plan import Call, Change, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.budget_parts import BUDGETS, limit_of
from rootwarden.proofs.budget_recipients import FACT as SUBSCRIBERS
from rootwarden.proofs.budget_wanted import Place, declared, roomy, told_now
from rootwarden.proofs.spending import Spend, Spending, per_month, spending

REMEDY = Remedy(
    title="Set the limit of a budget near what is spent",
    order=62,
    params={"limit_usd": 0.0},
    risks=(Risk.CAREFUL,),
    calls=("budgets.UpdateBudget",),
)

# AWS updates what it calculates up to three times a day (Cost Management User Guide, "Best practices for budgets").
_A_DAY = 24 * 3600
# What UpdateBudget does not take, or works out by itself.
_WORKED_OUT = frozenset({"CalculatedSpend", "LastUpdatedTime", "HealthStatus"})
_NOTES = (
    "AWS shows no calculated costs of the budget for up to a day afterwards",
    "if CloudFormation or Terraform keeps this budget, set the limit there instead: the next update puts the old one",
)


def prescribe(case: Case) -> Change | Not:
    """Replace the limit and nothing else; taken back, the former one is put again."""
    place = Place(
        partition=case.seen.subject.partition,
        account=case.finding.account,
        name=case.finding.resource.partition(":budget/")[2],
    )
    sight = case.seen.account[BUDGETS].item("BudgetName", place.name)
    old: dict[str, Any] = sight.plain()
    if old.get("PlannedBudgetLimits"):
        return Not("its limits are planned month by month", "correct the planned limits yourself")
    limit = limit_of(sight, case.now)
    factor = per_month(sight)
    known = _usual(spending(sight, case.seen.account["ce.cost"], limit.unit, factor))
    wanted = Decimal(str(case.settings.number("limit_usd")))
    if not wanted and known is None:
        return Not("nobody knows what is spent", f"set limit_usd under [remedies.{case.slug}], or plan with --paid")
    monthly = wanted or roomy(known.amount if known else Decimal(0))
    new = {"Amount": f"{monthly / factor:.2f}", "Unit": limit.unit}
    if wanted and _no_better(case, wanted, known.amount if known else Decimal(0)):
        return Not(
            f"the limit configured ({wanted:.2f} a month) would fail as well",
            f"set limit_usd under [remedies.{case.slug}] nearer to the costs, or to 0 to have it worked out",
        )
    return _change(case, place, _settable(old), new, monthly)


def _usual(spent: Spending) -> Spend | None:
    """Return the dearest full month, without which what AWS shows of this one: a break-in under way raises that."""
    months = [one for one in spent.months or () if one.amount > 0]
    return max(months, key=lambda one: (one.amount, one.start)) if months else spent.highest


def _change(case: Case, place: Place, old: dict[str, Any], new: dict[str, str], monthly: Decimal) -> Change:
    at = (*place.row, "BudgetLimit")
    before = old["BudgetLimit"]
    step = Step(
        id="limit", does="Set the limit", call=_update(place, old | {"BudgetLimit": new}),
        undo=(_update(place, old),), on=(place.arn,),
    )  # fmt: skip
    change = case.change(
        f"Set the limit of the budget {place.name} to {monthly:.2f} {new['Unit']} a month",
        risk=Risk.CAREFUL,
        steps=(step,),
        expects=(Expect(fact=BUDGETS, at=at, value=before),),
        then=(Expect(fact=BUDGETS, at=at, value=new),),
        shows=(Difference(what="BudgetLimit", before=_shown(before), after=_shown(new)),),
    )
    told = told_now(case.seen.account[SUBSCRIBERS], place.name)
    code = () if told is None else (declared(place, old | {"BudgetLimit": new}, told, exists=True),)
    return replace(change, notes=_NOTES, patience=_A_DAY, declares=code)


def _settable(budget: dict[str, Any]) -> dict[str, Any]:
    """Return the budget as UpdateBudget takes it: of the two ways to filter and to measure, the one in use.

    Source: AWS Budgets API Reference, UpdateBudget: FilterExpression and Metrics, or CostFilters and CostTypes.
    """
    kept = {name: value for name, value in budget.items() if name not in _WORKED_OUT and value is not None}
    given_up = ("CostFilters", "CostTypes") if kept.get("Metrics") else ("FilterExpression", "Metrics")
    return {name: value for name, value in kept.items() if name not in given_up}


def _no_better(case: Case, wanted: Decimal, known: Decimal) -> bool:
    """Return whether the control would fail a configured limit, too."""
    if case.finding.reason == "too_low":
        return wanted < known
    ratio, floor = (Decimal(str(case.limits.number(name))) for name in ("max_ratio", "floor_amount"))
    return wanted > floor and wanted > ratio * max(known, Decimal(1))


def _update(place: Place, budget: Mapping[str, Any]) -> Call:
    parameters = {"AccountId": place.account, "NewBudget": dict(budget)}
    return Call(service="budgets", operation="UpdateBudget", parameters=parameters)


def _shown(limit: Mapping[str, str]) -> str:
    return f"{Decimal(limit['Amount']):.2f} {limit['Unit']}"
