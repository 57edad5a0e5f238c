"""AWS Budgets: what may be spent, from which amount on somebody is told, and who."""

from __future__ import annotations

from functools import partial
from typing import Any

from rootwarden.aws.collectors import of_account
from rootwarden.aws.visit import Visit

_NONE = "NotFoundException"


@of_account("budgets.budgets")
def budgets(visit: Visit) -> list[dict[str, Any]]:
    """Return all budgets, their filter expressions included; an account that never had one may be unknown to AWS."""
    return visit.ask.items_or_empty(
        _NONE, "budgets", "DescribeBudgets", "Budgets", AccountId=visit.account, ShowFilterExpression=True
    )


@of_account(
    "budgets.notifications", after=("budgets.budgets",), per={"budgets.DescribeNotificationsForBudget": "budget"}
)
def notifications(visit: Visit) -> dict[str, Any]:
    """Return the notifications of each budget."""
    names = [budget["BudgetName"] for budget in visit.need("budgets.budgets")]
    return {name: visit.ask.or_mark(partial(_notifications, visit, name)) for name in names}


def _notifications(visit: Visit, budget: str) -> list[dict[str, Any]]:
    return visit.ask.items_or_empty(
        _NONE, "budgets", "DescribeNotificationsForBudget", "Notifications",
        AccountId=visit.account, BudgetName=budget,
    )  # fmt: skip


@of_account(
    "budgets.subscribers",
    after=("budgets.notifications",),
    per={"budgets.DescribeSubscribersForNotification": "notification of a budget"},
)
def subscribers(visit: Visit) -> dict[str, Any]:
    """Return who is told by each notification of each budget."""
    found = visit.need("budgets.notifications")
    return {
        name: [
            {"Notification": one, "Subscribers": visit.ask.or_mark(partial(_subscribers, visit, name, one))}
            for one in listed
        ]
        if isinstance(listed, list)
        else listed
        for name, listed in found.items()
    }


def _subscribers(visit: Visit, budget: str, notification: dict[str, Any]) -> list[dict[str, Any]]:
    return visit.ask.items_or_empty(
        _NONE, "budgets", "DescribeSubscribersForNotification", "Subscribers",
        AccountId=visit.account, BudgetName=budget, Notification=notification,
    )  # fmt: skip
