"""What an account has cost, by month, and by day and service: the lab has no bills, so a world says what they were.

Months and days are told apart, as a world may know only one of them. A month that nobody set costs what its days cost.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from moto.core.base_backend import BackendDict, BaseBackend

from rootwarden.lab.clock import now


class Bills(BaseBackend):
    """The full months before this one, oldest first, and the days that are known by service; in USD."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any bill."""
        super().__init__(region_name, account_id)
        self.months: list[Decimal] = []
        self.days: dict[date, dict[str, Decimal]] = {}


_bills: BackendDict[Bills] = BackendDict(Bills, "rootwarden-costs", use_boto3_regions=False, additional_regions=["aws"])


def set_costs(account: str, body: Any) -> list[str]:
    """Set the costs of the last full months, oldest first; `body` is a list of numbers in USD.

    Raises:
        msgspec.ValidationError: it is no list of numbers.
    """
    amounts = msgspec.convert(body, list[Decimal], strict=False)
    _bills[account]["aws"].months = amounts
    return [str(amount) for amount in amounts]


def set_daily_costs(account: str, body: Any) -> dict[str, int]:
    """Set what each service cost on the last days, oldest first, the last being yesterday; return how many days.

    `body` is an object of lists of numbers in USD by service, as Cost Explorer names it. What was set before is gone.

    Raises:
        msgspec.ValidationError: it is no such object.
    """
    by_service = msgspec.convert(body, dict[str, list[Decimal]], strict=False)
    days: dict[date, dict[str, Decimal]] = {}
    today = now().date()
    for service, amounts in by_service.items():
        for ago, amount in enumerate(reversed(amounts), start=1):
            days.setdefault(today - timedelta(days=ago), {})[service] = amount
    _bills[account]["aws"].days = days
    return {service: len(amounts) for service, amounts in by_service.items()}


def cost_between(account: str, start: date, end: date) -> Decimal:
    """Return what the account cost in the months that begin in [start, end); what nobody set is free."""
    bills = _bills[account]["aws"]
    this = _number(now().date())
    first = this - len(bills.months)
    set_months = (bills.months[at - first] for at in range(_number(start), _number(end)) if first <= at < this)
    by_day = (
        sum(cost.values(), Decimal(0)) for day, cost in bills.days.items() if start <= day < end
        and not first <= _number(day) < this
    )  # fmt: skip
    return sum(set_months, Decimal(0)) + sum(by_day, Decimal(0))


def cost_by_service(account: str, start: date, end: date) -> dict[str, Decimal]:
    """Return what each service cost on the days of [start, end); only what was set by the day is known by service."""
    found: dict[str, Decimal] = {}
    for day, cost in _bills[account]["aws"].days.items():
        if start <= day < end:
            for service, amount in cost.items():
                found[service] = found.get(service, Decimal(0)) + amount
    return found


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_after(day: date) -> date:
    """Return the first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
