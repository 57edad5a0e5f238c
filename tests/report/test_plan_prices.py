"""How old prices are is said once in a plan, of the oldest of them; of each change only to whoever asks for all."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

import msgspec
import pytest
from msgspec.structs import replace

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.plan import Plan, encode
from rootwarden.proofs import prices
from rootwarden.proofs.event_rate import ASSUMED
from rootwarden.report.options import RenderOptions
from rootwarden.report.plans import find
from tests.store.test_run_log import run

WIDE = RenderOptions(width=300)
# Three prices, each of another day.
COSTS = (
    prices.files_cost(ASSUMED, 12), prices.key_cost(ASSUMED),
    Cost(kind=CostClass.FIXED, low=Decimal(1), high=Decimal(2), why="A key.", priced="2026-06"),
)  # fmt: skip
OLDEST = "2025-10-28"
SENTENCE = f"USD a month, by AWS's prices of {OLDEST} or later."


def plan(*costs: Cost) -> Plan:
    """Return a plan with a change for each cost."""
    made, number = run("01A", "1").plan, count()
    change = made.changes[0]
    return replace(made, changes=tuple(replace(change, id=f"one-{next(number)}", cost=one) for one in costs))


@pytest.mark.parametrize("name", ["table", "markdown", "shell", "terraform"])
def test_it_is_said_once(name: str) -> None:
    """In the sentence of the sum, with the oldest day; no change names a day of its own."""
    text = " ".join(find(name).render(plan(*COSTS), WIDE).split())
    assert text.count(SENTENCE) == 1
    assert text.count("prices of") == 1


def test_of_each_change_to_whoever_asks() -> None:
    """With -v each change has the day of its own prices."""
    text = find("table").render(plan(*COSTS), replace(WIDE, verbose=True))
    for one in COSTS:
        assert f"; prices of {one.priced}\n" in text
    assert text.count("prices of") == len(COSTS) + 1


def test_what_costs_nothing_rests_on_no_price() -> None:
    """Nor does what a former version planned, which names the day among the words; its digest stays as it was."""
    free = plan(Cost())
    assert "prices" not in find("table").render(free, WIDE)
    former = plan(Cost(kind=CostClass.FIXED, low=Decimal(1), high=Decimal(1), why="A key; prices of 2026-06"))
    assert b"priced" not in encode(former)
    again = msgspec.json.decode(encode(former), type=Plan)
    assert again.digest == former.digest
    assert find("table").render(again, WIDE).count("prices of") == 1
