"""The CloudWatch alarm on estimated charges: the older way to be told that the bill runs.

Source: CloudWatch User Guide, "Create a billing alarm to monitor your estimated AWS charges": the metric exists in
us-east-1 only, per account and optionally per service.
"""

from __future__ import annotations

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.doubt import first_doubt

_HOME = "us-east-1"
_RISING = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")


def charges_alarm(seen: View) -> Sight | None:
    """Return an alarm on all charges of this account whose actions are enabled, None if there is none.

    Nothing is recorded.

    Raises:
        UnseenError: no such alarm was seen, and one that was not read may be it.
    """
    everywhere = seen.about().account["cloudwatch.alarms"]
    here = everywhere.item("region", _HOME)
    if not everywhere.each():
        return None
    if here.is_none:
        raise UnseenError(Unknown("region_not_read"), here.path)
    doubts: list[UnseenError] = []
    for alarm in sorted(here["MetricAlarms"].each(key="AlarmName"), key=lambda one: one.told("AlarmName")):
        try:
            if _warns(alarm, seen.subject.account):
                return alarm
        except UnseenError as error:
            doubts.append(error)
    doubt = first_doubt(doubts)
    if doubt is not None:
        raise doubt
    return None


def cite_alarm(alarm: Sight, log: Log, account: str) -> None:
    """Record what makes the alarm count."""
    _warns(alarm.recorded_in(log), account)


def _warns(alarm: Sight, account: str) -> bool:
    aside = alarm.recorded_in(Log())
    if aside["MetricName"].text(default="") != "EstimatedCharges":
        return False
    if alarm["MetricName"].text() != "EstimatedCharges" or alarm["Namespace"].text() != "AWS/Billing":
        return False
    if alarm["ComparisonOperator"].text() not in _RISING or not alarm["ActionsEnabled"].flag():
        return False
    return bool(alarm["AlarmActions"].plain(default=[])) and _counts_everything(alarm["Dimensions"], account)


def _counts_everything(dimensions: Sight, account: str) -> bool:
    """Return whether the metric is of the whole account: no single service, and no other account."""
    for dimension in dimensions.each():
        name, value = dimension["Name"].text(), dimension["Value"].text()
        if name == "ServiceName" or (name == "LinkedAccount" and value != account):
            return False
    return True
