"""RW-BILL-01: a cost budget covers the account, with an alert on actual and one on forecast costs."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Finding, Status
from tests.controls.budget_facts import (
    BOTH,
    MANAGEMENT,
    MEMBER,
    STANDALONE,
    billing_alarm,
    budget,
    facts,
    notification,
    usd,
)  # fmt: skip
from tests.controls.judged import ACCOUNT, cited, only, unread

SLUG = "budget-covers-account"
BUDGETS, NOTIFICATIONS, ALARMS = "budgets.budgets", "budgets.notifications", "cloudwatch.alarms"
EARLY, FORECAST = BOTH


def one(organization: Any = STANDALONE, **changes: Any) -> Finding:
    """Return the finding for the good account with changed facts."""
    rest = {name: changes.pop(name) for name in ("settings", "others", "account") if name in changes}
    return only(SLUG, facts(**changes), organization, **rest)


def with_budget(**changes: Any) -> Finding:
    """Return the finding for an account whose only budget differs."""
    return one(**{BUDGETS: [budget(**changes)]})


def with_alerts(*notifications: dict[str, Any], **more: Any) -> Finding:
    """Return the finding for a good budget with these notifications."""
    return one(**{NOTIFICATIONS: {"account": list(notifications)}}, **more)


def paying(*budgets: dict[str, Any], **notifications: Any) -> dict[str, Any]:
    """Return the management account with these budgets, as `others`."""
    return {
        MANAGEMENT: {BUDGETS: list(budgets), NOTIFICATIONS: notifications or {b["BudgetName"]: BOTH for b in budgets}}
    }


def member(others: Any = None, settings: Any = None, **changes: Any) -> Finding:
    """Return the finding for a member without budgets of its own."""
    none = {BUDGETS: [], NOTIFICATIONS: {}}
    return one(MEMBER, **{**none, **changes}, others=others, settings=settings)


def test_good_budget_passes():
    """Both alerts, no filters, active."""
    finding = one()
    assert finding.status is Status.PASS and finding.notes == ()
    evidence = cited(finding)
    assert evidence["budgets.budgets[account].BudgetType"] == "COST"
    assert evidence["budgets.notifications.account[0].Threshold"] == 80


def test_no_budget_fails():
    """Nobody is told."""
    assert (one(**{BUDGETS: []}).status, one(**{BUDGETS: []}).reason) == (Status.FAIL, "no_budget")


@pytest.mark.parametrize(
    "changes",
    [
        {"BudgetType": "USAGE"},
        {"BudgetType": "RI_UTILIZATION"},
        {"BudgetType": "SAVINGS_PLANS_COVERAGE"},
        {"TimePeriod": {"Start": "2025-01-01T00:00:00Z", "End": "2026-11-01T00:00:00Z"}},
        {"TimePeriod": {"Start": "2027-01-01T00:00:00Z", "End": "2087-06-15T00:00:00Z"}},
        {"CostFilters": {"Service": ["Amazon Elastic Compute Cloud - Compute"]}},
        {"CostFilters": {"Region": ["eu-west-1"]}},
        {"CostFilters": {"TagKeyValue": ["user:team$red"]}},
        {"CostFilters": {"LinkedAccount": ["999999999999"]}},
        {"FilterExpression": {"Dimensions": {"Key": "SERVICE", "Values": ["AmazonEC2"]}}},
        {"FilterExpression": {"Tags": {"Key": "team", "Values": ["red"]}}},
        {"FilterExpression": {"Not": {"Dimensions": {"Key": "SERVICE", "Values": ["AmazonEC2"]}}}},
        {"HealthStatus": {"Status": "UNHEALTHY"}},
    ],
)
def test_budgets_that_do_not_count(changes: dict[str, Any]):
    """Other kinds, other times, other accounts, or a part of the costs only."""
    finding = with_budget(**changes)
    assert (finding.status, finding.reason) == (Status.FAIL, "no_budget")


@pytest.mark.parametrize(
    "changes",
    [
        {"CostFilters": {"LinkedAccount": [ACCOUNT, "999999999999"]}},
        {
            "FilterExpression": {
                "Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [ACCOUNT], "MatchOptions": ["EQUALS"]}
            }
        },
        {"FilterExpression": {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}}},
        {
            "FilterExpression": {
                "And": [
                    {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [ACCOUNT]}},
                    {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Tax"]}}},
                ]
            }
        },
        {"HealthStatus": {"Status": "HEALTHY"}},
        {"TimeUnit": "QUARTERLY"},
    ],
)
def test_filters_that_leave_the_account_whole(changes: dict[str, Any]):
    """The account by name, and charges that are not usage."""
    assert with_budget(**changes).status is Status.PASS


@pytest.mark.parametrize(
    ("alerts", "reason"),
    [
        ([], "no_alerts"),
        ([EARLY], "no_forecast_alert"),
        ([FORECAST], "no_actual_alert"),
        ([notification(threshold=101), FORECAST], "late_actual_alert"),
        ([notification(threshold=200)], "no_alerts"),
        ([notification(ComparisonOperator="LESS_THAN"), FORECAST], "no_actual_alert"),
        ([notification(threshold=150, ThresholdType="ABSOLUTE_VALUE"), FORECAST], "late_actual_alert"),
    ],
)
def test_missing_and_late_alerts_fail(alerts: list[dict[str, Any]], reason: str):
    """Both parts are needed, the one on actual costs by 100 % of the limit."""
    finding = with_alerts(*alerts)
    assert (finding.status, finding.reason) == (Status.FAIL, reason)


def test_absolute_thresholds_are_converted_by_the_limit():
    """90 of 100 dollars are 90 %; with planned limits the current one counts."""
    ninety = notification(threshold=90, ThresholdType="ABSOLUTE_VALUE")
    assert with_alerts(ninety, FORECAST).status is Status.PASS
    planned = {"1793491200": usd(50), "1796083200": usd(1000)}  # from 1 November and from 1 December 2026
    changed = budget(PlannedBudgetLimits=planned)
    del changed["BudgetLimit"]
    assert with_alerts(ninety, FORECAST, **{BUDGETS: [changed]}).reason == "late_actual_alert"
    assert with_alerts(ninety, FORECAST, **{BUDGETS: [budget(limit=0)]}).status is Status.UNKNOWN


def test_threshold_is_a_setting():
    """max_actual_threshold_pct."""
    assert one(settings={"max_actual_threshold_pct": 50}).reason == "late_actual_alert"


def test_parts_may_come_from_two_budgets():
    """One budget warns of actual costs, another of the forecast; both cover the account."""
    both = {BUDGETS: [budget("a"), budget("b")], NOTIFICATIONS: {"a": [EARLY], "b": [FORECAST]}}
    assert one(**both).status is Status.PASS


# -- the billing alarm ------------------------------------------------------------------------------------------------
def test_billing_alarm_is_the_actual_part_only():
    """It stands in for the alert on actual costs, never for the forecast."""
    assert with_alerts(FORECAST, **{ALARMS: billing_alarm()}).status is Status.PASS
    assert with_alerts(EARLY, **{ALARMS: billing_alarm()}).reason == "no_forecast_alert"
    assert one(**{BUDGETS: [], ALARMS: billing_alarm()}).reason == "no_budget"


@pytest.mark.parametrize(
    "changes",
    [
        {"ActionsEnabled": False},
        {"AlarmActions": []},
        {"Namespace": "Custom"},
        {"ComparisonOperator": "LessThanThreshold"},
        {"Dimensions": [{"Name": "Currency", "Value": "USD"}, {"Name": "ServiceName", "Value": "AmazonEC2"}]},
        {"Dimensions": [{"Name": "LinkedAccount", "Value": "999999999999"}]},
    ],
)
def test_alarms_that_do_not_count(changes: dict[str, Any]):
    """Silent, of something else, of one service, or of another account."""
    assert with_alerts(FORECAST, **{ALARMS: billing_alarm(**changes)}).reason == "no_actual_alert"


def test_billing_alarms_live_in_one_region():
    """An alarm elsewhere is not on the bill; us-east-1 unread leaves the answer open, but only where it matters."""
    elsewhere = [{**billing_alarm()[0], "region": "eu-west-1"}]
    dark = [{"region": "us-east-1", **unread(ALARMS)}]
    for alarms in (elsewhere, dark, unread(ALARMS), [{"region": "us-east-1"}]):
        assert with_alerts(FORECAST, **{ALARMS: alarms}).status is Status.UNKNOWN
        assert with_alerts(EARLY, **{ALARMS: alarms}).status is Status.FAIL
        assert with_alerts(*BOTH, **{ALARMS: alarms}).status is Status.PASS


# -- the organization -------------------------------------------------------------------------------------------------
def test_budget_of_the_management_account_covers_members():
    """Without an account filter it counts everybody; that is noted, and may be refused."""
    finding = member(paying(budget("org")))
    assert finding.status is Status.PASS and finding.notes[0].startswith("org_budget")
    strict = member(paying(budget("org")), settings={"require_per_account": True})
    assert (strict.status, strict.reason) == (Status.FAIL, "org_budget_only")


def test_budget_of_the_management_account_for_this_member_is_its_own():
    """An account filter makes it a budget per account."""
    named = budget("for-member", CostFilters={"LinkedAccount": [ACCOUNT]})
    finding = member(paying(named), settings={"require_per_account": True})
    assert finding.status is Status.PASS and finding.notes == ()
    other = budget("for-other", CostFilters={"LinkedAccount": ["999999999999"]})
    assert member(paying(other)).reason == "no_budget"


def test_management_account_is_covered_by_its_own_budget():
    """For the management account its budget is no foreign one."""
    finding = one(MEMBER, account=MANAGEMENT, settings={"require_per_account": True})
    assert finding.status is Status.PASS and finding.notes == ()


def test_management_account_that_cannot_be_seen_leaves_the_answer_open():
    """A member without budgets may be covered there; one with its own budget need not ask."""
    assert member().reason == "management_out_of_scope"
    assert member({MANAGEMENT: {BUDGETS: unread(BUDGETS)}}).reason == "AccessDenied"
    assert member({MANAGEMENT: {"cloudtrail.trails": []}}).reason == "not_collected"
    assert one(unread("org.organization"), **{BUDGETS: []}).status is Status.UNKNOWN
    assert one({"org.organization": unread("org.organization")}, **{BUDGETS: []}).status is Status.UNKNOWN
    assert one(MEMBER).status is Status.PASS


# -- what could not be read -------------------------------------------------------------------------------------------
def test_unread_budgets_are_unknown_even_with_an_alarm():
    """The alarm proves the actual part, the forecast stays open."""
    assert one(**{BUDGETS: unread(BUDGETS), ALARMS: billing_alarm()}).status is Status.UNKNOWN
    assert member(paying(budget("org")), **{BUDGETS: unread(BUDGETS)}).status is Status.UNKNOWN


def test_unread_notifications_are_unknown_where_a_budget_counts():
    """Without a budget that counts they could not help."""
    dark = {NOTIFICATIONS: unread(NOTIFICATIONS)}
    assert one(**dark).status is Status.UNKNOWN
    assert one(**dark, **{BUDGETS: [budget(BudgetType="USAGE")]}).status is Status.FAIL
    assert one(**{NOTIFICATIONS: {}}).status is Status.UNKNOWN
    assert with_alerts(EARLY, unread(NOTIFICATIONS)).status is Status.UNKNOWN
    assert with_alerts(*BOTH, unread(NOTIFICATIONS)).status is Status.PASS


@pytest.mark.parametrize(
    "changes",
    [
        {"BudgetType": 7},
        {"TimePeriod": {}},
        {"TimePeriod": {"Start": "2026-01-01T00:00:00Z", "End": "never"}},
        {"CostFilters": unread(BUDGETS)},
        {"CostFilters": ["x"]},
        {"CostFilters": {"LinkedAccount": ACCOUNT}},
        {"FilterExpression": {"And": []}},
        {"FilterExpression": {"Not": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["999999999999"]}}}},
        {
            "FilterExpression": {
                "Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["1111"], "MatchOptions": ["STARTS_WITH"]}
            }
        },
    ],
)
def test_malformed_budgets_are_unknown(changes: dict[str, Any]):
    """What is not as AWS writes it, or not understood, neither counts nor rules itself out."""
    assert with_budget(**changes).status is Status.UNKNOWN


def test_what_is_ruled_out_by_one_part_needs_no_other():
    """A usage budget does not count, although its period is unread."""
    assert with_budget(BudgetType="USAGE", TimePeriod=unread(BUDGETS)).status is Status.FAIL
