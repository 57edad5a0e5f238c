"""Which days cost far more than comparable days: judged by medians, which a few odd days cannot move.

A day is held against the other days of its weekday where there are enough of them, else against all other days. It is
out of line when it is `spreads` times the usual spread above the median. The spread is the median absolute deviation;
where days are nearly alike it counts as a twentieth of the median, and never as less than what makes the floor, so that
cents never flag. On the first of a month AWS books what is paid by the month: it is usual if another first cost as
much. Method: F. R. Hampel, "The influence curve and its role in robust estimation" (1974).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from rootwarden.model.spend import TOGETHER, Costs, Flag, Jump, RootAct, Rule, Series, added

# So many other days of the same weekday are enough: seven weeks of days.
_ENOUGH = 6
_A_DAY = timedelta(days=1)
_NEARLY_ALIKE = Decimal("0.05")
_AS_MUCH = Decimal("0.5")
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def jumps(costs: Costs, rule: Rule) -> tuple[Jump, ...]:
    """Return where costs are out of line, by account and service, the dearest first.

    The services of an account together are judged as well; that counts only where no single service explains it.
    """
    found: list[Jump] = []
    for account in costs.accounts:
        mine = [one for one in costs.series if one.account == account]
        single = [jump for one in mine for jump in _runs(one, flags(costs.days, one.amounts, rule), costs.unit, rule)]
        explained = {flag.day for jump in single for flag in jump.flags}
        found += single
        if len(mine) > 1:
            whole = added(one.amounts for one in mine)
            rest = [flag for flag in flags(costs.days, whole, rule) if flag.day not in explained]
            found += _runs(Series(account, TOGETHER, whole), rest, costs.unit, rule)
    return tuple(sorted(found, key=lambda one: (-one.above, one.account, one.service, one.first)))


def flags(days: Sequence[date], amounts: Sequence[Decimal], rule: Rule) -> list[Flag]:
    """Return the days out of line, in their order; whichever order they are given in makes no difference."""
    if not amounts or max(amounts) - min(amounts) < rule.floor:
        return []
    paired = sorted(zip(days, amounts, strict=True))
    found = (_judged(at, paired, rule) for at in range(len(paired)))
    return [one for one in found if one is not None]


def with_root(found: Iterable[Jump], acts: Sequence[RootAct], before: timedelta) -> tuple[Jump, ...]:
    """Return the jumps with what root did in their account from `before` their first day until the end of their last.

    Costs that are not told apart by account go with acts of any.
    """
    return tuple(
        replace(
            one,
            root=tuple(
                act
                for act in acts
                if one.account in ("", act.account) and one.first - before <= act.when.date() <= one.last
            ),
        )
        for one in found
    )


def _judged(at: int, paired: Sequence[tuple[date, Decimal]], rule: Rule) -> Flag | None:
    day, amount = paired[at]
    others = [one for n, one in enumerate(paired) if n != at]
    alike = [value for other, value in others if other.weekday() == day.weekday()]
    by_weekday = len(alike) >= _ENOUGH
    compared = alike if by_weekday else [value for _, value in others]
    if len(compared) < min(rule.least, _ENOUGH) or len(others) < rule.least:
        return None
    usual = median(compared)
    deviation = median([abs(value - usual) for value in compared])
    spread = max(deviation, abs(usual) * _NEARLY_ALIKE, rule.floor / rule.spreads)
    above = amount - usual
    if above <= 0 or above < rule.spreads * spread or _monthly(day, above, usual, others):
        return None
    words = f"other {_WEEKDAYS[day.weekday()]}" if by_weekday else "other days"
    return Flag(
        day=day, amount=amount, usual=usual, deviation=deviation, spread=spread, times=above / spread, compared=words,
        others=len(compared),
    )  # fmt: skip


def _monthly(day: date, above: Decimal, usual: Decimal, others: Iterable[tuple[date, Decimal]]) -> bool:
    """Return whether it is the first of a month and another first was about as far above the usual."""
    return day.day == 1 and any(other.day == 1 and value - usual >= above * _AS_MUCH for other, value in others)


def _runs(series: Series, found: Sequence[Flag], unit: str, rule: Rule) -> Iterator[Jump]:
    """Join flagged days that follow each other into one jump."""
    run: list[Flag] = []
    for flag in found:
        if run and flag.day - run[-1].day > _A_DAY:
            yield _jump(series, run, unit, rule)
            run = []
        run.append(flag)
    if run:
        yield _jump(series, run, unit, rule)


def _jump(series: Series, run: Sequence[Flag], unit: str, rule: Rule) -> Jump:
    peak = max(run, key=lambda one: (one.amount - one.usual, one.day))
    return Jump(
        account=series.account,
        service=series.service,
        first=run[0].day,
        last=run[-1].day,
        peak=peak,
        above=sum((one.amount - one.usual for one in run), Decimal(0)),
        flags=tuple(run),
        reason=_reason(peak, unit, rule),
    )


def _reason(peak: Flag, unit: str, rule: Rule) -> str:
    """Return in one sentence why a day was flagged: amount, usual, spread, limit and floor."""
    counted = "" if peak.spread == peak.deviation else f", counted as {peak.spread:,.2f}"
    return (
        f"{peak.amount:,.2f} {unit} on {peak.day:%Y-%m-%d}, usually {peak.usual:,.2f} (median of {peak.others} "
        f"{peak.compared}): {peak.times:,.1f} times the usual spread ({peak.deviation:,.2f}{counted}) above it; out of "
        f"line from {_short(rule.spreads)} times and {_short(rule.floor)} {unit} on"
    )


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}"


def median(values: Sequence[Decimal]) -> Decimal:
    """Return the middle of some amounts, of an even number the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
