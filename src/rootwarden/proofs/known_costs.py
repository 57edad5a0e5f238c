"""What an account is known to cost in a month, from the last full months of Cost Explorer."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.budget_parts import Money
from rootwarden.proofs.payer import OUT_OF_SCOPE

COSTS = "ce.cost"


class Known(Struct, frozen=True):
    """The costs of the full months that were read, the oldest first, in one currency."""

    months: tuple[Money, ...]

    @property
    def highest(self) -> Money:
        """The dearest of them."""
        return max(self.months, key=lambda one: one.amount)

    @property
    def nothing(self) -> bool:
        """Whether none of them cost anything."""
        return all(one.amount <= 0 for one in self.months)


def costs_of(seen: View, account: str) -> Sight:
    """Return the fact `ce.cost` of the account itself, or of another one that is part of the audit."""
    if account == seen.subject.account:
        return seen.account[COSTS]
    return seen.shared(COSTS, account, OUT_OF_SCOPE)


def known_costs(costs: Sight) -> Known:
    """Read the costs of the last full months.

    Raises:
        UnseenError: Cost Explorer was not read, shows no month, or an amount is unread.
    """
    found = tuple(_month(one) for one in costs["months"].each(key="Start"))
    if not found:
        raise UnseenError(Unknown("no_spend_known"), costs.path)
    return Known(found)


def _month(month: Sight) -> Money:
    text, unit = str(month["Amount"].plain()), month["Unit"].text()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise UnseenError(Unknown(f"malformed: expected an amount, found {text[:40]!r}"), month.path)
    return Money(amount, unit)
