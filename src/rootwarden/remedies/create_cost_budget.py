"""Creates a cost budget that warns early and by forecast, or adds the alert that a budget lacks.

Budgets with alerts by e-mail cost nothing. In an organization the management account's budget counts what all members
cost, so that one budget, or one more alert on it, is enough for all of them.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.plan import Change, Risk
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.billing_alarm import charges_alarm
from rootwarden.proofs.billing_recipients import wanted_recipients
from rootwarden.proofs.budget_cover import Cover, cover
from rootwarden.proofs.budget_parts import CostBudget, Money
from rootwarden.proofs.budget_recipients import FACT as SUBSCRIBERS
from rootwarden.proofs.budget_wanted import (
    ACTUAL,
    FORECAST,
    MOST_ALERTS,
    Deed,
    Notification,
    Place,
    alert,
    alike,
    cost_budget,
    declared,
    new_alert,
    new_budget,
    roomy,
    told_now,
    with_recipients,
)
from rootwarden.proofs.known_costs import COSTS, costs_of, known_costs
from rootwarden.proofs.payer import budget_facts, paying_account

REMEDY = Remedy(
    title="Create a cost budget with early and forecast alerts",
    order=60,
    params={"emails": (), "limit_usd": 0.0, "actual_percent": 80, "forecast_percent": 100, "name": "account-costs"},
    facts=(COSTS,),
    risks=(Risk.SAFE,),
    calls=(
        "budgets.CreateBudget", "budgets.CreateNotification", "budgets.DeleteBudget", "budgets.DeleteNotification",
    ),
)  # fmt: skip
_OWNED = "if CloudFormation or Terraform keeps this budget, put the alert there instead: the next update removes it"


class _Work(Struct, frozen=True):
    """A case with what is asked for in it: who is told, and which alerts the account lacks."""

    case: Case
    found: Cover
    emails: tuple[str, ...]
    lacks: tuple[Notification, ...]
    own_only: bool


def prescribe(case: Case) -> Change | Not:
    """Add what lacks to the budget that covers the account, or make one; taken back, both are gone again."""
    emails = wanted_recipients(case.slug, case.settings, case.seen)
    if isinstance(emails, Not):
        return emails
    most = case.limits.number("max_actual_threshold_pct")
    actual = case.settings.number("actual_percent")
    if not 0 < actual <= most:
        return Not(
            f"an alert at {actual:g} % of the limit would be too late for the control",
            f"set actual_percent under [remedies.{case.slug}] to at most {most:g}",
        )
    own_only = case.limits.flag("require_per_account")
    found = cover(case.seen, case.now, Decimal(str(most)), own_only=own_only)
    alerts = {ACTUAL: alert(ACTUAL, actual), FORECAST: alert(FORECAST, case.settings.number("forecast_percent"))}
    work = _Work(case, found, emails, tuple(alerts[kind] for kind in _lacking(case, found)), own_only)
    budget = _budget_for(work)
    return _new(work, tuple(alerts.values())) if budget is None else _more_alerts(work, budget)


def _lacking(case: Case, found: Cover) -> list[str]:
    """Return which of the two alerts are missing; a billing alarm stands in for the one on actual costs."""
    warned = found.actual is not None or charges_alarm(case.seen) is not None
    return [*(() if warned else (ACTUAL,)), *(() if found.forecast is not None else (FORECAST,))]


def _budget_for(work: _Work) -> CostBudget | None:
    """Return the budget that takes the missing alerts: the one that warns of something already, else the first."""
    warning = [one.budget.name for one in (work.found.actual, work.found.forecast, work.found.late) if one is not None]
    fit = [one for one in work.found.budgets if _takes(work, one)]
    return min(fit, key=lambda one: (one.name not in warning, one.payer != work.found.account, one.name), default=None)


def _takes(work: _Work, budget: CostBudget) -> bool:
    """Return whether AWS takes the missing alerts for a budget (Budgets guide: no forecast alerts by the day)."""
    rows = _alerts_of(work, budget)
    daily = budget.sight.recorded_in(Log())["TimeUnit"].text() == "DAILY"
    room = len(rows) + len(work.lacks) <= MOST_ALERTS
    return room and not daily and not any(alike(row, one) for row in rows for one in work.lacks)


def _alerts_of(work: _Work, budget: CostBudget) -> list[dict[str, object]]:
    _, notifications = budget_facts(work.case.seen, budget.payer)
    found: list[dict[str, object]] = notifications[budget.name].plain(default=[])
    return found


def _more_alerts(work: _Work, budget: CostBudget) -> Change:
    place = Place(partition=work.case.seen.subject.partition, account=budget.payer, name=budget.name)
    deeds = [new_alert(place, one, work.emails) for one in work.lacks]
    names = " and ".join("actual" if one["NotificationType"] == ACTUAL else "forecast" for one in work.lacks)
    change = _change(work, f"Have the budget {budget.name} warn of {names} costs", place, deeds)
    told = told_now(_of(work.case, SUBSCRIBERS, budget.payer), budget.name)
    if told is not None:
        whole = [*told, *(with_recipients(one, work.emails) for one in work.lacks)]
        code = declared(place, budget.sight.recorded_in(Log()).plain(), whole, exists=True)
        change = replace(change, declares=(code,))
    return replace(change, notes=(_OWNED,))


def _of(case: Case, fact: str, account: str) -> Sight:
    """Return a fact of the account itself, or of its management account."""
    return case.seen.account[fact] if account == case.finding.account else case.seen.shared(fact, account)


def _new(work: _Work, alerts: tuple[Notification, ...]) -> Change | Not:
    case = work.case
    payer = case.finding.account if work.own_only else paying_account(case.seen)
    limit = _limit(case, payer)
    if isinstance(limit, Not):
        return limit
    budgets, _ = budget_facts(case.seen, payer)
    place = Place(partition=case.seen.subject.partition, account=payer, name=_free_name(case, budgets))
    budget = cost_budget(place.name, limit.amount, limit.unit, f"{case.now:%Y-%m}-01")
    title = f"Create the cost budget {place.name} of {limit.amount:f} {limit.unit} a month"
    return _change(work, title, place, [new_budget(place, budget, alerts, work.emails)])


def _limit(case: Case, payer: str) -> Money | Not:
    """Return the limit that was configured, else a fifth above the dearest month known."""
    wanted = Decimal(str(case.settings.number("limit_usd")))
    if wanted:
        return Money(wanted, "USD")
    try:
        top = known_costs(costs_of(case.seen, payer)).highest
    except UnseenError as error:
        todo = f"set limit_usd under [remedies.{case.slug}], or plan with --paid to have it worked out"
        return Not(f"nobody knows what the account {payer} costs ({error})", todo)
    return Money(roomy(top.amount), top.unit)


def _free_name(case: Case, budgets: Sight) -> str:
    """Return the configured name, with a number where a budget of another kind has it."""
    taken = {one.told("BudgetName") for one in budgets.each(key="BudgetName")}
    name = case.settings.text("name")
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def _change(work: _Work, title: str, place: Place, deeds: list[Deed]) -> Change:
    change = work.case.change(
        title,
        risk=Risk.SAFE,
        account=place.account,
        resource=place.arn,
        steps=tuple(one.step for one in deeds),
        expects=tuple(expect for one in deeds for expect in one.expects),
        then=tuple(expect for one in deeds for expect in one.then),
        shows=tuple(shown for one in deeds for shown in one.shows),
    )
    return replace(change, declares=tuple(resource for one in deeds for resource in one.declares))
