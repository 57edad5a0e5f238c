"""What accounts cost, day by day and service by service, which days are out of line, and what root did then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.errors import InputError

SCHEMA = "spend/1"
METRIC = "UnblendedCost"
# Stands for all services of an account together.
TOGETHER = ""


class Series(Struct, frozen=True):
    """What one service of one account cost on each day, in the order of the days; `account` "": not told apart."""

    account: str
    service: str
    amounts: tuple[Decimal, ...]


class Costs(Struct, frozen=True, kw_only=True):
    """The costs of a stretch of days without gaps, in one currency; of the last `estimated` days AWS only estimates."""

    unit: str
    days: tuple[date, ...]
    series: tuple[Series, ...]
    estimated: int = 0

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that cost anything."""
        return tuple(sorted({one.account for one in self.series}))

    @property
    def totals(self) -> tuple[Decimal, ...]:
        """What each day cost altogether."""
        return added(one.amounts for one in self.series) or (Decimal(0),) * len(self.days)

    def only(self, accounts: Collection[str]) -> Costs:
        """Return the costs of these accounts, and those that are not told apart."""
        return replace(self, series=tuple(one for one in self.series if one.account in ("", *accounts)))

    def by_service(self) -> dict[str, tuple[Decimal, ...]]:
        """Return what each service cost in all accounts, the dearest first."""
        found: dict[str, list[tuple[Decimal, ...]]] = {}
        for one in self.series:
            found.setdefault(one.service, []).append(one.amounts)
        sums = {service: added(rows) for service, rows in found.items()}
        return dict(sorted(sums.items(), key=lambda item: (-sum(item[1]), item[0])))


class Rule(Struct, frozen=True, kw_only=True):
    """When a day is out of line: so many times the usual spread above what is usual, and at least `floor` above it.

    `least` is how many other days it takes to say what is usual.
    """

    spreads: Decimal = Decimal(6)
    floor: Decimal = Decimal(10)
    least: int = 7


class Flag(Struct, frozen=True, kw_only=True):
    """One day out of line: its amount, the median of comparable days, their spread, and how many of it that is above.

    `deviation` is the median absolute deviation of those days; `spread` is what it counts as, more where they are
    nearly alike. `compared` is with which days, in words; `others` how many those were.
    """

    day: date
    amount: Decimal
    usual: Decimal
    deviation: Decimal
    spread: Decimal
    times: Decimal
    compared: str
    others: int


class RootAct(Struct, frozen=True, kw_only=True):
    """Something that root, or somebody with root's power, did."""

    account: str
    when: datetime
    name: str
    service: str
    region: str
    address: str
    where: str


class Jump(Struct, frozen=True, kw_only=True):
    """Days in a row on which a service of an account was out of line; `peak` is the worst, `above` all of it together.

    `reason` says in one sentence why. `root` are acts of root in that account from shortly before until its end.
    """

    account: str
    service: str
    first: date
    last: date
    peak: Flag
    above: Decimal
    flags: tuple[Flag, ...]
    reason: str
    root: tuple[RootAct, ...] = ()


class Spend(Struct, frozen=True, kw_only=True):
    """The result: costs, jumps, and what was looked at. `root_from` says where acts of root were looked for.

    Empty `root_from`: nowhere. `calls` were made to Cost Explorer, for `price` USD.
    """

    rootwarden: str = SCHEMA
    tool_version: str
    made_at: datetime
    costs: Costs
    rule: Rule
    jumps: tuple[Jump, ...]
    root_from: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    too_short: bool = False
    calls: int = 0
    price: Decimal = Decimal(0)


def added(rows: Iterable[tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    """Return the sum of series, day by day."""
    return tuple(sum(day, Decimal(0)) for day in zip(*rows, strict=True))


def read_costs(pages: Iterable[Mapping[str, Any]], source: str) -> Costs:
    """Read answers of GetCostAndUsage (daily, grouped by SERVICE, LINKED_ACCOUNT or both) into costs.

    A day that AWS leaves out of a group cost nothing there. Source: Cost Explorer API Reference, ResultByTime.

    Raises:
        InputError: it is no such answer, in several currencies, or a day is missing.
    """
    amounts: dict[tuple[str, str], dict[date, Decimal]] = {}
    days: dict[date, bool] = {}
    units: set[str] = set()
    try:
        for page in pages:
            keys = [str(one["Key"]) for one in page.get("GroupDefinitions") or ()]
            for row in page["ResultsByTime"]:
                day = date.fromisoformat(row["TimePeriod"]["Start"])
                if date.fromisoformat(row["TimePeriod"]["End"]) != day + timedelta(days=1):
                    raise ValueError("its rows are not days")
                days[day] = bool(row.get("Estimated"))
                for account, service, amount, unit in _groups(row, keys):
                    units.add(unit)
                    place = amounts.setdefault((account, service), {})
                    place[day] = place.get(day, Decimal(0)) + amount
        if len(units) > 1:
            raise ValueError(f"it is in several currencies: {', '.join(sorted(units))}")
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        todo = "aws ce get-cost-and-usage --granularity DAILY --metrics UnblendedCost --group-by ..."
        raise InputError(f"{source} holds no daily costs", why=why, todo=todo) from error
    return _aligned(amounts, days, next(iter(units), "USD"), source)


def _groups(row: Mapping[str, Any], keys: list[str]) -> Iterable[tuple[str, str, Decimal, str]]:
    """Go through (account, service, amount, unit) of one day."""
    if not row.get("Groups") and row.get("Total"):
        yield "", TOGETHER, *_money(row["Total"])
    for group in row.get("Groups") or ():
        named = dict(zip(keys or ("SERVICE",), group["Keys"], strict=True))
        strange = set(named) - {"SERVICE", "LINKED_ACCOUNT"}
        if strange:
            raise ValueError(f"it is grouped by {', '.join(sorted(strange))}")
        yield named.get("LINKED_ACCOUNT", ""), named.get("SERVICE", TOGETHER), *_money(group["Metrics"])


def _money(metrics: Mapping[str, Any]) -> tuple[Decimal, str]:
    found = metrics[METRIC]
    amount = Decimal(str(found["Amount"]))
    if not amount.is_finite():
        raise ValueError(f"{found['Amount']} is no amount")
    return amount, str(found["Unit"])


def _aligned(
    amounts: Mapping[tuple[str, str], Mapping[date, Decimal]], days: Mapping[date, bool], unit: str, source: str
) -> Costs:
    ordered = tuple(sorted(days))
    if not ordered or (ordered[-1] - ordered[0]).days + 1 != len(ordered):
        why = "a day is missing in between" if ordered else "there is no day in it"
        raise InputError(f"{source} holds no daily costs", why=why, todo="ask for a stretch of days")
    series = tuple(
        Series(account, service, tuple(by_day.get(day, Decimal(0)) for day in ordered))
        for (account, service), by_day in sorted(amounts.items())
    )
    return Costs(unit=unit, days=ordered, series=series, estimated=sum(days.values()))
