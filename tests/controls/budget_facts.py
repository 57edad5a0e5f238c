"""A cost budget with its alerts and recipients, as a careful company has it."""

from __future__ import annotations

from typing import Any

from tests.controls.alert_facts import TOPIC, topic
from tests.controls.judged import ACCOUNT

MANAGEMENT = "222233334444"
STANDALONE = {"org.organization": None}
MEMBER = {"org.organization": {"Id": "o-acme", "FeatureSet": "ALL", "MasterAccountId": MANAGEMENT}}


def usd(amount: float) -> dict[str, str]:
    """Return an amount of dollars as AWS writes it."""
    return {"Amount": str(amount), "Unit": "USD"}


def budget(name: str = "account", limit: float = 100, actual: float = 40, **changes: Any) -> dict[str, Any]:
    """Return a monthly cost budget without filters."""
    return {
        "BudgetName": name,
        "BudgetType": "COST",
        "BudgetLimit": usd(limit),
        "CostFilters": {},
        "TimeUnit": "MONTHLY",
        "TimePeriod": {"Start": "2026-01-01T00:00:00Z", "End": "2087-06-15T00:00:00Z"},
        "CalculatedSpend": {"ActualSpend": usd(actual), "ForecastedSpend": usd(60)},
        "LastUpdatedTime": "2026-01-01T00:00:00Z",
        **changes,
    }


def notification(kind: str = "ACTUAL", threshold: float = 80, **changes: Any) -> dict[str, Any]:
    """Return a notification that is raised when a share of the limit is passed."""
    return {
        "NotificationType": kind,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": threshold,
        "ThresholdType": "PERCENTAGE",
        "NotificationState": "OK",
        **changes,
    }


BOTH = [notification("ACTUAL", 80), notification("FORECASTED", 100)]
EMAIL = {"SubscriptionType": "EMAIL", "Address": "billing@acme.example"}
SNS = {"SubscriptionType": "SNS", "Address": TOPIC}


def subscribers(*who: dict[str, str], name: str = "account") -> dict[str, Any]:
    """Return the fact `budgets.subscribers` with one notification."""
    return {name: [{"Notification": notification(), "Subscribers": list(who)}]}


def months(*amounts: float) -> dict[str, Any]:
    """Return the fact `ce.cost` for August to October 2026."""
    starts = ("2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01")
    rows = zip(starts, starts[1:], amounts, strict=False)
    return {"months": [{"Start": s, "End": e, "Amount": str(amount), "Unit": "USD"} for s, e, amount in rows]}


def billing_alarm(**changes: Any) -> list[Any]:
    """Return the fact `cloudwatch.alarms` with the alarm on estimated charges."""
    alarm = {
        "AlarmName": "bill",
        "MetricName": "EstimatedCharges",
        "Namespace": "AWS/Billing",
        "Dimensions": [{"Name": "Currency", "Value": "USD"}],
        "ComparisonOperator": "GreaterThanThreshold",
        "ActionsEnabled": True,
        "AlarmActions": [f"arn:aws:sns:us-east-1:{ACCOUNT}:billing"],
        **changes,
    }
    return [{"region": "us-east-1", "MetricAlarms": [alarm], "CompositeAlarms": []}]


def facts(**changes: Any) -> dict[str, Any]:
    """Return the facts of an account with one good budget."""
    return {
        "budgets.budgets": [budget()],
        "budgets.notifications": {"account": BOTH},
        "budgets.subscribers": subscribers(EMAIL),
        "cloudwatch.alarms": [],
        "sns.topics": [topic()],
        **changes,
    }
