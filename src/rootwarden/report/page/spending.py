"""What the report shows of daily costs: the picture, what is out of line and why, and what root did around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup
from msgspec import Struct

from rootwarden.model.audit import Audit
from rootwarden.model.spend import Jump, Spend
from rootwarden.model.spending import Spending
from rootwarden.report.labels import plural
from rootwarden.report.page.cost_chart import NARROW, WIDE, cost_chart
from rootwarden.report.places import account_names
from rootwarden.report.spend_words import about_root, act, paid, period, title, total, unread, verdict, whose

# The dearest jumps stand in the report, and of each so many acts of root; the JSON has them all.
_JUMPS, _ACTS = 10, 5
_HOW = "name the store of a watch with --store"


class JumpShown(Struct, frozen=True, kw_only=True):
    """One jump in words, with the first acts of root around it and how many more there are."""

    title: str
    above: str
    reason: str
    acts: tuple[str, ...]
    acts_left: int


class SpendShown(Struct, frozen=True, kw_only=True):
    """The picture for wide and for narrow windows, what its marks mean, and the jumps."""

    verdict: str
    wide: Markup
    narrow: Markup
    legend: str
    jumps: tuple[JumpShown, ...]
    jumps_left: int


class SpendingShown(Struct, frozen=True, kw_only=True):
    """The section of a report: what it is based on, and either what was found or why nothing is known."""

    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    unread: str
    spend: SpendShown | None


def spend_shown(
    found: Spend, names: Mapping[str, str] | None = None, *, jumps: int | None = None, acts: int | None = None
) -> SpendShown:
    """Return the picture and at most so many jumps, each with at most so many `acts` of root; None: all.

    `names` are what accounts are called, by their id.
    """
    shown = found.jumps[:jumps]
    return SpendShown(
        verdict=verdict(found),
        wide=cost_chart(found, WIDE),
        narrow=cost_chart(found, NARROW),
        legend=_legend(found),
        jumps=tuple(_jump(one, found.costs.unit, names or {}, acts) for one in shown),
        jumps_left=len(found.jumps) - len(shown),
    )


def spending_shown(audit: Audit) -> SpendingShown | None:
    """Return the section on spending, None where nobody asked for daily costs."""
    spending = audit.spending
    if spending is None:
        return None
    found = spending.found
    return SpendingShown(
        facts=tuple((name, said) for name, said in _facts(spending) if said),
        notes=tuple(_notes(found, len(audit.accounts))) if found else (),
        unread=unread(spending),
        spend=spend_shown(found, account_names(audit), jumps=_JUMPS, acts=_ACTS) if found else None,
    )


def _facts(spending: Spending) -> Iterator[tuple[str, str]]:
    if spending.found is not None:
        yield "Period", period(spending.found)
        yield "In all", total(spending.found)
    yield "Source", spending.source
    yield "Asked", paid(spending).removesuffix(".")


def _notes(found: Spend, accounts: int) -> Iterator[str]:
    yield whose(found, accounts)
    yield "" if found.unread and not found.root_from else about_root(found, _HOW)
    if found.costs.estimated:
        yield f"Of the last {plural(found.costs.estimated, 'day')} AWS only estimates the costs."
    if found.calls:
        yield "Credits and refunds are left out."  # a saved answer holds what somebody else asked for
    yield "What rises slowly is not seen, and no act beside a jump proves nothing."


def _legend(found: Spend) -> str:
    marks = "▼ out of line" if found.jumps else ""
    return f"{marks}, ◆ an act of root near it" if any(one.root for one in found.jumps) else marks


def _jump(one: Jump, unit: str, names: Mapping[str, str], most: int | None) -> JumpShown:
    acts = one.root[:most]
    return JumpShown(
        title=title(one, names),
        above=f"{one.above:,.2f} {unit} above the usual in all.",
        reason=f"{one.reason}.",
        acts=tuple(act(done) for done in acts),
        acts_left=len(one.root) - len(acts),
    )
