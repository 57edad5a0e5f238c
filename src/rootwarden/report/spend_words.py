"""How spending is said in words, alike in every format."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from rootwarden.model.spend import TOGETHER, Jump, RootAct, Spend
from rootwarden.model.spending import Spending
from rootwarden.report.labels import plural
from rootwarden.report.unread import in_short

ALL_SERVICES = "all services together"


def service(name: str) -> str:
    """Return the name of a service for people."""
    return ALL_SERVICES if name == TOGETHER else name


def heading(found: Spend) -> str:
    """Return what the result is about: accounts, days and currency."""
    days = found.costs.days
    whose = plural(len([one for one in found.costs.accounts if one]), "account") if any(found.costs.accounts) else ""
    of = f"Spending of {whose}" if whose else "Spending"
    return f"{of}, {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d} ({plural(len(days), 'day')}), {found.costs.unit}"


def title(jump: Jump, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return when and where a jump was; `names` are what accounts are called, by their id."""
    return f"{_when(jump)}  {_where(jump, names)}"


def _when(jump: Jump) -> str:
    return f"{jump.first:%Y-%m-%d}" if jump.first == jump.last else f"{jump.first:%Y-%m-%d} to {jump.last:%Y-%m-%d}"


def _where(jump: Jump, names: Mapping[str, str]) -> str:
    return service(jump.service) + (f" in {names.get(jump.account, jump.account)}" if jump.account else "")


def verdict(found: Spend) -> str:
    """Return in one sentence whether anything is out of line."""
    if found.too_short:
        return f"{plural(len(found.costs.days), 'day')} are too few to say what is usual; nothing was judged."
    if not found.jumps:
        return "No day is out of line."
    near = sum(bool(one.root) for one in found.jumps)
    rest = f", {near} of them near an act of root" if near else ""
    return f"{plural(len(found.jumps), 'jump')} out of line{rest}."


def about_root(found: Spend, how: str = "name records with --records, or the store of a watch with --store") -> str:
    """Return where acts of root were looked for, or `how` they would be."""
    if not found.root_from:
        return f"Acts of root were not looked for: {how}."
    return f"Acts of root are those known from {', '.join(found.root_from)}."


def act(one: RootAct) -> str:
    """Return an act of root on one line."""
    source = f" from {one.address}" if one.address else ""
    return f"root: {one.when:%Y-%m-%d %H:%M} {one.name} ({one.service}, {one.region}){source}"


def paid(found: Spend | Spending) -> str:
    """Return what looking cost, "" if nothing."""
    return f"{plural(found.calls, 'paid question')}, {found.price} USD." if found.calls else ""


def period(found: Spend) -> str:
    """Return the days, from the first to the last."""
    return f"{found.costs.days[0]:%Y-%m-%d} to {found.costs.days[-1]:%Y-%m-%d}, {plural(len(found.costs.days), 'day')}"


def whose(found: Spend, accounts: int) -> str:
    """Return how many of the audited `accounts` cost anything, "" where the costs do not tell."""
    named = len([one for one in found.costs.accounts if one])
    if not named:
        return ""
    said = f"{named:,} of {plural(accounts, 'account')}" if named <= accounts else plural(named, "account")
    rest = "" if named >= accounts else "; the others cost nothing, or whoever asked may not see them"
    return f"Costs of {said} are in it{rest}."


def total(found: Spend) -> str:
    """Return what all days cost together."""
    return f"{sum(found.costs.totals, Decimal(0)):,.2f} {found.costs.unit}"


def unread(spending: Spending) -> str:
    """Return why the costs are not known, the missing permission and what may help; "" where they are."""
    if spending.unknown is None:
        return ""
    needs = f" Needs {', '.join(spending.unknown.missing)}." if spending.unknown.missing else ""
    hint = f" Try: {spending.unknown.hint}." if spending.unknown.hint else ""
    return f"{in_short(spending.unknown)}.{needs}{hint}"


def brief(spending: Spending, names: Mapping[str, str]) -> str:
    """Return in a sentence or two what is out of line, the worst of it, or why that is not known.

    `names` are what accounts are called, by their id.
    """
    found = spending.found
    if found is None:
        return f"Daily costs were not read: {unread(spending)}"
    said = f"{plural(len(found.costs.days), 'day')}, {total(found)}: {verdict(found)}"
    if not found.jumps:
        return said
    worst = found.jumps[0]
    above = f"{worst.above:,.2f} {found.costs.unit} above the usual"
    return f"{said} The worst: {_where(worst, names)}, {_when(worst)}, {above}."
