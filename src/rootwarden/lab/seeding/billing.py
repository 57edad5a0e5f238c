"""Seeds money: budgets with their alerts and recipients, and what the last months and days cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from rootwarden.lab.blueprint import Account, Budget, BudgetAlert, DailyCost
from rootwarden.lab.seeding.alerting import topic_arn
from rootwarden.lab.seeding.hands import Hands

_SATURDAY = 5
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
    if account.daily_costs:
        daily = {one.service: _days(one, account.id, now) for one in account.daily_costs}
        hands.control("POST", f"daily/{account.id}", daily)


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


def _days(cost: DailyCost, account: str, now: datetime) -> list[float]:
    """Return the cost of each day, oldest first, the last being yesterday; the same for a world on the same date."""
    return [_day(cost, account, now - timedelta(days=ago), ago) for ago in range(cost.days, 0, -1)]


def _day(cost: DailyCost, account: str, day: datetime, ago: int) -> float:
    if cost.jump_days_ago - cost.jump_days < ago <= cost.jump_days_ago:
        return cost.jump_usd
    wobble = crc32(f"{account}/{cost.service}/{ago}".encode()) % 801 - 400  # in hundredths of a percent
    quiet = cost.weekend if day.weekday() >= _SATURDAY else 1.0
    return round(cost.usd * quiet * (1 + wobble / 10_000), 4)


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
