"""Seeds money: budgets with their alerts and recipients, and what the last months cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rootwarden.lab.blueprint import Account, Budget, BudgetAlert
from rootwarden.lab.seeding.alerting import topic_arn
from rootwarden.lab.seeding.hands import Hands

_FOREVER = 3706473600  # 2087-06-15, what AWS sets where no end is given


def seed_billing(hands: Hands, account: Account, now: datetime) -> None:
    """Create the account's budgets and set its costs; runs in the account."""
    for budget in account.budgets:
        hands("budgets").create_budget(
            AccountId=account.id,
            Budget=_budget(budget, now),
            NotificationsWithSubscribers=[_alert(alert, account.id) for alert in budget.alerts],
        )
    if account.monthly_cost:
        hands.control("POST", f"costs/{account.id}", list(account.monthly_cost))


def _budget(budget: Budget, now: datetime) -> dict[str, Any]:
    start = (now - timedelta(days=365)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = int((now - timedelta(days=30)).timestamp()) if budget.ended else _FOREVER
    return {
        "BudgetName": budget.name,
        "BudgetType": budget.type,
        "TimeUnit": "MONTHLY",
        "BudgetLimit": _usd(budget.limit),
        "CostFilters": {name: list(values) for name, values in budget.filters.items()},
        "TimePeriod": {"Start": int(start.timestamp()), "End": end},
        "CalculatedSpend": {"ActualSpend": _usd(budget.spent), "ForecastedSpend": _usd(budget.forecast)},
    }


def _usd(amount: float) -> dict[str, str]:
    return {"Amount": f"{amount:.2f}", "Unit": "USD"}


def _alert(alert: BudgetAlert, account: str) -> dict[str, Any]:
    subscribers = [{"SubscriptionType": "EMAIL", "Address": address} for address in alert.emails]
    if alert.topic:
        region, _, name = alert.topic.partition("/")
        subscribers.append({"SubscriptionType": "SNS", "Address": topic_arn(region, account, name)})
    return {
        "Notification": {
            "NotificationType": alert.type,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": alert.threshold,
            "ThresholdType": "ABSOLUTE_VALUE" if alert.absolute else "PERCENTAGE",
        },
        "Subscribers": subscribers,
    }
