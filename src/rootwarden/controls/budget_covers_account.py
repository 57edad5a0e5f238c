"""A cost budget with early and forecast alerts covers the account: the bill is often the first sign of a break-in.

Whoever gets hold of root starts the most expensive machines there are, in Regions that nobody looks at; tens of
thousands are gone within days. A budget that warns when the forecast passes the limit, and again before the limit is
reached, tells the people who pay while there is still something to stop.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.billing_alarm import charges_alarm, cite_alarm
from rootwarden.proofs.budget_cover import Cover, cover
from rootwarden.proofs.budget_parts import BUDGETS
from rootwarden.proofs.doubt import first_doubt

CONTROL = Control(
    code="RW-BILL-01",
    title="A cost budget with early and forecast alerts covers the account",
    question="Does a cost budget warn before this account's costs pass the limit, and when they are forecast to?",
    severity=Severity.HIGH,
    practice=Practice.BILLING,
    scope=Scope.ACCOUNT,
    facts=("budgets.budgets", "budgets.notifications", "cloudwatch.alarms?", "org.organization?"),
    measured=(
        "An active cost budget must count all costs of the account: its own, or one of the management account. It must "
        "raise an alert on actual costs at no more than max_actual_threshold_pct of the limit, and one on forecast "
        "costs. A billing alarm on EstimatedCharges in us-east-1 with enabled actions stands in for the alert on "
        "actual costs. Budgets that are limited to a service, Region or tag, that are over, or that track usage do not "
        "count. require_per_account asks for a budget of each member's own."
    ),
    misses=(
        "Who receives the alerts (RW-BILL-02) and whether the limit makes sense (RW-BILL-03). Budgets on custom "
        "billing views, composite and metric-math alarms, and cost anomaly monitors."
    ),
    remedy="create-cost-budget",
    fix=Fix(
        automation="auto",
        steps=(
            "Choose a monthly limit a little above what you normally spend.",
            "Create a cost budget without filters, with an alert on actual costs at 80 % and one on forecast costs at "
            "100 %. In an organization the management account's budget covers all members.",
            "Send both to a mailbox that somebody reads.",
        ),
        commands=(
            "aws budgets create-budget --account-id {account} --budget "
            '\'{"BudgetName":"account","BudgetType":"COST","TimeUnit":"MONTHLY",'
            '"BudgetLimit":{"Amount":"100","Unit":"USD"}}\' --notifications-with-subscribers '
            '\'[{"Notification":{"NotificationType":"ACTUAL","ComparisonOperator":"GREATER_THAN","Threshold":80},'
            '"Subscribers":[{"SubscriptionType":"EMAIL","Address":"billing@example.com"}]},'
            '{"Notification":{"NotificationType":"FORECASTED","ComparisonOperator":"GREATER_THAN","Threshold":100},'
            '"Subscribers":[{"SubscriptionType":"EMAIL","Address":"billing@example.com"}]}]\'',
        ),
        terraform="""
resource "aws_budgets_budget" "account" {
  name         = "account"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = "100"
  limit_unit   = "USD"
  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = ["billing@example.com"]
  }
  notification {
    notification_type          = "FORECASTED"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = ["billing@example.com"]
  }
}
""",
    ),
    params={"max_actual_threshold_pct": 100, "require_per_account": False},
    links=(
        "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
        "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account by its own budgets and those of its management account."""
    early = Decimal(str(limits.number("max_actual_threshold_pct")))
    found = cover(seen, now, early, own_only=limits.flag("require_per_account"))
    alarm, alarm_doubt = (None, None) if found.actual is not None else _alarm(seen)
    if found.forecast is not None and (found.actual is not None or alarm is not None):
        yield _covered(seen, found, alarm, now)
    elif (doubt := first_doubt(found.doubts)) is not None:
        yield seen.cannot_tell(doubt)
    elif found.forecast is not None and alarm_doubt is not None:
        yield seen.cannot_tell(alarm_doubt)
    else:
        yield _uncovered(seen, found, alarm, now)


def _alarm(seen: View) -> tuple[Sight | None, UnseenError | None]:
    try:
        return charges_alarm(seen), None
    except UnseenError as error:
        return None, error


def _covered(seen: View, found: Cover, alarm: Sight | None, now: datetime) -> Verdict:
    if found.own_unread is not None:
        return seen.cannot_tell(found.own_unread)
    parts = [part for part in (found.actual, found.forecast) if part is not None]
    for part in parts:
        part.cite(seen.log, now)
    if alarm is not None:
        cite_alarm(alarm, seen.log, seen.subject.account)
    names = " and ".join(sorted({part.budget.name for part in parts}))
    early = "a billing alarm" if found.actual is None else f"an alert at {found.actual.percent:.0f} %"
    notes = []
    if any(found.is_shared(part.budget) for part in parts):
        notes.append("org_budget: the budget of the management account counts the costs of all accounts together")
    return seen.passes(
        f"The budget {names} covers the account, with {early} of actual costs and an alert on the forecast.",
        notes=notes,
    )


def _uncovered(seen: View, found: Cover, alarm: Sight | None, now: datetime) -> Verdict:
    for budget in found.budgets[:3]:
        budget.cite(seen.log)
    for part in (found.actual, found.forecast, found.late):
        if part is not None:
            part.cite(seen.log, now)
    if not found.budgets:
        return _no_budget(seen, found)
    names = ", ".join(
        f"{budget.name} of the management account" if found.is_shared(budget) else budget.name
        for budget in found.budgets[:3]
    )
    if found.forecast is None and found.actual is None and alarm is None:
        late = f" before {found.late.percent:.0f} % of the limit" if found.late is not None else ""
        lack, reason = f"raises no alert on the forecast, and none on actual costs{late}", "no_alerts"
    elif found.forecast is None:
        lack, reason = "raises no alert when the forecast passes the limit", "no_forecast_alert"
    elif found.late is not None:
        lack, reason = f"warns of actual costs only at {found.late.percent:.0f} % of the limit", "late_actual_alert"
    else:
        lack, reason = "raises no alert on actual costs", "no_actual_alert"
    return seen.fails(f"The budget {names} {lack}: a break-in can run up the bill unnoticed.", reason=reason)


def _no_budget(seen: View, found: Cover) -> Verdict:
    seen.account[BUDGETS].each()
    if found.set_aside:
        return seen.fails(
            f"Only the budget {found.set_aside[0].name} of the management account covers this account, together with "
            "all others: what happens here drowns in the sum.",
            reason="org_budget_only",
        )
    return seen.fails(
        "No cost budget covers this account: a break-in can run up the bill for weeks before anyone sees it.",
        reason="no_budget",
    )
