"""RW-BILL-03: budget limits are near what is spent."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Finding, Status
from tests.controls.budget_facts import STANDALONE, budget, facts, months, usd
from tests.controls.judged import cited, judge, only, unread

SLUG = "budget-limit-meaningful"
COSTS = "ce.cost"
AUTO = {"AutoAdjustType": "HISTORICAL"}


def one(costs: Any = None, settings: Any = None, **changes: Any) -> Finding:
    """Return the finding for a budget that differs, with these costs of Cost Explorer (None: not collected)."""
    known = {} if costs is None else {COSTS: costs}
    return only(SLUG, facts(**{"budgets.budgets": [budget(**changes)]}, **known), STANDALONE, settings=settings)


def spend(actual: float | None = 40, forecast: float | None = 60) -> dict[str, Any]:
    """Return CalculatedSpend."""
    parts = {"ActualSpend": actual, "ForecastedSpend": forecast}
    return {name: usd(amount) for name, amount in parts.items() if amount is not None}


def test_limit_near_the_costs_passes():
    """A hundred against sixty or seventy a month."""
    assert one().status is Status.PASS
    finding = one(months(50, 60, 70))
    assert finding.status is Status.PASS and "70.00 USD" in finding.message


@pytest.mark.parametrize(
    ("limit", "status"), [(350, Status.PASS), (351, Status.FAIL), (5000, Status.FAIL), (1_000_000, Status.FAIL)]
)
def test_limit_far_above_the_costs_fails(limit: float, status: Status):
    """More than five times the highest of the last three months."""
    finding = one(months(50, 60, 70), limit=limit)
    assert finding.status is status
    assert status is Status.PASS or (
        finding.reason == "too_high" and "ce.cost.months[2026-10-01].Amount" in cited(finding)
    )


def test_low_limits_are_never_too_high():
    """Up to floor_amount a limit notices anything."""
    assert one(months(1, 1, 1), limit=50, CalculatedSpend=spend(0, 1)).status is Status.PASS
    assert one(months(1, 1, 1), limit=51, CalculatedSpend=spend(0, 1)).status is Status.FAIL


def test_settings():
    """max_ratio and floor_amount."""
    assert one(months(50, 60, 70), {"max_ratio": 2}, limit=150).status is Status.FAIL
    assert one(months(50, 60, 70), {"max_ratio": 2, "floor_amount": 200}, limit=150).status is Status.PASS


def test_costs_of_this_period_count_too():
    """A month that runs away justifies the higher limit."""
    assert one(months(10, 10, 10), limit=400, CalculatedSpend=spend(90, 120)).status is Status.PASS


def test_without_cost_explorer_the_budget_itself_tells():
    """Actual and forecast costs of this period, with a note; no forecast or no costs at all say too little."""
    finding = one(limit=5000)
    assert finding.status is Status.FAIL and finding.notes[0].startswith("spend_from_budget")
    assert one(limit=5000, CalculatedSpend=spend(40, None)).status is Status.UNKNOWN
    nothing = one(limit=5000, CalculatedSpend=spend(0, 0))
    assert nothing.status is Status.UNKNOWN and nothing.unknown_because is not None
    assert nothing.unknown_because.hint == "collect with --paid"
    assert one(unread(COSTS), limit=5000, CalculatedSpend=spend(0, 0)).reason == "AccessDenied"


def test_new_account_passes_with_a_note():
    """No history, nothing to hold the limit against."""
    for costs in (months(0, 0, 0), {"months": []}):
        finding = one(costs, limit=5000, CalculatedSpend=spend(0, 0))
        assert finding.status is Status.PASS and finding.notes[0].startswith("no_history")


def test_auto_adjusting_budget_passes():
    """AWS keeps the limit near the costs; whether it does must be readable where it would decide."""
    assert one(limit=5000, AutoAdjustData=AUTO).status is Status.PASS
    dark = unread("budgets.budgets")
    assert one(limit=5000, AutoAdjustData=dark).status is Status.UNKNOWN
    assert one(AutoAdjustData=dark).status is Status.PASS


# -- too low ----------------------------------------------------------------------------------------------------------
def test_limit_that_is_passed_again_and_again_fails():
    """Passed last month and this month, and unchanged since before: noise."""
    finding = one(months(90, 140, 150), actual=120)
    assert (finding.status, finding.reason) == (Status.FAIL, "too_low")


@pytest.mark.parametrize(
    ("costs", "changes"),
    [
        (months(150, 150, 90), {"actual": 120}),
        (months(150, 150, 150), {"actual": 90}),
        (months(150, 150, 150), {"actual": 120, "LastUpdatedTime": "2026-11-02T00:00:00Z"}),
        (months(150, 150, 150), {"actual": 120, "LastUpdatedTime": "2026-10-01T00:00:00Z"}),
        (months(450, 450, 450), {"actual": 320, "limit": 300, "TimeUnit": "QUARTERLY"}),
    ],
)
def test_limit_that_was_passed_once_or_was_mended_passes(costs: Any, changes: dict[str, Any]):
    """One month alone, a change since, or a period that is not a month."""
    assert one(costs, **changes).status is Status.PASS


def test_last_month_unread_is_unknown_where_this_month_is_over():
    """Only then does it matter."""
    assert one(actual=120).status is Status.UNKNOWN
    assert one({"months": months(1, 1, 1)["months"][:2]}, actual=120).status is Status.UNKNOWN
    assert one(actual=120, LastUpdatedTime="2026-11-02T00:00:00Z").status is Status.PASS
    assert one(months(9, 9, 150), actual=120, LastUpdatedTime=unread("budgets.budgets")).status is Status.UNKNOWN


# -- periods, limits and currencies -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("unit", "limit", "status"),
    [
        ("DAILY", 12, Status.FAIL),
        ("DAILY", 10, Status.PASS),
        ("QUARTERLY", 900, Status.PASS),
        ("QUARTERLY", 1200, Status.FAIL),
        ("ANNUALLY", 3600, Status.PASS),
        ("ANNUALLY", 4800, Status.FAIL),
    ],
)
def test_limits_are_compared_per_month(unit: str, limit: float, status: Status):
    """Costs of 70 a month allow 350 a month."""
    tiny = spend(0, 0)
    assert one(months(50, 60, 70), limit=limit, TimeUnit=unit, CalculatedSpend=tiny).status is status


def test_custom_period_is_measured_in_days():
    """Sixty days with a limit of 600 are 300 a month."""
    period = {"Start": "2026-11-01T00:00:00Z", "End": "2026-12-31T00:00:00Z"}
    custom = {"TimeUnit": "CUSTOM", "TimePeriod": period, "CalculatedSpend": spend(0, 0)}
    assert one(months(50, 60, 70), limit=600, **custom).status is Status.PASS
    assert one(months(50, 60, 70), limit=800, **custom).status is Status.FAIL
    assert one(months(50, 60, 70), TimeUnit="LUNAR").status is Status.UNKNOWN


def test_planned_limit_of_the_current_month_counts():
    """Keys are the starts of periods, in seconds."""
    planned = {"1790812800": usd(9000), "1793491200": usd(100), "1796083200": usd(9000)}  # October, November, December
    changed = budget(PlannedBudgetLimits=planned)
    del changed["BudgetLimit"]
    known = facts(**{"budgets.budgets": [changed], COSTS: months(50, 60, 70)})
    assert only(SLUG, known, STANDALONE).status is Status.PASS
    changed["PlannedBudgetLimits"] = {"1796083200": usd(100)}
    known = facts(**{"budgets.budgets": [changed]})
    assert only(SLUG, known, STANDALONE).status is Status.UNKNOWN


def test_other_currency_is_not_compared():
    """Costs in another unit than the limit say nothing of it."""
    euros = {"months": [{**month, "Unit": "EUR"} for month in months(50, 60, 70)["months"]]}
    assert one(euros, limit=5000, CalculatedSpend=spend(0, 0)).status is Status.UNKNOWN
    assert one(months(50, 60, 70), limit=5000, BudgetLimit={"Amount": "5000", "Unit": "CNY"}).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"BudgetLimit": None},
        {"BudgetLimit": {"Amount": "much", "Unit": "USD"}},
        {"BudgetLimit": {"Amount": "NaN", "Unit": "USD"}},
        {"BudgetLimit": unread("budgets.budgets")},
        {"TimeUnit": None},
        {"CalculatedSpend": unread("budgets.budgets")},
        {"CalculatedSpend": None},
        {"CalculatedSpend": {"ActualSpend": {"Amount": "x", "Unit": "USD"}}},
    ],
)
def test_malformed_is_unknown(changes: dict[str, Any]):
    """What is not as AWS writes it proves nothing."""
    assert one(months(50, 60, 70), **changes).status is Status.UNKNOWN


def test_unread_costs_of_this_period_hide_no_pass():
    """They might be over the limit."""
    assert one(months(50, 60, 70), CalculatedSpend={"ActualSpend": unread("budgets.budgets")}).status is Status.UNKNOWN


def test_only_budgets_that_count_are_judged():
    """One finding each; none at all does not apply."""
    two = facts(**{"budgets.budgets": [budget("a"), budget("b", limit=5000), budget("c", BudgetType="USAGE")]})
    assert [finding.status for finding in judge(SLUG, two, STANDALONE)] == [Status.PASS, Status.FAIL]
    assert only(SLUG, facts(**{"budgets.budgets": []}), STANDALONE).reason == "no_counting_budget"
