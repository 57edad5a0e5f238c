"""Which alerts on costs an account has, from its own budgets and from those of the account that pays for it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from rootwarden.model.readings import UnseenError
from rootwarden.model.view import View
from rootwarden.proofs.budget_parts import Alert, CostBudget, alerts, cost_budgets
from rootwarden.proofs.payer import budget_facts, payers


class Cover(Struct, frozen=True, kw_only=True):
    """The first alert of each kind, the budgets behind them, and what could not be read.

    `late` is an alert on actual costs above the wanted threshold. `set_aside` are budgets for all accounts together
    that were not taken into account. `doubts` might supply what is missing; `own_unread` is a fact of the account's
    own that nobody could read, whether it was needed or not.
    """

    account: str
    actual: Alert | None
    forecast: Alert | None
    late: Alert | None
    budgets: tuple[CostBudget, ...]
    set_aside: tuple[CostBudget, ...]
    doubts: tuple[UnseenError, ...]
    own_unread: UnseenError | None

    def is_shared(self, budget: CostBudget) -> bool:
        """Return whether a budget of the management account counts this account only among all others."""
        return _is_shared(budget, self.account)


def cover(seen: View, now: datetime, early: Decimal, *, own_only: bool) -> Cover:
    """Return how the account's costs are covered; nothing is recorded.

    `early` is the highest threshold, in percent of the limit, for an alert on actual costs. With `own_only`, budgets
    of the management account that count all accounts together are set aside.
    """
    account = seen.subject.account
    budgets, set_aside, doubts = _budgets(seen, now, own_only=own_only)
    raised: list[Alert] = []
    for budget in budgets:
        for alert in alerts(budget, budget_facts(seen, budget.payer)[1], now):
            if isinstance(alert, UnseenError):
                doubts.append(alert)
            else:
                raised.append(alert)
    actual = [alert for alert in raised if alert.kind == "ACTUAL"]
    return Cover(
        account=account,
        actual=next((alert for alert in actual if alert.percent <= early), None),
        forecast=next((alert for alert in raised if alert.kind == "FORECASTED"), None),
        late=min((alert for alert in actual if alert.percent > early), key=lambda alert: alert.percent, default=None),
        budgets=tuple(budgets),
        set_aside=tuple(set_aside),
        doubts=tuple(doubts),
        own_unread=_own_unread(seen),
    )


def _budgets(
    seen: View, now: datetime, *, own_only: bool
) -> tuple[list[CostBudget], list[CostBudget], list[UnseenError]]:
    """Return the budgets that cover the account (its own first), those set aside, and what could not be read."""
    account = seen.subject.account
    covering: list[CostBudget] = []
    doubts: list[UnseenError] = []
    try:
        sources: tuple[str, ...] = payers(seen)
    except UnseenError as error:
        sources = (account,)
        doubts.append(error)
    for payer in sources:
        try:
            listed = cost_budgets(budget_facts(seen, payer)[0], payer, now)
        except UnseenError as error:
            doubts.append(error)
            continue
        doubts.extend(error for _, error in listed.unsure)
        covering.extend(one for one in listed.counting if one.accounts is None or account in one.accounts)
    set_aside = [one for one in covering if own_only and _is_shared(one, account)]
    return [one for one in covering if one not in set_aside], set_aside, doubts


def _is_shared(budget: CostBudget, account: str) -> bool:
    return budget.payer != account and budget.accounts is None


def _own_unread(seen: View) -> UnseenError | None:
    for sight in budget_facts(seen, seen.subject.account):
        if sight.unknown is not None:
            return UnseenError(sight.unknown, sight.path)
    return None
