"""Has AWS watch what each service costs and write when something is out of line: Cost Anomaly Detection, at no cost.

A budget knows one limit; this learns what is usual for every service and notices what a limit lets through. In an
organization the management account's monitor sees the services of all members.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Change, Difference, Risk, change_id
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.anomaly_watch import (
    MONITORS,
    SUBSCRIPTIONS,
    as_code,
    monitor_step,
    service_monitor,
    subscription,
    subscription_step,
    told_of,
)
from rootwarden.proofs.billing_recipients import wanted_recipients
from rootwarden.proofs.payer import paying_account

REMEDY = Remedy(
    title="Have AWS watch the bill for anomalies",
    order=66,
    params={"emails": (), "least_usd": 20.0},
    facts=(MONITORS, SUBSCRIPTIONS),
    risks=(Risk.SAFE,),
    calls=(
        "ce.CreateAnomalyMonitor", "ce.CreateAnomalySubscription", "ce.DeleteAnomalyMonitor",
        "ce.DeleteAnomalySubscription",
    ),
)  # fmt: skip
_MONITOR, _SUBSCRIPTION = "rootwarden-services", "rootwarden-anomalies"
_UNPAID = "reading what watches the bill costs 0.01 USD a question"


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Make the monitor and tell people of it, or tell people of the one there is; taken back, both are deleted."""
    payer = paying_account(wish.seen)
    if payer != wish.account and wish.seen.in_scope(payer):
        return  # the management account's monitor sees this account
    monitors = wish.seen.account[MONITORS]
    if monitors.unknown is not None and monitors.unknown.why == "not_collected":
        yield Not(f"nobody looked: {_UNPAID}", "plan, and apply, with --paid")
        return
    existing = service_monitor(monitors)
    if existing and told_of(wish.seen.account[SUBSCRIPTIONS], existing):
        return
    if _SUBSCRIPTION in {one.told("SubscriptionName") for one in wish.seen.account[SUBSCRIPTIONS].each()}:
        yield Not(
            f"the subscription {_SUBSCRIPTION} exists and tells nobody", "have its recipients confirm, or delete it"
        )
        return
    emails = wanted_recipients(wish.slug, wish.settings, wish.seen)
    yield emails if isinstance(emails, Not) else _change(wish, existing, emails)


def _change(wish: Wish, existing: str, emails: tuple[str, ...]) -> Change:
    monitor, none, watched = monitor_step(_MONITOR)
    least = f"{wish.settings.number('least_usd'):g}"
    wanted = subscription(_SUBSCRIPTION, emails, least, existing or refer("monitor", "arn"))
    tell, untold, told = subscription_step(wanted)
    shows = [Difference(what="told of anomalies", before="nobody", after=", ".join(emails))]
    if not existing:
        shows.insert(0, Difference(what="monitor of services", before="none", after=_MONITOR))
    return Change(
        id=change_id(wish.slug, wish.account),
        remedy=wish.slug,
        title=f"Have AWS tell of anomalies in the bill of {least} USD and more",
        why="Nothing watches what each service usually costs.",
        account=wish.account,
        accounts=(wish.account,),
        risk=Risk.SAFE,
        shows=tuple(shows),
        notes=(f"apply it with --paid: {_UNPAID}", "AWS needs about ten days of costs before it finds anything"),
        expects=(untold,) if existing else (none, untold),
        then=told if existing else (watched, *told),
        steps=(tell,) if existing else (monitor, tell),
        declares=as_code(_MONITOR, wanted, existing),
    )
