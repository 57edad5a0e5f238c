"""Budgets are created, warn early, reach somebody and have a limit near the costs; all of it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from rootwarden.model.plan import Plan
from tests.remedies.billing_desk import Desk, law_of_a_remedy, open_desk, write_world

EMAILS = {"emails": ["billing@startup.example"]}
ALL = {"create-cost-budget": EMAILS, "add-budget-recipient": EMAILS, "adjust-budget-limit": {}}
BUDGET = {"name": "all", "limit": 70, "spent": 40.0, "forecast": 60.0}
ALONE = "666666666601"


@pytest.fixture(name="lab")
def _lab() -> Iterator[Lab]:
    """A lab of its own for each test."""
    with Lab() as lab:
        yield lab


def lone(patch: pytest.MonkeyPatch, folder: Path, lab: Lab, **account: Any) -> Desk:
    """Return a desk in a world of one account."""
    return open_desk(patch, folder, lab, write_world(folder, **account))


def titles(plan: Plan) -> list[str]:
    """Return what a plan would do."""
    return [one.title for one in plan.changes]


def test_the_company_budget_is_mended_once_for_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab) -> None:
    """The budget of the management account lacks a forecast alert: one change there mends every account."""
    desk = open_desk(monkeypatch, tmp_path, lab, "startup")
    before = {one.account: one.status for one in desk.findings("RW-BILL-01")}
    failing = [account for account, status in before.items() if status is Status.FAIL]
    assert len(failing) > 1
    plan = desk.plan(ALL)
    assert titles(plan) == ["Have the budget company warn of forecast costs"]
    assert plan.changes[0].account == desk.world.management.id
    assert plan.mends == plan.failing == len(failing)
    applied = desk.apply(plan)
    assert applied is not None
    assert applied.exit == 0
    after = {one.account: one.status for one in desk.findings("RW-BILL-01")}
    assert after == before | dict.fromkeys(failing, Status.PASS)


def test_an_absurd_budget_is_mended_in_all_three_ways(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab
) -> None:
    """No alerts, no recipients, 50,000 on a bill of 63: alerts with recipients first, then the limit."""
    desk = open_desk(monkeypatch, tmp_path, lab, "solo-founder")
    plan = desk.plan(ALL)
    assert titles(plan) == [
        "Have the budget do-not-go-broke warn of actual and forecast costs",
        "Set the limit of the budget do-not-go-broke to 76.00 USD a month",
    ]
    assert plan.mends == plan.failing == 3
    law_of_a_remedy(desk, plan, lambda: desk.plan(ALL))
    applied = desk.apply(desk.plan(ALL))
    assert applied is not None
    assert applied.exit == 0
    for code in ("RW-BILL-01", "RW-BILL-02", "RW-BILL-03"):
        assert [one.status for one in desk.findings(code)] == [Status.PASS], code


def test_without_paid_calls_the_limit_is_proved_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab
) -> None:
    """AWS forgets what it calculated when the limit changes: until it knows again, the run says it is waiting."""
    desk = open_desk(monkeypatch, tmp_path, lab, "solo-founder", paid=False)
    applied = desk.apply(desk.plan(ALL))
    assert applied is not None
    limit = next(one for one in applied.checked if one.control == "RW-BILL-03")
    assert (limit.proved, limit.waiting) == (False, True)
    assert desk.undo(applied) is not None


def test_no_budget_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab) -> None:
    """One is created a fifth above the dearest known month, with both alerts to everybody named."""
    desk = lone(monkeypatch, tmp_path, lab, monthly_cost=[80.0, 101.0, 90.0])
    plan = desk.plan(ALL)
    assert titles(plan) == ["Create the cost budget account-costs of 122 USD a month"]
    (declared,) = plan.changes[0].declares
    assert (declared.type, declared.properties["Budget"]["BudgetLimit"]) == (
        "AWS::Budgets::Budget",
        {"Amount": 122.0, "Unit": "USD"},
    )
    assert len(declared.properties["NotificationsWithSubscribers"]) == 2
    assert desk.apply(plan) is not None
    for code in ("RW-BILL-01", "RW-BILL-02", "RW-BILL-03"):
        assert [one.status for one in desk.findings(code)] == [Status.PASS], code


def test_no_budget_and_a_limit_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab) -> None:
    """Without Cost Explorer the limit must be configured, and the answer names the key; then it is taken."""
    desk = lone(monkeypatch, tmp_path, lab)
    desk.paid = False
    (left,) = desk.plan(ALL).left
    assert "limit_usd under [remedies.create-cost-budget]" in left.todo
    plan = desk.plan({"create-cost-budget": EMAILS | {"limit_usd": 40, "name": "mine"}})
    assert titles(plan) == ["Create the cost budget mine of 40 USD a month"]


def test_each_account_has_a_budget_of_its_own_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab
) -> None:
    """With require_per_account, members get budgets of their own; the company budget still gets its alert."""
    desk = open_desk(monkeypatch, tmp_path, lab, "startup")
    settings = {"create-cost-budget": EMAILS | {"limit_usd": 40}}
    plan = desk.plan(settings, controls={"budget-covers-account": {"require_per_account": True}})
    accounts = [one.account for one in plan.changes]
    assert len(accounts) == len(set(accounts)) == plan.failing
    assert sum("Create the cost budget" in one for one in titles(plan)) == plan.failing - 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "set emails"),
        ({"emails": ["nobody"]}, "correct emails"),
        ({"emails": ["a@b.example"], "actual_percent": 150}, "set actual_percent"),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab, settings: dict[str, Any], said: str
) -> None:
    """Nothing is planned with settings that do not do; the key is named."""
    desk = lone(monkeypatch, tmp_path, lab, monthly_cost=[10.0])
    plan = desk.plan({"create-cost-budget": settings})
    assert not plan.changes
    (left,) = plan.left
    assert said in left.todo
    assert "[remedies.create-cost-budget]" in left.todo


def test_an_alert_that_comes_too_late_gets_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab
) -> None:
    """At 150 % of the limit it is too late; the late alert stays beside the new one."""
    late = {"type": "ACTUAL", "threshold": 150, "emails": ["a@b.example"]}
    forecast = {"type": "FORECASTED", "threshold": 100, "emails": ["a@b.example"]}
    desk = lone(monkeypatch, tmp_path, lab, budgets=[BUDGET | {"alerts": [late, forecast]}])
    plan = desk.plan(ALL)
    assert titles(plan) == ["Have the budget all warn of actual costs"]
    law_of_a_remedy(desk, plan, lambda: desk.plan(ALL))


def test_alerts_to_a_topic_without_readers_get_an_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab
) -> None:
    """Each alert that reaches nobody tells the configured address as well."""
    alerts = [{"type": kind, "threshold": 90, "topic": "us-east-1/bills"} for kind in ("ACTUAL", "FORECASTED")]
    topics = [{"name": "bills", "region": "us-east-1"}]
    desk = lone(monkeypatch, tmp_path, lab, topics=topics, budgets=[BUDGET | {"alerts": alerts}])
    assert [one.status for one in desk.findings("RW-BILL-02")] == [Status.FAIL]
    plan = desk.plan(ALL)
    assert titles(plan) == ["Send the alerts of the budget all to billing@startup.example"]
    assert len(plan.changes[0].steps) == 2
