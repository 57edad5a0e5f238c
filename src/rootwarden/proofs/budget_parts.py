"""Which budgets count as a cost budget of an account, and which alerts they raise in time.

Source: AWS Budgets API Reference, Budget and Notification; Cost Management User Guide, "Managing your costs with AWS
Budgets". In a management account a budget without an account filter counts the costs of all members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.cost_scope import NOBODY, Accounts, accounts_covered

BUDGETS, NOTIFICATIONS = "budgets.budgets", "budgets.notifications"


class CostBudget(Struct, frozen=True, gc=False):
    """A cost budget that is active, and the account it stands in; `accounts` None: no account filter.

    `read` is what makes it count: fact paths with what was found there.
    """

    name: str
    payer: str
    sight: Sight
    accounts: Accounts
    read: Mapping[str, Any]

    def cite(self, log: Log) -> CostBudget:
        """Record what makes the budget count, and return it as seen through that record."""
        log.entries.update(self.read)
        return CostBudget(self.name, self.payer, self.sight.recorded_in(log), self.accounts, self.read)


class Listed(Struct, frozen=True):
    """The cost budgets of an account, and those of which it could not be told whether they count."""

    counting: tuple[CostBudget, ...]
    unsure: tuple[tuple[str, UnseenError], ...]


class OwnBudgets(Struct, frozen=True):
    """The cost budgets that stand in an account: `seen.once(OwnBudgets(now))`, once for all controls."""

    now: datetime

    def __call__(self, seen: View) -> Listed:
        """Return them; nothing is recorded.

        Raises:
            UnseenError: the list of budgets is unread.
        """
        return cost_budgets(seen.account[BUDGETS], seen.subject.account, self.now)


def cost_budgets(budgets: Sight, payer: str, now: datetime) -> Listed:
    """Return the active cost budgets that leave out no service, Region or tag; nothing is recorded.

    Raises:
        UnseenError: the list of budgets is unread.
    """
    counting: list[CostBudget] = []
    unsure: list[tuple[str, UnseenError]] = []
    for item in budgets.recorded_in(Log()).each(key="BudgetName"):
        log = Log()
        budget, name = item.recorded_in(log), item.told("BudgetName")
        try:
            accounts = counted(budget, now)
            if not name:
                budget["BudgetName"].text()
        except UnseenError as error:
            unsure.append((name, error))
            continue
        if accounts != NOBODY:
            counting.append(CostBudget(name, payer, budget, accounts, log.entries.copy()))
    return Listed(tuple(sorted(counting, key=lambda one: one.name)), tuple(unsure))


def counted(budget: Sight, now: datetime) -> Accounts:
    """Return the accounts whose costs an active cost budget counts in full, NOBODY for any other budget.

    Raises:
        UnseenError: nothing that was read rules the budget out, and a part of it could not be read.
    """
    doubt: UnseenError | None = None
    for rules_out in (_is_no_cost_budget, _is_over, _is_unhealthy):
        try:
            if rules_out(budget, now):
                return NOBODY
        except UnseenError as error:
            doubt = doubt or error
    accounts = accounts_covered(budget)
    if accounts != NOBODY and doubt is not None:
        raise doubt
    return accounts


def _is_no_cost_budget(budget: Sight, now: datetime) -> bool:
    return budget["BudgetType"].text() != "COST"


def _is_over(budget: Sight, now: datetime) -> bool:
    """Return whether the period of the budget is over, or has not begun."""
    start, end = (_instant(budget["TimePeriod"][field]) for field in ("Start", "End"))
    return end <= now or start > now


def _is_unhealthy(budget: Sight, now: datetime) -> bool:
    """Return whether AWS no longer updates the budget; a field that most budgets do not have."""
    return budget.recorded_in(Log())["HealthStatus"]["Status"].text(default="") == "UNHEALTHY"


def _instant(sight: Sight) -> datetime:
    found = sight.time()
    assert found is not None  # without a default, an absent time is unread
    return found


class Alert(Struct, frozen=True, gc=False):
    """One notification that is raised when costs rise: ACTUAL or FORECASTED, at a share of the limit in percent."""

    kind: str
    percent: Decimal
    budget: CostBudget
    sight: Sight

    def cite(self, log: Log, now: datetime) -> None:
        """Record the budget and the notification as evidence."""
        _alert(self.budget.cite(log), self.sight.recorded_in(log), now)


def alerts(budget: CostBudget, notifications: Sight, now: datetime) -> Iterator[Alert | UnseenError]:
    """Go through the alerts of a budget; an unread one is given as the error it met. Nothing is recorded.

    `notifications` is the fact: an object of lists by name of the budget.
    """
    try:
        rows = notifications.recorded_in(Log())[budget.name].each()
    except UnseenError as error:
        yield error
        return
    for row in rows:
        try:
            alert = _alert(budget, row, now)
        except UnseenError as error:
            yield error
            continue
        if alert is not None:
            yield alert


def _alert(budget: CostBudget, row: Sight, now: datetime) -> Alert | None:
    """Return the alert, None for one that is raised when costs fall."""
    kind = row["NotificationType"].text()
    if row["ComparisonOperator"].text() != "GREATER_THAN":
        return None
    threshold = Decimal(str(row["Threshold"].number()))
    measure = row["ThresholdType"].text(default="PERCENTAGE")
    if measure == "PERCENTAGE":
        return Alert(kind, threshold, budget, row)
    limit = limit_of(budget.sight, now).amount
    if measure != "ABSOLUTE_VALUE" or limit <= 0:
        raise UnseenError(Unknown("malformed: no threshold can be worked out"), row.path)
    return Alert(kind, threshold * 100 / limit, budget, row)


class Money(Struct, frozen=True, gc=False):
    """An amount with its currency, such as 100 USD."""

    amount: Decimal
    unit: str


def money(sight: Sight) -> Money:
    """Read a Spend: an amount as text, and its unit.

    Raises:
        UnseenError: it is unread, or no amount.
    """
    text, unit = sight["Amount"].text(), sight["Unit"].text()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise UnseenError(Unknown(f"malformed: expected an amount, found {text[:40]!r}"), sight.path)
    return Money(amount, unit)


def limit_of(budget: Sight, now: datetime) -> Money:
    """Read the limit in force: of the current period where limits are planned ahead, else the fixed one.

    Raises:
        UnseenError: there is none, or it is unread.
    """
    planned = budget["PlannedBudgetLimits"]
    if planned.recorded_in(Log()).is_none:
        return money(budget["BudgetLimit"])
    starts = [start for start, _ in planned.recorded_in(Log()).fields() if start.isdecimal()]
    begun = [start for start in starts if int(start) <= now.timestamp()]
    if not begun:
        raise UnseenError(Unknown("malformed: no planned limit has begun"), planned.path)
    return money(planned[max(begun, key=int)])
