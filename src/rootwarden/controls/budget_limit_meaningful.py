"""Budget limits are meaningful: a limit far above the usual bill warns too late, one far below it cries wolf.

A budget of a million on a bill of a thousand stays silent through the worst break-in. A budget that is passed every
month teaches people to delete its mails unread, also the one that matters. A limit a little above normal costs, or one
that AWS adjusts by itself, keeps the alarm both quiet and sharp.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from msgspec import Struct

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.budget_findings import judge_budgets
from rootwarden.proofs.budget_parts import CostBudget, limit_of
from rootwarden.proofs.spending import Spend, Spending, per_month, spending

CONTROL = Control(
    code="RW-BILL-03",
    title="Budget limits are meaningful",
    question="Is the limit of each cost budget near what the account really costs?",
    severity=Severity.MEDIUM,
    practice=Practice.BILLING,
    scope=Scope.RESOURCE,
    facts=("budgets.budgets", "ce.cost?"),
    measured=(
        "The limit, per month, may be at most max_ratio times the highest monthly costs known: the last three full "
        "months where Cost Explorer was read, and the actual and forecast costs that AWS Budgets itself shows. Limits "
        "up to floor_amount are never too high. A monthly limit that costs passed last month, that they have passed "
        "again this month, and that nobody changed meanwhile, is too low. Budgets that adjust themselves pass. Without "
        "Cost Explorer a new account, or one without costs, stays unknown."
    ),
    misses=(
        "Seasons: a shop that earns its year in December needs more room than three months show. Budgets for single "
        "members are held against the costs of the account they stand in."
    ),
    remedy="adjust-budget-limit",
    fix=Fix(
        automation="assisted",
        steps=(
            "Look up what the last three months cost.",
            "Set the limit a fifth above the highest of them, or let AWS adjust it by the history.",
            "Look at it again every quarter.",
        ),
        commands=(
            "aws ce get-cost-and-usage --time-period Start=2026-01-01,End=2026-04-01 --granularity MONTHLY "
            "--metrics UnblendedCost",
            "aws budgets update-budget --account-id {account} --new-budget "
            '\'{"BudgetName":"BUDGET_NAME","BudgetType":"COST","TimeUnit":"MONTHLY",'
            '"BudgetLimit":{"Amount":"AMOUNT","Unit":"USD"}}\'',
        ),
        terraform="""
resource "aws_budgets_budget" "account" {
  auto_adjust_data {
    auto_adjust_type = "HISTORICAL"
    historical_options {
      budget_adjustment_period = 3
    }
  }
}
""",
    ),
    params={"max_ratio": 5, "floor_amount": 50},
    links=(
        "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html",
        "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
    ),
)

COSTS = "ce.cost"
_BY_BUDGET = "spend_from_budget: measured by what AWS Budgets shows of this period; Cost Explorer was not read"


class Bounds(Struct, frozen=True):
    """The settings, and when the month before this one began."""

    ratio: Decimal
    floor: Decimal
    last_month: datetime

    def room(self, spend: Spend) -> Decimal:
        """Return the highest limit that goes with such costs."""
        return self.ratio * max(spend.amount, Decimal(1))


class Measured(Struct, frozen=True):
    """A budget's limit per month, with the costs it is held against."""

    name: str
    monthly: Decimal
    unit: str
    spent: Spending

    def limit(self) -> str:
        """Return the limit for people."""
        return f"{self.monthly:.2f} {self.unit} a month"


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each counting budget of the account."""
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    bounds = Bounds(
        ratio=Decimal(str(limits.number("max_ratio"))),
        floor=Decimal(str(limits.number("floor_amount"))),
        last_month=(this_month - timedelta(days=1)).replace(day=1),
    )
    return judge_budgets(seen, now, partial(_judge_one, bounds=bounds, now=now))


def _judge_one(one: View, budget: CostBudget, bounds: Bounds, now: datetime) -> Iterable[Verdict]:
    sight = budget.sight.recorded_in(one.log)
    adjusts = _adjusts_itself(sight)
    if adjusts is True:
        yield one.passes(f"AWS adjusts the limit of the budget {budget.name} to what is spent.")
        return
    limit = limit_of(sight, now)
    factor = per_month(sight)
    found = Measured(
        budget.name, limit.amount * factor, limit.unit, spending(sight, one.account[COSTS], limit.unit, factor)
    )
    verdict = _too_low(one, sight, found, bounds) or _too_high(one, found, bounds)
    if verdict is not None and isinstance(adjusts, UnseenError):
        yield one.cannot_tell(adjusts)
    else:
        yield verdict or _near(one, found, bounds)


def _adjusts_itself(budget: Sight) -> bool | UnseenError:
    """Return whether AWS sets the limit by itself; recorded only where it does."""
    try:
        if budget["AutoAdjustData"].recorded_in(Log()).is_none:
            return False
        budget["AutoAdjustData"]["AutoAdjustType"].text()
    except UnseenError as error:
        return error
    return True


def _too_low(one: View, budget: Sight, found: Measured, bounds: Bounds) -> Verdict | None:
    """Return FAIL for a monthly limit that costs passed last month and this month, and that nobody touched."""
    if budget["TimeUnit"].text() != "MONTHLY":
        return None
    actual = found.spent.actual
    if actual is None:
        raise found.spent.unread or UnseenError(Unknown("field_missing"), f"{budget.path}.CalculatedSpend")
    actual.cite(one.log)
    if actual.amount <= found.monthly:
        return None
    updated = budget["LastUpdatedTime"].time()
    if updated is None or updated >= bounds.last_month:
        return None
    if found.spent.months is None:
        raise _not_paid(found.spent)
    wanted = f"{bounds.last_month:%Y-%m-%d}"
    last = next((month for month in found.spent.months if month.start == wanted), None)
    if last is None and found.spent.months:
        raise UnseenError(Unknown("field_missing"), f"{COSTS}.months[{wanted}]")
    if last is None or last.amount <= found.monthly:
        return None
    last.cite(one.log)
    return one.fails(
        f"Costs passed the limit of the budget {found.name} ({found.limit()}) last month and again this month, and "
        "nobody changed it: its warnings have become noise.",
        reason="too_low",
    )


def _too_high(one: View, found: Measured, bounds: Bounds) -> Verdict | None:
    """Return FAIL for a limit far above anything the account is known to cost."""
    spent, top = found.spent, found.spent.highest
    if found.monthly <= bounds.floor or (top is not None and found.monthly <= bounds.room(top)):
        return None
    if spent.unread is not None:
        raise spent.unread
    if spent.without_history:
        return None
    if spent.months is None and (top is None or spent.forecast is None or top.amount <= 0):
        raise _not_paid(spent)
    for part in (*(spent.months or ()), spent.actual, spent.forecast):
        if part is not None:
            part.cite(one.log)
    most = top.amount if top else Decimal(0)
    return one.fails(
        f"The limit of the budget {found.name} ({found.limit()}) is far above the highest known costs of "
        f"{most:.2f} {found.unit} a month: it would stay silent through a break-in.",
        reason="too_high",
        notes=() if spent.months is not None else (_BY_BUDGET,),
    )


def _near(one: View, found: Measured, bounds: Bounds) -> Verdict:
    spent, top = found.spent, found.spent.highest
    if found.monthly <= bounds.floor:
        return one.passes(f"The limit of the budget {found.name} ({found.limit()}) is low enough to notice anything.")
    if top is not None and found.monthly <= bounds.room(top):
        if spent.actual is None or found.monthly > bounds.room(spent.actual):
            top.cite(one.log)  # the costs of this period, which are recorded already, do not suffice
        costs = f"{top.amount:.2f} {found.unit}"
        return one.passes(f"The limit of the budget {found.name} ({found.limit()}) is near costs of {costs} a month.")
    for month in spent.months or ():
        month.cite(one.log)
    return one.passes(
        f"The account has no full month of costs yet to hold the limit of the budget {found.name} against.",
        notes=("no_history: Cost Explorer shows no costs in the last three full months",),
    )


def _not_paid(spent: Spending) -> UnseenError:
    """Return why Cost Explorer was not read; most often nobody asked for calls that cost money."""
    error = spent.months_unread
    if error is None:
        return UnseenError(Unknown("no_spend_known"), COSTS)
    told = error.unknown
    hint = told.hint or ("collect with --paid" if told.why == "not_collected" else "")
    return UnseenError(Unknown(told.why, told.call, told.missing, hint), error.path)
