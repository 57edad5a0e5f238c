"""Adds an e-mail address to the alerts of a budget, so that its warnings reach somebody.

What the budget told before stays told: a topic that does not deliver today may be mended tomorrow. AWS sends the
address no request to confirm.
"""

from __future__ import annotations

from typing import Any

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.billing_recipients import wanted_recipients
from rootwarden.proofs.budget_parts import NOTIFICATIONS
from rootwarden.proofs.budget_recipients import FACT as SUBSCRIBERS
from rootwarden.proofs.budget_wanted import ACTUAL, MOST_EMAILS, Deed, Place, alert, bare, new_alert, new_recipient

REMEDY = Remedy(
    title="Send the alerts of a budget to an e-mail address", order=64, params={"emails": (), "actual_percent": 80},
    risks=(Risk.SAFE,),
    calls=(
        "budgets.CreateNotification", "budgets.CreateSubscriber", "budgets.DeleteNotification",
        "budgets.DeleteSubscriber",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Add the addresses to each alert, or make the first alert where there is none; taken back, they are removed."""
    emails = wanted_recipients(case.slug, case.settings, case.seen)
    if isinstance(emails, Not):
        return emails
    account, partition = case.finding.account, case.seen.subject.partition
    place = Place(partition=partition, account=account, name=case.finding.resource.partition(":budget/")[2])
    rows: list[dict[str, Any]] = case.seen.account[SUBSCRIBERS][place.name].plain(default=[])
    rows = rows or [{"Notification": one, "Subscribers": []} for one in _alerts(case, place)]
    deeds = _additions(place, rows, emails)
    if not rows:
        deeds = [new_alert(place, alert(ACTUAL, case.settings.number("actual_percent")), emails)]
    if not deeds:
        return Not(
            f"each alert of the budget tells {MOST_EMAILS} addresses already, or those configured",
            f"remove an address that nobody reads, or name another in emails under [remedies.{case.slug}]",
        )
    return case.change(
        f"Send the alerts of the budget {place.name} to {', '.join(emails)}",
        risk=Risk.SAFE,
        steps=tuple(one.step for one in deeds),
        expects=tuple(expect for one in deeds for expect in one.expects),
        then=tuple(expect for one in deeds for expect in one.then),
        shows=tuple(shown for one in deeds for shown in one.shows),
    )


def _alerts(case: Case, place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = case.seen.account[NOTIFICATIONS][place.name].plain(default=[])
    return found


def _additions(place: Place, rows: list[dict[str, Any]], emails: tuple[str, ...]) -> list[Deed]:
    """Return one addition for each alert and address, as long as AWS takes another."""
    found: list[Deed] = []
    for row in rows:
        told = [one["Address"] for one in row["Subscribers"] if one["SubscriptionType"] == "EMAIL"]
        new = [email for email in emails if email not in told][: max(0, MOST_EMAILS - len(told))]
        found += [new_recipient(place, bare(row["Notification"]), email, len(found) + at) for at, email in
                  enumerate(new, start=1)]  # fmt: skip
    return found
