"""Budgets and whom they notify."""

from __future__ import annotations

from typing import Any

from rootwarden.report.code.hcl import Argument, Block
from rootwarden.report.code.terraform.kind import (
    TAGS,
    Items,
    Kind,
    Say,
    UnsaidError,
    Words,
    argument,
    block,
    flat,
    said,
    tags,
    text,
)

# Whom a budget tells -> the argument that lists them.
_LISTS = {"EMAIL": "subscriber_email_addresses", "SNS": "subscriber_sns_topic_arns"}
_NOTIFICATION = {
    "ComparisonOperator": argument("comparison_operator"),
    "NotificationType": argument("notification_type"),
    "Threshold": argument("threshold"),
    "ThresholdType": argument("threshold_type"),
}
_COST_TYPES = {
    f"{verb}{what}": argument(f"{verb.lower()}_{said_as}")
    for verb, what, said_as in (
        ("Include", "Credit", "credit"),
        ("Include", "Discount", "discount"),
        ("Include", "OtherSubscription", "other_subscription"),
        ("Include", "Recurring", "recurring"),
        ("Include", "Refund", "refund"),
        ("Include", "Subscription", "subscription"),
        ("Include", "Support", "support"),
        ("Include", "Tax", "tax"),
        ("Include", "Upfront", "upfront"),
        ("Use", "Amortized", "amortized"),
        ("Use", "Blended", "blended"),
    )
}


def _filters(value: Any, words: Words) -> Items:
    for name, values in value.items():
        yield Block("cost_filter", (), (Argument("name", name), Argument("values", words.value(values))))


def _notifications(value: Any, words: Words) -> Items:
    """Say each notification; one without a threshold type is about per cent (Budgets API, `Notification`)."""
    for one in value:
        lists: dict[str, list[Any]] = {}
        for who in one["Subscribers"]:
            if who["SubscriptionType"] not in _LISTS:
                raise UnsaidError(f"a subscriber of type {who['SubscriptionType']} is not known here")
            lists.setdefault(_LISTS[who["SubscriptionType"]], []).append(words.value(who["Address"]))
        items = said({"ThresholdType": "PERCENTAGE", **one["Notification"]}, _NOTIFICATION, words, "a notification")
        yield Block("notification", (), (*items, *(Argument(name, values) for name, values in lists.items())))


_BUDGET = {
    "BudgetName": argument("name"),
    "BudgetType": argument("budget_type"),
    "TimeUnit": argument("time_unit"),
    "BudgetLimit": flat({"Amount": text("limit_amount"), "Unit": argument("limit_unit")}),
    "CostTypes": block("cost_types", _COST_TYPES),
    "AutoAdjustData": block(
        "auto_adjust_data",
        {
            "AutoAdjustType": argument("auto_adjust_type"),
            "HistoricalOptions": block(
                "historical_options", {"BudgetAdjustmentPeriod": argument("budget_adjustment_period")}
            ),
        },
    ),
    "CostFilters": Say(_filters),
}

KINDS = {
    "AWS::Budgets::Budget": Kind(
        type="aws_budgets_budget",
        says={
            "Budget": flat(_BUDGET),
            "NotificationsWithSubscribers": Say(_notifications),
            "ResourceTags": tags(),
        },
        ref="name",
        gets={},
        imported="{account}:{name}",
        kept=("billing_view_arn", "planned_limit", "time_period_end", "time_period_start", *TAGS),
    ),
}
