"""What no control asks for: anomalies watched, idle accounts with a zero-spend budget, budgets for single services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden.lab.server import Lab
from rootwarden.model.plan import Plan
from rootwarden.report.options import RenderOptions
from rootwarden.report.plans.shell import render
from tests.remedies.billing_desk import Desk, law_of_a_remedy, open_desk, write_world

EMAILS = {"emails": ["billing@alone.example"]}
ALONE = "666666666601"


@pytest.fixture(name="lab")
def _lab() -> Iterator[Lab]:
    """A lab of its own for each test."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="desk")
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab) -> Desk:
    """A desk in an account that costs nothing and has nothing."""
    return open_desk(monkeypatch, tmp_path, lab, write_world(tmp_path, monthly_cost=[0, 0, 0]))


def wish(desk: Desk, slug: str, **settings: Any) -> Plan:
    """Plan this one remedy's proposals only."""
    plan = desk.plan({slug: settings}, wishes=(slug,))
    changes = tuple(one for one in plan.changes if one.remedy == slug)
    left = tuple(one for one in plan.left if not one.control)
    return type(plan)(**{name: getattr(plan, name) for name in plan.__struct_fields__} | {
        "changes": changes, "left": left,
    })  # fmt: skip


def test_anomalies_are_watched(desk: Desk) -> None:
    """A monitor of services and a subscription to it; the script names what the first call answered."""
    plan = wish(desk, "watch-cost-anomalies", **EMAILS)
    (change,) = plan.changes
    assert [one.type for one in change.declares] == ["AWS::CE::AnomalyMonitor", "AWS::CE::AnomalySubscription"]
    assert "MonitorArn" in render(plan, RenderOptions())


def test_a_monitor_that_tells_nobody_gets_a_reader(desk: Desk) -> None:
    """AWS makes a monitor for new accounts by itself: then only the subscription lacks."""
    monitor = {"MonitorName": "Default-Services-Monitor", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    desk.client("ce", ALONE).create_anomaly_monitor(AnomalyMonitor=monitor)
    plan = wish(desk, "watch-cost-anomalies", **EMAILS)
    assert [step.call.operation for step in plan.changes[0].steps] == ["CreateAnomalySubscription"]
    law_of_a_remedy(desk, plan, lambda: wish(desk, "watch-cost-anomalies", **EMAILS))


def test_a_subscription_of_that_name_is_left_alone(desk: Desk) -> None:
    """One that tells nobody any more is a person's to mend; a second of its name is not made."""
    monitor = {"MonitorName": "other", "MonitorType": "CUSTOM", "MonitorSpecification": {"Tags": {"Key": "team"}}}
    ce = desk.client("ce", ALONE)
    arn = ce.create_anomaly_monitor(AnomalyMonitor=monitor)["MonitorArn"]
    impact = {"Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"], "Values": ["1"]}
    ce.create_anomaly_subscription(AnomalySubscription={
        "SubscriptionName": "rootwarden-anomalies", "MonitorArnList": [arn], "Frequency": "DAILY",
        "Subscribers": [{"Type": "EMAIL", "Address": "a@alone.example"}], "ThresholdExpression": {"Dimensions": impact},
    })  # fmt: skip
    plan = wish(desk, "watch-cost-anomalies", **EMAILS)
    assert not plan.changes
    assert "exists" in plan.left[0].why


def test_nothing_is_proposed_unseen(desk: Desk) -> None:
    """Without paid calls nobody knows of monitors and costs: no change, and what to do instead."""
    desk.paid = False
    for slug in ("watch-cost-anomalies", "budget-for-idle-account"):
        plan = wish(desk, slug, **EMAILS)
        assert not plan.changes
        assert "--paid" in plan.left[0].todo


def test_an_idle_account_gets_a_zero_spend_budget(desk: Desk) -> None:
    """The first cent raises an alert, as in AWS's own template."""
    plan = wish(desk, "budget-for-idle-account", **EMAILS)
    assert [one.title for one in plan.changes] == ["Create the zero-spend budget zero-spend"]


def test_an_account_in_use_gets_no_zero_spend_budget(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab) -> None:
    """One month with costs is enough."""
    desk = open_desk(monkeypatch, tmp_path, lab, write_world(tmp_path, monthly_cost=[0, 3, 0]))
    plan = wish(desk, "budget-for-idle-account", **EMAILS)
    assert (plan.changes, plan.left) == ((), ())


def test_services_get_budgets_of_their_own(desk: Desk) -> None:
    """One for each configured line; a line that is none is named and costs the others nothing."""
    given = EMAILS | {"services": ["Amazon SageMaker = 200", "nonsense", "Amazon Elastic Compute Cloud - Compute = 50"]}
    plan = wish(desk, "budget-per-service", **given)
    assert [one.title for one in plan.changes] == [
        "Create a budget of 200 USD a month for Amazon SageMaker",
        "Create a budget of 50 USD a month for Amazon Elastic Compute Cloud - Compute",
    ]
    assert "'nonsense'" in plan.left[0].why


@pytest.mark.parametrize("slug", ["watch-cost-anomalies", "budget-for-idle-account", "budget-per-service"])
def test_missing_settings_are_named(desk: Desk, slug: str) -> None:
    """Without addresses, or services, nothing is proposed; the section is named."""
    plan = wish(desk, slug)
    assert not plan.changes
    assert f"[remedies.{slug}]" in plan.left[0].todo


def test_members_are_seen_by_their_management_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab
) -> None:
    """In an organization one monitor and one budget for a service stand in the management account."""
    desk = open_desk(monkeypatch, tmp_path, lab, "startup")
    for slug, more in (("watch-cost-anomalies", {}), ("budget-per-service", {"services": ["AWS Lambda = 5"]})):
        plan = wish(desk, slug, emails=["a@startup.example"], **more)
        assert [one.account for one in plan.changes] == [desk.world.management.id]
