"""Daily costs, anomaly detection and actions of budgets behave in the lab as AWS's API references say."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize  # noqa: F401

MONITOR = {"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
IMPACT = {"Dimensions": {"Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                         "Values": ["20"]}}  # fmt: skip
MISSING = f"arn:aws:ce::{MANAGEMENT}:anomalymonitor/none"
TOLD = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
NAMED = {"AccountId": MANAGEMENT, "BudgetName": "all"}


def post(lab: Lab, path: str, body: object) -> None:
    """Tell the lab something that no AWS call can."""
    data = json.dumps(body).encode()
    urllib.request.urlopen(urllib.request.Request(f"{lab.endpoint}/rw-api/{path}", data, method="POST")).close()


def daily(lab: Lab, account: str, *keys: str, days: int = 3, **more: Any) -> list[dict[str, Any]]:
    """Ask for the last days, grouped."""
    today = datetime.now(UTC).date()
    answer: dict[str, Any] = client(lab, "ce", entry(lab, account)).get_cost_and_usage(
        TimePeriod={"Start": str(today - timedelta(days=days)), "End": str(today)}, Granularity="DAILY",
        Metrics=["UnblendedCost"], GroupBy=[{"Type": "DIMENSION", "Key": key} for key in keys], **more,
    )  # fmt: skip
    rows: list[dict[str, Any]] = answer["ResultsByTime"]
    return rows


def test_costs_by_day_service_and_account(lab: Lab) -> None:
    """The management account sees members; groups without costs are left out; a total adds all up."""
    (member,) = organize(lab, "member")
    post(lab, f"daily/{MANAGEMENT}", {"AWS Lambda": [1, 2], "Amazon EC2": [5]})
    post(lab, f"daily/{member}", {"AWS Lambda": [10]})
    rows = daily(lab, MANAGEMENT, "SERVICE", "LINKED_ACCOUNT")
    assert [
        {tuple(one["Keys"]): one["Metrics"]["UnblendedCost"]["Amount"] for one in row["Groups"]} for row in rows
    ] == [
        {},
        {("AWS Lambda", MANAGEMENT): "1"},
        {("AWS Lambda", MANAGEMENT): "2", ("Amazon EC2", MANAGEMENT): "5", ("AWS Lambda", member): "10"},
    ]
    assert [row["Total"]["UnblendedCost"]["Amount"] for row in daily(lab, MANAGEMENT)] == ["0", "1", "17"]
    assert [one["Keys"] for one in daily(lab, member, "SERVICE", days=1)[0]["Groups"]] == [["AWS Lambda"]]
    no_credits = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}}
    assert daily(lab, MANAGEMENT, "SERVICE", Filter=no_credits) == daily(lab, MANAGEMENT, "SERVICE")


def test_a_month_is_the_sum_of_its_days(lab: Lab) -> None:
    """Where a month was not set, its days count; services of a month are known from its days only."""
    post(lab, f"daily/{MANAGEMENT}", {"AWS Lambda": [3]})
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    after = yesterday + timedelta(days=1)
    asked: dict[str, Any] = {
        "TimePeriod": {"Start": str(yesterday.replace(day=1)), "End": str(after)}, "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
    }  # fmt: skip
    ce = client(lab, "ce", entry(lab))
    total = ce.get_cost_and_usage(**asked)["ResultsByTime"][0]["Total"]
    assert total["UnblendedCost"]["Amount"] == "3"
    by_service = ce.get_cost_and_usage(**asked, GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}])
    assert by_service["ResultsByTime"][0]["Groups"][0]["Keys"] == ["AWS Lambda"]


def test_monitors_and_subscriptions(lab: Lab) -> None:
    """One managed monitor for services, who is told of it, both renamed and deleted; what is unknown says so."""
    ce = client(lab, "ce", entry(lab))
    arn = ce.create_anomaly_monitor(AnomalyMonitor=MONITOR)["MonitorArn"]
    assert arn.startswith(f"arn:aws:ce::{MANAGEMENT}:anomalymonitor/")
    assert error_of(ce.create_anomaly_monitor, AnomalyMonitor=MONITOR)[0] == "LimitExceededException"
    wanted = {
        "SubscriptionName": "mail", "MonitorArnList": [arn], "Frequency": "DAILY", "ThresholdExpression": IMPACT,
        "Subscribers": [{"Type": "EMAIL", "Address": "a@example.com"}],
    }  # fmt: skip
    at_once = wanted | {"Frequency": "IMMEDIATE"}
    assert error_of(ce.create_anomaly_subscription, AnomalySubscription=at_once)[0] == "ValidationException"
    elsewhere = wanted | {"MonitorArnList": [MISSING]}
    assert error_of(ce.create_anomaly_subscription, AnomalySubscription=elsewhere)[0] == "UnknownMonitorException"
    subscription = ce.create_anomaly_subscription(AnomalySubscription=wanted)["SubscriptionArn"]
    ce.update_anomaly_subscription(SubscriptionArn=subscription, Frequency="WEEKLY")
    (found,) = ce.get_anomaly_subscriptions(MonitorArn=arn)["AnomalySubscriptions"]
    assert (found["Frequency"], found["Subscribers"][0]["Status"]) == ("WEEKLY", "CONFIRMED")
    ce.update_anomaly_monitor(MonitorArn=arn, MonitorName="renamed")
    assert [one["MonitorName"] for one in ce.get_anomaly_monitors()["AnomalyMonitors"]] == ["renamed"]
    ce.delete_anomaly_monitor(MonitorArn=arn)
    assert error_of(ce.delete_anomaly_monitor, MonitorArn=arn)[0] == "UnknownMonitorException"
    ce.delete_anomaly_subscription(SubscriptionArn=subscription)
    gone = error_of(ce.delete_anomaly_subscription, SubscriptionArn=subscription)
    assert gone[0] == "UnknownSubscriptionException"


def test_anomalies_of_an_interval(lab: Lab) -> None:
    """Those that ended in it, above an impact if asked so."""
    small = {
        "AnomalyId": "1", "AnomalyEndDate": "2026-11-03", "MonitorArn": MISSING,
        "AnomalyScore": {"MaxScore": 0.5, "CurrentScore": 0.5}, "Impact": {"MaxImpact": 5.0, "TotalImpact": 9.0},
    }  # fmt: skip
    large = small | {"AnomalyId": "2", "AnomalyEndDate": "2026-11-20", "Impact": {"MaxImpact": 50, "TotalImpact": 90.5}}
    post(lab, f"anomalies/{MANAGEMENT}", [small, large])
    ce = client(lab, "ce", entry(lab))

    def found(start: str, **more: Any) -> list[str]:
        interval = {"StartDate": start, "EndDate": "2026-11-30"}
        return [one["AnomalyId"] for one in ce.get_anomalies(DateInterval=interval, **more)["Anomalies"]]

    assert found("2026-11-01") == ["1", "2"]
    assert found("2026-11-10") == ["2"]
    assert found("2026-11-01", TotalImpact={"NumericOperator": "GREATER_THAN", "StartValue": 50}) == ["2"]


def test_alerts_and_recipients_are_replaced(lab: Lab) -> None:
    """An alert keeps its recipients when its threshold changes; a recipient is replaced in place."""
    budgets = client(lab, "budgets", entry(lab))
    one, other = ({"SubscriptionType": "EMAIL", "Address": f"{name}@example.com"} for name in "ab")
    budget = {"BudgetName": "all", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    budgets.create_budget(
        AccountId=MANAGEMENT, Budget=budget | {"BudgetLimit": {"Amount": "10", "Unit": "USD"}},
        NotificationsWithSubscribers=[{"Notification": TOLD, "Subscribers": [one]}],
    )  # fmt: skip
    later = TOLD | {"Threshold": 90.0}
    budgets.update_notification(**NAMED, OldNotification=TOLD, NewNotification=later)
    assert error_of(budgets.update_notification, **NAMED, OldNotification=TOLD, NewNotification=later)[0] == (
        "NotFoundException"
    )
    budgets.update_subscriber(**NAMED, Notification=later, OldSubscriber=one, NewSubscriber=other)
    found = budgets.describe_subscribers_for_notification(**NAMED, Notification=later)["Subscribers"]
    assert found == [other]
    budgets.delete_notification(**NAMED, Notification=later)
    assert error_of(budgets.delete_notification, **NAMED, Notification=later)[0] == "NotFoundException"


def test_actions_of_a_budget(lab: Lab) -> None:
    """An action is kept with its budget, stands by, and is returned when it is deleted."""
    budgets = client(lab, "budgets", entry(lab))
    budget = {"BudgetName": "all", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    budgets.create_budget(AccountId=MANAGEMENT, Budget=budget | {"BudgetLimit": {"Amount": "10", "Unit": "USD"}})
    role = f"arn:aws:iam::{MANAGEMENT}:role/stop"
    wanted = {
        "NotificationType": "ACTUAL", "ActionType": "APPLY_IAM_POLICY", "ApprovalModel": "MANUAL",
        "ActionThreshold": {"ActionThresholdValue": 100.0, "ActionThresholdType": "PERCENTAGE"},
        "Definition": {"IamActionDefinition": {"PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll", "Roles": ["all"]}},
        "ExecutionRoleArn": role, "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}],
    }  # fmt: skip
    made = budgets.create_budget_action(**NAMED, **wanted)
    (found,) = budgets.describe_budget_actions_for_budget(**NAMED)["Actions"]
    assert (found["ActionId"], found["Status"], found["ExecutionRoleArn"]) == (made["ActionId"], "STANDBY", role)
    gone = budgets.delete_budget_action(**NAMED, ActionId=made["ActionId"])
    assert gone["Action"]["ActionId"] == made["ActionId"]
    assert error_of(budgets.delete_budget_action, **NAMED, ActionId=made["ActionId"])[0] == "NotFoundException"
    elsewhere = NAMED | {"BudgetName": "none"}
    assert error_of(budgets.describe_budget_actions_for_budget, **elsewhere)[0] == "NotFoundException"
