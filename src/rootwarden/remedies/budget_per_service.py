"""Puts a budget on single services: what a thief of credentials starts first is known beforehand.

Machines with graphics processors, large databases and model inference make bills of thousands a day. A budget on one
service is as sharp as that service's own costs, whatever the rest of the bill does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.billing_recipients import wanted_recipients
from rootwarden.proofs.budget_parts import BUDGETS
from rootwarden.proofs.budget_wanted import ACTUAL, FORECAST, Place, alert, cost_budget, new_budget
from rootwarden.proofs.payer import paying_account
from rootwarden.proofs.wished_budget import wished_budget

REMEDY = Remedy(
    title="Put a budget on single services",
    order=70,
    params={"emails": (), "services": (), "actual_percent": 80, "forecast_percent": 100},
    facts=(BUDGETS,),
    risks=(Risk.SAFE,),
    calls=(
        "budgets.CreateBudget", "budgets.DeleteBudget",
    ),
)  # fmt: skip
# "Amazon SageMaker = 200": a service as Cost Explorer names it, and USD a month.
_ENTRY = re.compile(r"(?P<service>[^=]{1,80}?)\s*=\s*(?P<limit>[0-9]{1,9}(?:\.[0-9]{1,2})?)")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9 ()_-]")


class _Wanted(Struct, frozen=True):
    service: str
    limit: Decimal


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Create a budget for each configured service that has none; taken back, it is deleted.

    In an organization the management account's budgets count what all members spend on a service.
    """
    where = f"[remedies.{wish.slug}]"
    if not wish.settings.texts("services"):
        yield Not("no service is configured", f'set services = ["Amazon SageMaker = 200"] under {where}')
        return
    if paying_account(wish.seen) != wish.account:
        return
    emails = wanted_recipients(wish.slug, wish.settings, wish.seen)
    if isinstance(emails, Not):
        yield emails
        return
    taken = {one.told("BudgetName") for one in wish.seen.account[BUDGETS].each(key="BudgetName")}
    for entry in wish.settings.texts("services"):
        wanted = _parsed(entry)
        if wanted is None:
            yield Not(
                f"{entry!r} is no service with a limit", f'write "Amazon SageMaker = 200" in services under {where}'
            )
        elif _name(wanted) not in taken:
            yield _change(wish, wanted, emails)


def _parsed(entry: str) -> _Wanted | None:
    found = _ENTRY.fullmatch(entry.strip())
    if found is None or not Decimal(found["limit"]):
        return None
    return _Wanted(found["service"].strip(), Decimal(found["limit"]))


def _name(wanted: _Wanted) -> str:
    """Return the name of the budget, in which AWS allows neither colon nor backslash."""
    return f"service {_NOT_IN_NAMES.sub(' ', wanted.service)}"[:100].strip()


def _change(wish: Wish, wanted: _Wanted, emails: tuple[str, ...]) -> Change:
    place = Place(partition=wish.seen.subject.partition, account=wish.account, name=_name(wanted))
    budget = cost_budget(place.name, wanted.limit, "USD", f"{wish.now:%Y-%m}-01", services=(wanted.service,))
    alerts = tuple(
        alert(kind, wish.settings.number(name))
        for kind, name in ((ACTUAL, "actual_percent"), (FORECAST, "forecast_percent"))
    )
    deed = new_budget(place, budget, alerts, emails)
    return wished_budget(
        wish, place, deed, title=f"Create a budget of {wanted.limit:f} USD a month for {wanted.service}",
        why="The costs of single services are watched as configured.",
        notes=("a service is matched by its name in Cost Explorer; a name it does not know counts nothing",),
    )  # fmt: skip
