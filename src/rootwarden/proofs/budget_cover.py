"""Which alerts on costs an account has, from its own budgets and from those of the account that pays for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.readings import UnseenError
from rootwarden.model.view import View
from rootwarden.proofs.budget_parts import Alert, CostBudget, OwnBudgets, alerts, cost_budgets
from rootwarden.proofs.payer import budget_facts, paying_account


class Cover(Struct, frozen=True, kw_only=True):
    """The first alert of each kind, the budgets behind them, and what could not be read.

    `late` is an alert on actual costs above the wanted threshold. `set_aside` are budgets for all accounts together
    that were not taken into account. `doubts` might supply what is missing; `own_unread` is a fact of the account's
    own that nobody could read, whether it was needed or not.
    """

    account: str
    actual: Alert | None = None
    forecast: Alert | None = None
    late: Alert | None = None
    budgets: tuple[CostBudget, ...] = ()
    set_aside: tuple[CostBudget, ...] = ()
    doubts: tuple[UnseenError, ...] = ()
    own_unread: UnseenError | None = None

    def is_shared(self, budget: CostBudget) -> bool:
        """Return whether a budget of the management account counts this account only among all others."""
        return budget.payer != self.account and budget.accounts is None


def cover(seen: View, now: datetime, early: Decimal, *, own_only: bool) -> Cover:
    """Return how the account's costs are covered, by its own budgets or else by its management account's.

    Nothing is recorded. `early` is the highest threshold, in percent of the limit, for an alert on actual costs. With
    `own_only`, budgets of the management account that count all accounts together are set aside.
    """
    account = seen.subject.account
    found = Cover(account=account, own_unread=_own_unread(seen))
    found = _with_budgets_of(seen, account, found, early, now, own_only=own_only)
    if found.actual is not None and found.forecast is not None:
        return found
    try:
        management = paying_account(seen)
    except UnseenError as error:
        return replace(found, doubts=(*found.doubts, error))
    if management == account:
        return found
    return _with_budgets_of(seen, management, found, early, now, own_only=own_only)


def _with_budgets_of(seen: View, payer: str, found: Cover, early: Decimal, now: datetime, *, own_only: bool) -> Cover:
    """Return the cover with what the budgets of one more account add to it."""
    budgets, notifications = budget_facts(seen, payer)
    try:
        own = payer == seen.subject.account
        listed = seen.once(OwnBudgets(now)) if own else cost_budgets(budgets, payer, now)
    except UnseenError as error:
        return replace(found, doubts=(*found.doubts, error))
    covering = [one for one in listed.counting if one.accounts is None or found.account in one.accounts]
    set_aside = [one for one in covering if own_only and found.is_shared(one)]
    used = [one for one in covering if one not in set_aside]
    raised = [alert for budget in used for alert in alerts(budget, notifications, now)]
    unread = [*(error for _, error in listed.unsure), *(alert for alert in raised if isinstance(alert, UnseenError))]
    known = [alert for alert in raised if isinstance(alert, Alert)]
    actual = [alert for alert in known if alert.kind == "ACTUAL"]
    late = [alert for alert in (*actual, found.late) if alert is not None and alert.percent > early]
    return replace(
        found,
        actual=found.actual or _earliest(alert for alert in actual if alert.percent <= early),
        forecast=found.forecast or _earliest(alert for alert in known if alert.kind == "FORECASTED"),
        late=_earliest(late),
        budgets=(*found.budgets, *used),
        set_aside=(*found.set_aside, *set_aside),
        doubts=(*found.doubts, *unread),
    )


def _earliest(alerts: Iterable[Alert]) -> Alert | None:
    return min(alerts, key=lambda alert: (alert.percent, alert.budget.name), default=None)


def _own_unread(seen: View) -> UnseenError | None:
    for sight in budget_facts(seen, seen.subject.account):
        if sight.unknown is not None:
            return UnseenError(sight.unknown, sight.path)
    return None
