"""Budgets with subscribers that can be read back: who is told when the money runs."""

from __future__ import annotations

from typing import Any

from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.responses import ActionResult, EmptyResult

from rootwarden.lab.aws_error import AwsError

# One SNS topic and ten e-mail addresses per notification (AWS Budgets quotas).
_MOST_SUBSCRIBERS = 11
_IDENTITY = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")


class Budgets(BudgetsResponse):
    """moto keeps subscribers but cannot show them, and fails on budgets that do not exist."""

    def describe_budgets(self) -> Any:
        """Return the account's budgets in pages of at most 100."""
        start, size = int(self._get_param("NextToken") or 0), int(self._get_param("MaxResults") or 100)
        rows = [budget.to_dict() for budget in self._budgets().values()]
        page: dict[str, Any] = {"Budgets": rows[start : start + size]}
        if start + size < len(rows):
            page["NextToken"] = str(start + size)
        return ActionResult(page)

    def describe_notifications_for_budget(self) -> Any:
        """Return the notifications of one budget, each with its state."""
        budget = self._budget()
        return ActionResult({"Notifications": [_shown(one, budget) for one in budget.notifications]})

    def describe_subscribers_for_notification(self) -> Any:
        """Return who receives one notification."""
        return ActionResult({"Subscribers": list(self._notification().subscribers)})

    def create_notification(self) -> Any:
        """Add a notification with its first subscribers."""
        wanted, subscribers = self._get_param("Notification"), self._get_param("Subscribers") or []
        budget = self._budget()
        if any(_same(one.details, wanted) for one in budget.notifications):
            raise AwsError("DuplicateRecordException", "Error creating notification: it already exists.")
        _refuse_too_many(subscribers)
        budget.add_notification(wanted, subscribers)
        return EmptyResult()

    def update_notification(self) -> Any:
        """Replace what an alert says; its subscribers stay."""
        old, new = self._get_param("OldNotification"), self._get_param("NewNotification")
        held = self._notification(old)
        if not _same(old, new) and any(_same(one.details, new) for one in self._budget().notifications):
            raise AwsError("DuplicateRecordException", "Error updating notification: it already exists.")
        held.details = new
        return EmptyResult()

    def delete_notification(self) -> Any:
        """Remove a notification and its subscribers."""
        gone = self._notification()
        self._budget().notifications.remove(gone)
        return EmptyResult()

    def create_subscriber(self) -> Any:
        """Add a subscriber to a notification."""
        subscribers, new = self._notification().subscribers, self._get_param("Subscriber")
        if new in subscribers:
            raise AwsError("DuplicateRecordException", "Error creating subscriber: it already exists.")
        _refuse_too_many([*subscribers, new])
        subscribers.append(new)
        return EmptyResult()

    def update_subscriber(self) -> Any:
        """Replace one subscriber of a notification by another."""
        subscribers = self._notification().subscribers
        old, new = self._get_param("OldSubscriber"), self._get_param("NewSubscriber")
        if old not in subscribers:
            raise _not_found("Unable to update subscriber - it doesn't exist.")
        if new in subscribers and new != old:
            raise AwsError("DuplicateRecordException", "Error updating subscriber: it already exists.")
        subscribers[subscribers.index(old)] = new
        return EmptyResult()

    def delete_subscriber(self) -> Any:
        """Remove a subscriber; the last one takes the notification with it, as in AWS."""
        notification, gone = self._notification(), self._get_param("Subscriber")
        if gone not in notification.subscribers:
            raise _not_found("Unable to delete subscriber - it doesn't exist.")
        notification.subscribers.remove(gone)
        if not notification.subscribers:
            self._budget().notifications.remove(notification)
        return EmptyResult()

    def update_budget(self) -> Any:
        """Replace limit, period and filters of a budget; its notifications stay.

        What was calculated drops to zero, as the API Reference says, until there are new figures: here for good.
        """
        new: dict[str, Any] = self._get_param("NewBudget")
        old = self._budgets().get(new["BudgetName"])
        if old is None:
            raise _not_found(f"Unable to update budget: {new['BudgetName']} - the budget doesn't exist.")
        kept: dict[str, Any] = {"TimePeriod": old.budget["TimePeriod"]}
        nothing = {"ActualSpend": {"Amount": "0", "Unit": _unit(new)}}
        replaced = Budget({**kept, **new, "CalculatedSpend": nothing}, [])
        replaced.notifications = old.notifications
        self._budgets()[new["BudgetName"]] = replaced
        return EmptyResult()

    def _budgets(self) -> dict[str, Budget]:
        account = self._get_param("AccountId")
        if account != self.current_account:
            raise AwsError("AccessDeniedException", f"Account {self.current_account} may not read {account}.")
        found: dict[str, Budget] = self.backend.budgets[account]
        return found

    def _budget(self) -> Any:
        name = self._get_param("BudgetName")
        budget = self._budgets().get(name)
        if budget is None:
            raise _not_found(f"Unable to get budget: {name} - the budget doesn't exist.")
        return budget

    def _notification(self, named: dict[str, Any] | None = None) -> Any:
        wanted = named or self._get_param("Notification")
        for one in self._budget().notifications:
            if _same(one.details, wanted):
                return one
        raise _not_found("The notification doesn't exist.")


def _unit(budget: dict[str, Any]) -> str:
    return str(budget.get("BudgetLimit", {}).get("Unit", "USD"))


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return _identity(one) == _identity(other)


def _identity(notification: dict[str, Any]) -> tuple[Any, ...]:
    full = {"ThresholdType": "PERCENTAGE", **notification, "Threshold": float(notification["Threshold"])}
    return tuple(full[name] for name in _IDENTITY)


def _shown(notification: Notification, budget: Budget) -> dict[str, Any]:
    details: dict[str, Any] = {"ThresholdType": "PERCENTAGE", **notification.details}
    shown = budget.to_dict()
    kind = "ActualSpend" if details["NotificationType"] == "ACTUAL" else "ForecastedSpend"
    spent = float(shown["CalculatedSpend"].get(kind, {}).get("Amount", 0))
    limit = float(shown.get("BudgetLimit", {}).get("Amount", "inf"))
    line = float(details["Threshold"])
    line = line if details["ThresholdType"] == "ABSOLUTE_VALUE" else limit * line / 100
    return {**details, "NotificationState": "ALARM" if spent > line else "OK"}


def _refuse_too_many(subscribers: list[dict[str, str]]) -> None:
    if len(subscribers) > _MOST_SUBSCRIBERS:
        raise AwsError("CreationLimitExceededException", "A notification has at most eleven subscribers.")


def _not_found(message: str) -> AwsError:
    return AwsError("NotFoundException", message)
