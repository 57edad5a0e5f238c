"""Budgets and whom they notify."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _budget(site: Site, properties: Properties) -> Made:
    """Create a budget; an amount is a number in a template and text in the API."""
    budget = dict(properties["Budget"])
    if "BudgetLimit" in budget:
        limit = budget["BudgetLimit"]
        budget["BudgetLimit"] = {**limit, "Amount": str(limit["Amount"])}
    asked: Properties = {"AccountId": site.account, "Budget": budget}
    notifications = [
        {**one, "Notification": {**one["Notification"], "Threshold": float(one["Notification"]["Threshold"])}}
        for one in properties.get("NotificationsWithSubscribers", [])
    ]
    if notifications:
        asked["NotificationsWithSubscribers"] = notifications
    if "ResourceTags" in properties:
        asked["ResourceTags"] = properties["ResourceTags"]
    site.call("budgets", "CreateBudget", asked)
    return Made(budget["BudgetName"], {})


KINDS = {
    "AWS::Budgets::Budget": Kind(
        _budget, frozenset({"Budget"}), frozenset({"NotificationsWithSubscribers", "ResourceTags"})
    )
}
