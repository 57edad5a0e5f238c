"""What a change costs a month: USD from so much to so much, how that was worked out, and how old the prices are."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType


class CostClass(StrEnum):
    """Whether AWS charges for what a change leaves behind: not at all, so much a month, or by how much is used."""

    NONE = "none"
    FIXED = "fixed"
    BY_USE = "by_use"


class Cost(Struct, frozen=True, kw_only=True):
    """USD a month that a change adds, from `low` to `high`, and how that was worked out.

    `priced` is the day, or the month, of which the oldest of the prices is that it rests on.
    """

    kind: CostClass = CostClass.NONE
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    why: str = ""
    priced: str | UnsetType = UNSET  # left out where it rests on none, as in plans of former versions


def oldest(costs: Iterable[Cost]) -> str | UnsetType:
    """Return the day of the oldest price that any of these costs rests on."""
    return min((one.priced for one in costs if isinstance(one.priced, str)), default=UNSET)
