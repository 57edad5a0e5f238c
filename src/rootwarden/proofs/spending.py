"""What an account is known to spend in a month, to hold the limit of a budget against.

From the last three full months of Cost Explorer where they were read (the call costs money), and from what AWS Budgets
itself calculates for the current period. Source: Cost Explorer API Reference, GetCostAndUsage; AWS Budgets API
Reference, CalculatedSpend and TimeUnit.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.budget_parts import money

# How many of a budget's periods make a month; a custom period is measured in days.
_PER_MONTH = {"DAILY": Decimal(30), "MONTHLY": Decimal(1), "QUARTERLY": Decimal(1) / 3, "ANNUALLY": Decimal(1) / 12}


class Spend(Struct, frozen=True, gc=False):
    """What was spent, per month, and where that stands; `start` is the first day of a full month, else ""."""

    amount: Decimal
    sight: Sight
    start: str = ""

    def cite(self, log: Log) -> None:
        """Record the amount as evidence."""
        self.sight.recorded_in(log)["Amount"].plain()


class Spending(Struct, frozen=True):
    """What is known of an account's costs. `months` is None where Cost Explorer was not read: `months_unread` is why.

    `actual` and `forecast` are of the budget's current period, per month; None where AWS gives none.
    """

    months: tuple[Spend, ...] | None
    months_unread: UnseenError | None
    actual: Spend | None
    forecast: Spend | None
    unread: UnseenError | None

    @property
    def highest(self) -> Spend | None:
        """The highest amount known."""
        known = [one for one in (*(self.months or ()), self.actual, self.forecast) if one is not None]
        return max(known, key=lambda one: (one.amount, one.start), default=None)

    @property
    def without_history(self) -> bool:
        """Whether Cost Explorer was read and knows no costs of any full month."""
        return self.months is not None and all(one.amount <= 0 for one in self.months)


def per_month(budget: Sight) -> Decimal:
    """Return by what to multiply an amount per period to have it per month.

    Raises:
        UnseenError: the length of the period is unread or not known.
    """
    unit = budget["TimeUnit"].text()
    if unit in _PER_MONTH:
        return _PER_MONTH[unit]
    start, end = budget["TimePeriod"]["Start"].time(), budget["TimePeriod"]["End"].time()
    days = (end - start).days if start is not None and end is not None else 0
    if unit != "CUSTOM" or days <= 0:
        raise UnseenError(Unknown(f"malformed: TimeUnit {unit[:40]!r}"), budget.path)
    return Decimal(30) / days


def spending(budget: Sight, costs: Sight, unit: str, factor: Decimal) -> Spending:
    """Return what is known of the costs, in the currency `unit`; `factor` turns a period of the budget into a month.

    `costs` is the fact `ce.cost`. Nothing is recorded.
    """
    aside = budget.recorded_in(Log())["CalculatedSpend"]
    unread: UnseenError | None = None
    current: list[Spend | None] = []
    for field, optional in (("ActualSpend", False), ("ForecastedSpend", True)):
        try:
            left_out = optional and aside[field].is_none
            current.append(None if left_out else _in_unit(aside[field], unit, factor))
        except UnseenError as error:
            unread = unread or error
            current.append(None)
    try:
        months, why = tuple(_months(costs.recorded_in(Log()), unit)), None
    except UnseenError as error:
        # Without its traceback, which would keep all that the judgement saw for as long as the error is kept.
        return Spending(None, error.with_traceback(None), current[0], current[1], unread)
    return Spending(months, why, current[0], current[1], unread)


def _in_unit(sight: Sight, unit: str, factor: Decimal) -> Spend:
    found = money(sight)
    if found.unit != unit:
        raise UnseenError(Unknown(f"other_currency: {found.unit[:10]} and not {unit[:10]}"), sight.path)
    return Spend(found.amount * factor, sight)


def _months(costs: Sight, unit: str) -> Iterator[Spend]:
    for month in costs["months"].each(key="Start"):
        if month["Unit"].text() != unit:
            raise UnseenError(Unknown("other_currency"), month.path)
        try:
            amount = Decimal(str(month["Amount"].plain()))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            raise UnseenError(Unknown("malformed: expected an amount"), month["Amount"].path)
        start = month["Start"].time()
        yield Spend(amount, month, f"{start:%Y-%m-%d}")
