"""What an audit learnt of daily costs: which days are out of line and what root did then, or why nobody knows."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from rootwarden.model.readings import Unknown
from rootwarden.model.spend import Spend

ASKED = "Cost Explorer"


class Spending(Struct, frozen=True, kw_only=True):
    """The daily costs of the accounts of an audit: `found`, or else `unknown`, which says why they were not read.

    `source` is who told: Cost Explorer, or the file with its answer. `calls` were asked for `price` USD, also in vain.
    """

    source: str
    found: Spend | None = None
    unknown: Unknown | None = None
    calls: int = 0
    price: Decimal = Decimal(0)

    @property
    def complete(self) -> bool:
        """Whether all that was asked for was read, and was enough to judge."""
        return self.found is not None and not self.found.unread and not self.found.too_short
