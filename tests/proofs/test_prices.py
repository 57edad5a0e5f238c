"""What a change costs: low and high from the events of an account, and no figure without the day of its prices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from rootwarden.model.cost import Cost, CostClass
from rootwarden.proofs import prices
from rootwarden.proofs.event_rate import ASSUMED, Events

MEASURED = Events(Decimal(40_000), Decimal(60_000), "40,000 to 60,000 events a month, measured", measured=True)
COSTS: tuple[Callable[[Events], Cost], ...] = (
    prices.key_cost, prices.access_log_cost, prices.log_group_cost, prices.second_copy_cost,
    lambda events: prices.files_cost(events, 36),
)  # fmt: skip


@pytest.mark.parametrize("cost", COSTS)
def test_every_cost_names_the_events_and_the_day_of_its_prices(cost: Callable[[Events], Cost]) -> None:
    """And what was measured narrows the range that is assumed."""
    found, assumed = cost(MEASURED), cost(ASSUMED)
    assert found.kind is CostClass.BY_USE
    assert assumed.low <= found.low <= found.high < assumed.high
    assert MEASURED.how in found.why and ASSUMED.how in assumed.why
    assert isinstance(found.priced, str) and "prices of" not in found.why
    day = date.fromisoformat(found.priced)
    assert day in {one.read_on for one in prices.PRICES}


def test_by_hand() -> None:
    """100,000 events make 20,000 files of 15 MB in all: 0.10 USD to write, 0.0345 to keep a hundred months of them."""
    events = Events(Decimal(100_000), Decimal(100_000), "")
    files = prices.files_cost(events, 100)
    assert (files.low, files.high) == (Decimal("0.13"), Decimal("0.24"))  # 0.10 + 0.0345, and 1.8 times that
    copy = prices.second_copy_cost(events)
    assert copy.low == copy.high == 2


def test_no_price_is_older_than_fourteen_months_when_the_table_was_made() -> None:
    assert all((prices.READ_ON - one.read_on).days <= 427 for one in prices.PRICES)
    assert all(one.page.startswith("https://") for one in prices.PRICES)


def test_several_costs_are_one() -> None:
    both = prices.together((prices.files_cost(MEASURED, 36), prices.second_copy_cost(MEASURED)))
    assert (both.kind, both.high) == (CostClass.BY_USE, Decimal("0.12") + Decimal("1.20"))
