"""What an account has cost, month by month: the lab has no bills, so a world says what they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from moto.core.base_backend import BackendDict, BaseBackend

from rootwarden.lab.clock import now


class Bills(BaseBackend):
    """The full months before this one, oldest first, in USD."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any bill."""
        super().__init__(region_name, account_id)
        self.months: list[Decimal] = []


_bills: BackendDict[Bills] = BackendDict(Bills, "rootwarden-costs", use_boto3_regions=False, additional_regions=["aws"])


def set_costs(account: str, body: Any) -> list[str]:
    """Set the costs of the last full months, oldest first; `body` is a list of numbers in USD.

    Raises:
        msgspec.ValidationError: it is no list of numbers.
    """
    amounts = msgspec.convert(body, list[Decimal], strict=False)
    _bills[account]["aws"].months = amounts
    return [str(amount) for amount in amounts]


def cost_between(account: str, start: date, end: date) -> Decimal:
    """Return what the account cost in the months that begin in [start, end); months nobody set are free."""
    months = _bills[account]["aws"].months
    this = _number(now().date())
    first = this - len(months)
    return sum((months[at - first] for at in range(_number(start), _number(end)) if first <= at < this), Decimal(0))


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_after(day: date) -> date:
    """Return the first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
