"""Days out of line: what never changes never flags, what leaps always does, and order makes no difference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rootwarden.model.spend import Costs, RootAct, Rule, Series
from rootwarden.proofs.cost_jumps import flags, jumps, median, with_root

RULE = Rule()
START = date(2026, 9, 5)
amounts_of_money = st.decimals(min_value=0, max_value=100_000, places=4, allow_nan=False)
many_days = st.lists(amounts_of_money, min_size=9, max_size=90)


def days(many: int, start: date = START) -> list[date]:
    """Return so many days in a row."""
    return [start + timedelta(days=at) for at in range(many)]


def costs(*series: Series) -> Costs:
    """Return costs of these series."""
    return Costs(unit="USD", days=tuple(days(len(series[0].amounts))), series=series)


def series(amounts: Sequence[float], service: str = "Amazon EC2", account: str = "111122223333") -> Series:
    """Return the costs of one service."""
    return Series(account, service, tuple(Decimal(str(one)) for one in amounts))


@given(amount=amounts_of_money, many=st.integers(0, 120))
def test_a_constant_series_never_flags(amount: Decimal, many: int) -> None:
    """Nothing is unusual where every day is the same, whatever it costs and however long."""
    assert flags(days(many), [amount] * many, RULE) == []


@given(amounts=many_days, where=st.integers(0, 89), factor=st.integers(20, 1000))
def test_a_scaled_spike_always_flags(amounts: list[Decimal], where: int, factor: int) -> None:
    """A day of many times the dearest other one is out of line, among days however unsteady."""
    at = where % len(amounts)
    others = [*amounts[:at], *amounts[at + 1 :]]
    spiked = [*amounts[:at], max(others) * factor + RULE.floor, *amounts[at + 1 :]]
    assert days(len(spiked))[at] in [one.day for one in flags(days(len(spiked)), spiked, RULE)]


@given(amounts=many_days, order=st.randoms(use_true_random=False))
def test_order_makes_no_difference(amounts: list[Decimal], order: object) -> None:
    """The same days in another order give the same flags."""
    paired = list(zip(days(len(amounts)), amounts, strict=True))
    shuffled = list(paired)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert flags(*zip(*shuffled, strict=True), RULE) == flags(*zip(*paired, strict=True), RULE)


@given(amounts=many_days)
def test_every_flag_is_what_it_says(amounts: list[Decimal]) -> None:
    """Each is above the floor and the limit, and holds by its own numbers."""
    for one in flags(days(len(amounts)), amounts, RULE):
        assert one.amount - one.usual >= RULE.floor
        assert one.times >= RULE.spreads
        assert one.spread >= one.deviation
        assert abs(one.times * one.spread - (one.amount - one.usual)) < Decimal("0.01")


@given(amounts=many_days, rate=st.integers(2, 50))
def test_another_currency_changes_nothing(amounts: list[Decimal], rate: int) -> None:
    """Amounts and floor times any rate: the same days are out of line."""
    dearer = Rule(floor=RULE.floor * rate)
    found = flags(days(len(amounts)), [one * rate for one in amounts], dearer)
    assert [one.day for one in found] == [one.day for one in flags(days(len(amounts)), amounts, RULE)]


@given(amounts=many_days, where=st.integers(0, 89), more=amounts_of_money)
def test_dearer_is_never_less_out_of_line(amounts: list[Decimal], where: int, more: Decimal) -> None:
    """A flagged day that costs still more stays flagged."""
    at = where % len(amounts)
    day = days(len(amounts))[at]
    assume(day in [one.day for one in flags(days(len(amounts)), amounts, RULE)])
    dearer = [*amounts[:at], amounts[at] + more, *amounts[at + 1 :]]
    assert day in [one.day for one in flags(days(len(amounts)), dearer, RULE)]


@given(values=st.lists(amounts_of_money, min_size=1))
def test_the_median_is_in_the_middle(values: list[Decimal]) -> None:
    """At most half of the values lie below it, at most half above."""
    middle = median(values)
    assert sum(one < middle for one in values) <= len(values) / 2
    assert sum(one > middle for one in values) <= len(values) / 2


def test_weekdays_are_told_apart() -> None:
    """Expensive weekends are usual where every weekend is; an expensive weekday as dear as they is not."""
    weekly = [50.0 if day.weekday() >= 5 else 5.0 for day in days(63)]
    assert flags(days(63), [Decimal(str(one)) for one in weekly], RULE) == []
    weekly[58] = 50.0
    assert days(63)[58].weekday() == 0
    (found,) = jumps(costs(series(weekly)), RULE)
    assert "other Mondays" in found.reason


def test_the_first_of_the_month_may_be_dear() -> None:
    """What is paid by the month is booked on the first: usual if another first cost as much."""
    monthly = [Decimal(300) if day.day == 1 else Decimal(4) for day in days(63)]
    assert flags(days(63), monthly, RULE) == []
    alone = [Decimal(300) if day == date(2026, 10, 1) else Decimal(4) for day in days(63)]
    assert [one.day for one in flags(days(63), alone, RULE)] == [date(2026, 10, 1)]


def test_cents_never_flag() -> None:
    """A hundredfold leap from one cent to one dollar is below the floor."""
    assert flags(days(30), [Decimal("0.01")] * 29 + [Decimal(1)], RULE) == []


def test_a_week_is_too_short() -> None:
    """Seven days say nothing of what is usual."""
    assert flags(days(7), [Decimal(1)] * 6 + [Decimal(1000)], RULE) == []


def test_days_in_a_row_are_one_jump() -> None:
    """Its sum and its worst day are told, and days apart are two jumps."""
    amounts = [2.0] * 40
    amounts[10], amounts[30], amounts[31] = 90.0, 60.0, 80.0
    first, second = sorted(jumps(costs(series(amounts)), RULE), key=lambda one: one.first)
    assert (first.first, first.last, first.above) == (days(40)[10], days(40)[10], Decimal(88))
    assert (second.first, second.last, second.peak.day) == (days(40)[30], days(40)[31], days(40)[31])
    assert second.above == Decimal(58) + Decimal(78)


def test_many_small_services_add_up() -> None:
    """What no single service shows is seen in all of them together; what one explains is not said twice."""
    small = [series([1.0] * 39 + [9.0], f"service {n}") for n in range(8)]
    (found,) = jumps(costs(*small), RULE)
    assert (found.service, found.above) == ("", Decimal(64))
    (found,) = jumps(costs(series([1.0] * 39 + [200.0]), series([1.0] * 40, "other")), RULE)
    assert found.service == "Amazon EC2"


@pytest.mark.parametrize(
    ("account", "ago", "near"),
    [("111122223333", 0, True), ("111122223333", 2, True), ("111122223333", 3, False), ("444455556666", 0, False)],
)
def test_root_is_joined_by_account_and_day(account: str, ago: int, near: bool) -> None:
    """An act counts from two days before the jump to its end, in the same account."""
    found = jumps(costs(series([2.0] * 30 + [90.0])), RULE)
    when = datetime(2026, 10, 5, 3, tzinfo=UTC) - timedelta(days=ago)
    act = RootAct(account=account, when=when, name="RunInstances", service="ec2.amazonaws.com", region="us-east-1",
                  address="203.0.113.7", where="a file")  # fmt: skip
    (joined,) = with_root(found, [act], timedelta(days=2))
    assert bool(joined.root) is near
