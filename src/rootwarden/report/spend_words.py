"""How spending is said in words, alike in every format."""

from __future__ import annotations

from rootwarden.model.spend import TOGETHER, Jump, RootAct, Spend
from rootwarden.report.labels import plural

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


def title(jump: Jump) -> str:
    """Return where and when a jump was."""
    when = f"{jump.first:%Y-%m-%d}" if jump.first == jump.last else f"{jump.first:%Y-%m-%d} to {jump.last:%Y-%m-%d}"
    return f"{when}  {service(jump.service)}" + (f" in {jump.account}" if jump.account else "")


def verdict(found: Spend) -> str:
    """Return in one sentence whether anything is out of line."""
    if found.too_short:
        return f"{plural(len(found.costs.days), 'day')} are too few to say what is usual; nothing was judged."
    if not found.jumps:
        return "No day is out of line."
    near = sum(bool(one.root) for one in found.jumps)
    rest = f", {near} of them near an act of root" if near else ""
    return f"{plural(len(found.jumps), 'jump')} out of line{rest}."


def about_root(found: Spend) -> str:
    """Return where acts of root were looked for."""
    if not found.root_from:
        return "Acts of root were not looked for: name records with --records, or the store of a watch with --store."
    return f"Acts of root are those known from {', '.join(found.root_from)}."


def act(one: RootAct) -> str:
    """Return an act of root on one line."""
    source = f" from {one.address}" if one.address else ""
    return f"root: {one.when:%Y-%m-%d %H:%M} {one.name} ({one.service}, {one.region}){source}"


def paid(found: Spend) -> str:
    """Return what looking cost, "" if nothing."""
    return f"{plural(found.calls, 'paid question')}, {found.price} USD." if found.calls else ""
