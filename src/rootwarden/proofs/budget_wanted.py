"""What a cost budget must say, and the calls that make it say so: a new one, an alert more, a recipient more.

Source: AWS Budgets API Reference, CreateBudget, CreateNotification, CreateSubscriber, and their quotas: ten alerts of a
budget, ten e-mail addresses and one topic of an alert. AWS deletes an alert with its last recipient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Declared, Difference, Probe, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.budget_parts import BUDGETS, NOTIFICATIONS
from rootwarden.proofs.budget_recipients import FACT as SUBSCRIBERS
from rootwarden.proofs.resting import others

ACTUAL, FORECAST = "ACTUAL", "FORECASTED"
MOST_ALERTS, MOST_EMAILS = 10, 10
# How much above the known costs a limit is set: a fifth, rounded up to a whole unit of the currency.
ROOM = Decimal("1.2")
# 2087-06-15, the end that AWS itself gives to a budget without one (CreateBudget, TimePeriod).
_FOREVER = "2087-06-15T00:00:00Z"
_NONE = ("NotFoundException",)
_SAFE_NAME = re.compile(r"[^A-Za-z0-9]")
# What of a budget CloudFormation takes (AWS::Budgets::Budget BudgetData); its period is left to AWS.
_DECLARED = (
    "BudgetName", "BudgetType", "TimeUnit", "BudgetLimit", "PlannedBudgetLimits", "CostFilters", "CostTypes",
    "AutoAdjustData", "FilterExpression", "Metrics", "BillingViewArn",
)  # fmt: skip
# What tells one alert of a budget from another. Without ThresholdType, which AWS leaves out of some answers.
_SAME = ("NotificationType", "ComparisonOperator", "Threshold")
Notification = dict[str, Any]


class Deed(Struct, frozen=True, kw_only=True):
    """A step with what must be before it, what is after it, and how people and code read it."""

    step: Step
    expects: tuple[Expect, ...]
    then: tuple[Expect, ...]
    shows: tuple[Difference, ...]
    declares: tuple[Declared, ...] = ()


class Place(Struct, frozen=True, kw_only=True):
    """A budget by its name, and where it stands or shall stand."""

    partition: str
    account: str
    name: str

    @property
    def arn(self) -> str:
        """The ARN of the budget (Service Authorization Reference, AWS Budget Service)."""
        return f"arn:{self.partition}:budgets::{self.account}:budget/{self.name}"

    def call(self, operation: str, **parameters: Any) -> Call:
        """Return a call about this budget."""
        about = {"AccountId": self.account, "BudgetName": self.name}
        return Call(service="budgets", operation=operation, parameters=about | parameters)

    @property
    def row(self) -> tuple[str | Item, ...]:
        """Where the budget stands among the budgets."""
        return (Item("BudgetName", self.name),)

    @property
    def logical_name(self) -> str:
        """A name for templates."""
        return f"Budget{_SAFE_NAME.sub('', self.name.title())}{self.account}"


def alert(kind: str, threshold: float, *, absolute: bool = False) -> Notification:
    """Return an alert that is raised when costs pass a share of the limit in percent, or an absolute amount."""
    return {
        "NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": float(threshold),
        "ThresholdType": "ABSOLUTE_VALUE" if absolute else "PERCENTAGE",
    }  # fmt: skip


def roomy(costs: Decimal) -> Decimal:
    """Return the limit that goes with monthly costs: a fifth above them in whole units, at least one."""
    return max((costs * ROOM).to_integral_value(ROUND_CEILING), Decimal(1))


def cost_budget(name: str, limit: Decimal, unit: str, since: str, services: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a monthly cost budget as CreateBudget takes it; `since` is the first day of the month."""
    budget: dict[str, Any] = {
        "BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": str(limit), "Unit": unit},
        "TimePeriod": {"Start": f"{since}T00:00:00Z", "End": _FOREVER},
    }  # fmt: skip
    return budget | ({"CostFilters": {"Service": list(services)}} if services else {})


def new_budget(
    place: Place, budget: Mapping[str, Any], alerts: tuple[Notification, ...], emails: tuple[str, ...]
) -> Deed:
    """Return the making of a budget with its alerts, each of which goes to all addresses; taken back, it is deleted."""
    told = [with_recipients(one, emails) for one in alerts]
    create = Call(
        service="budgets",
        operation="CreateBudget",
        parameters={"AccountId": place.account, "Budget": dict(budget), "NotificationsWithSubscribers": told},
    )
    seen = Probe(call=place.call("DescribeBudget"), done="Budget.BudgetName", absent=_NONE)
    limit = f"{budget['BudgetLimit']['Amount']} {budget['BudgetLimit']['Unit']} a month"
    return Deed(
        step=Step(
            id="budget", does="Create the budget with its alerts", call=create, undo=(place.call("DeleteBudget"),),
            used=tuple(_beside(place, alerts, emails)), seen=seen, on=(place.arn,),
        ),
        expects=(Expect(fact=BUDGETS, at=place.row, value=None),),
        then=(
            Expect(fact=BUDGETS, at=place.row, value=dict(budget)),
            *(_alerts_then(place, one, emails) for one in alerts),
            *(_reached(place, one, email) for one in alerts for email in emails),
        ),
        shows=(
            Difference(what=f"budget {place.name}", before="none", after=limit),
            *(Difference(what="alert", before="none", after=in_words(one, emails)) for one in alerts),
        ),
        declares=(declared(place, budget, told),),
    )  # fmt: skip


def new_alert(place: Place, notification: Notification, emails: tuple[str, ...]) -> Deed:
    """Return the making of one more alert of a budget; taken back, it is deleted."""
    told = with_recipients(notification, emails)
    seen = Probe(
        call=place.call("DescribeNotificationsForBudget"),
        done=f"Notifications[?{_same_in_words(notification)}]",
        absent=_NONE,
    )
    return Deed(
        step=Step(
            id=f"alert-{notification['NotificationType'].lower()}",
            does="Create the alert",
            call=place.call("CreateNotification", **told),
            undo=(place.call("DeleteNotification", Notification=notification),),
            used=(_told_beside(place, notification, emails),),
            seen=seen,
            on=(place.arn,),
        ),
        expects=(Expect(fact=NOTIFICATIONS, at=(place.name, _like(notification)), value=None),),
        then=(
            _alerts_then(place, notification, emails),
            *(_reached(place, notification, email) for email in emails),
        ),
        shows=(Difference(
            what=f"alert of the budget {place.name}", before="none", after=in_words(notification, emails)
        ),),
    )  # fmt: skip


def new_recipient(place: Place, notification: Notification, email: str, number: int) -> Deed:
    """Return the telling of one more address by an alert; taken back, it is told no more. `number` tells steps apart.

    An alert without any recipient goes when this one is taken from it; AWS makes no such alerts.
    """
    about = {"Notification": notification, "Subscriber": _subscriber(email)}
    probe = place.call("DescribeSubscribersForNotification", Notification=notification)
    done = f"Subscribers[?SubscriptionType == 'EMAIL' && Address == '{email}']"
    at = _reached(place, notification, email)
    return Deed(
        step=Step(
            id=f"recipient-{number}",
            does="Add the recipient",
            call=place.call("CreateSubscriber", **about),
            undo=(place.call("DeleteSubscriber", **about),),
            seen=Probe(call=probe, done=done, absent=_NONE),
            on=(place.arn,),
        ),
        expects=(Expect(fact=SUBSCRIBERS, at=at.at, value=None),),
        then=(at,),
        shows=(Difference(what=f"alert at {in_words(notification, ())}", before="not told", after=email),),
    )


def with_recipients(notification: Notification, emails: tuple[str, ...]) -> dict[str, Any]:
    """Return an alert with the addresses that it tells, as calls and code name it."""
    return {"Notification": notification, "Subscribers": [_subscriber(email) for email in emails]}


def told_now(subscribers: Sight, name: str) -> list[dict[str, Any]] | None:
    """Return the alerts of a budget with their recipients as they are, as calls and code name them; None: unread.

    `subscribers` is the fact. Nothing is recorded: no judgement depends on it.
    """
    try:
        rows: list[dict[str, Any]] = subscribers.recorded_in(Log())[name].plain(default=[])
    except UnseenError:
        return None
    return [{"Notification": bare(one["Notification"]), "Subscribers": one["Subscribers"]} for one in rows]


def declared(place: Place, budget: Mapping[str, Any], told: list[dict[str, Any]], *, exists: bool = False) -> Declared:
    """Return a budget as CloudFormation's AWS::Budgets::Budget, whose amounts are numbers."""
    said = {name: value for name, value in budget.items() if name in _DECLARED}
    if "BudgetLimit" in said:
        said["BudgetLimit"] = said["BudgetLimit"] | {"Amount": float(said["BudgetLimit"]["Amount"])}
    alerts = {"NotificationsWithSubscribers": told} if told else {}
    return Declared(
        type="AWS::Budgets::Budget",
        name=place.logical_name,
        properties={"Budget": said} | alerts,
        exists=place.name if exists else "",
    )


def in_words(notification: Mapping[str, Any], emails: tuple[str, ...]) -> str:
    """Return an alert as people say it: `80 % of actual costs, to billing@example.com`."""
    kind = "actual" if notification["NotificationType"] == ACTUAL else "forecast"
    unit = "" if notification.get("ThresholdType") == "ABSOLUTE_VALUE" else " %"
    return f"{notification['Threshold']:g}{unit} of {kind} costs" + (f", to {', '.join(emails)}" if emails else "")


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether AWS would refuse the second alert as a duplicate, whichever kind of threshold it has."""
    return all(one.get(name) == other.get(name) for name in _SAME)


def bare(notification: Mapping[str, Any]) -> Notification:
    """Return an alert as calls name it: without its state."""
    return {name: notification[name] for name in (*_SAME, "ThresholdType") if name in notification}


def _same_in_words(notification: Notification) -> str:
    """Return the condition by which a probe knows an alert."""
    same = " && ".join(f"{name} == '{notification[name]}'" for name in ("NotificationType", "ComparisonOperator"))
    return f"{same} && Threshold == `{msgspec.json.encode(notification['Threshold']).decode()}`"


def _beside(place: Place, alerts: tuple[Notification, ...], emails: tuple[str, ...]) -> Iterator[Probe]:
    """Look whether others have given a budget alerts, recipients or actions of their own."""
    ours = " || ".join(f"({_same_in_words(one)})" for one in alerts) or "`false`"
    yield Probe(call=place.call("DescribeNotificationsForBudget"), done=f"Notifications[?!({ours})]", absent=_NONE)
    yield Probe(call=place.call("DescribeBudgetActionsForBudget"), done="Actions", absent=_NONE)
    yield from (_told_beside(place, one, emails) for one in alerts)


def _told_beside(place: Place, notification: Notification, emails: tuple[str, ...]) -> Probe:
    """Look whether others are told by an alert."""
    call = place.call("DescribeSubscribersForNotification", Notification=notification)
    return Probe(call=call, done=others("Subscribers", "Address", emails), absent=_NONE)


def _like(notification: Notification) -> Item:
    return Item("", {name: notification[name] for name in _SAME})


def _alerts_then(place: Place, notification: Notification, emails: tuple[str, ...]) -> Expect:
    value = {name: notification[name] for name in _SAME}
    if notification.get("ThresholdType") == "ABSOLUTE_VALUE":
        value["ThresholdType"] = "ABSOLUTE_VALUE"
    return Expect(fact=NOTIFICATIONS, at=(place.name, _like(notification)), value=value)


def _reached(place: Place, notification: Mapping[str, Any], email: str) -> Expect:
    alert_row = Item("Notification", {name: notification[name] for name in _SAME})
    who = Item("", _subscriber(email))
    return Expect(
        fact=SUBSCRIBERS, at=(place.name, alert_row, "Subscribers", who), value=_subscriber(email)
    )  # fmt: skip


def _subscriber(email: str) -> dict[str, str]:
    return {"SubscriptionType": "EMAIL", "Address": email}
