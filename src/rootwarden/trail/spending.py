"""Reads the messages by which AWS says that money leaves its usual course: AWS Budgets and Cost Anomaly Detection.

Seen as published copies of real messages: texts of AWS Budgets about costs in dollars, ACTUAL and FORECASTED, as the
`Message` of SNS (alone, in a Lambda event, and in an SQS body within one), and with "#" in place of line ends in an
event of EventBridge that an AWS sample builds. Seen only in AWS documentation, with made-up values: both messages of
Cost Anomaly Detection (Cost Management User Guide, "To view your anomalies from an Amazon SNS topic" and "Using
EventBridge with Cost Anomaly Detection") and the confirmations of SNS (SNS Developer Guide, "HTTP/HTTPS subscription
confirmation JSON format" and the like for unsubscribing). Built from documentation, never seen: raw message delivery of
these, and the SentTimestamp of SQS as their time. No sample was found of budgets for usage, utilisation or coverage, of
thresholds in percent, or of amounts in another currency than dollars: such a message becomes a flaw, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from rootwarden.model.sight import in_our_time, parse_time
from rootwarden.trail.items import Flaw, Spending

_HEADING = "AWS Budget Notification "
_DATE = re.compile(r"\s*AWS Budget Notification ([A-Z][a-z]+) ([0-9]{1,2}), ([0-9]{4})\b")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_OWNER = re.compile(r"\bAWS Account ([0-9]{12})\b")
_ACCOUNT = re.compile(r"[0-9]{12}")
_COMPARED = re.compile(r"[<>=]{1,2}\s*")
_DOLLARS = re.compile(r"\$((?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,8})?)")
_LARGEST = 10**15  # dollars; more is no amount but a mistake
_KINDS = ("ACTUAL", "FORECASTED")
_MILLISECONDS = re.compile(r"[0-9]{13}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The footnote of a budget message. It opens with a bracket, so in a text file it comes as a stretch of its own.
_FOOTNOTE = re.compile(rb"\s*\[1\] https://console\.[a-z.-]{1,60}/[a-z/-]{1,60}#/budgets\s*")
_CONFIRMATIONS = {
    "SubscriptionConfirmation": (
        "SNS asks to confirm a subscription; until then the topic {topic} sends nothing here",
        "confirm it if it is yours: open its SubscribeURL, or `aws sns confirm-subscription` with its Token",
    ),
    "UnsubscribeConfirmation": (
        "SNS says that a subscription was cancelled; the topic {topic} sends nothing more here",
        "find out who cancelled it; to undo it, open its SubscribeURL",
    ),
}


def sent_at(envelope: dict[str, Any]) -> datetime | None:
    """Return when an envelope was sent: SNS, EventBridge and SQS (if its attributes were asked for) say so."""
    attributes = envelope.get("Attributes", envelope.get("attributes"))
    when = envelope.get("Timestamp") or (envelope.get("time") if "detail-type" in envelope else None)
    if isinstance(when, str):
        return _instant(when)
    milliseconds = attributes.get("SentTimestamp") if isinstance(attributes, dict) else None
    if isinstance(milliseconds, str) and _MILLISECONDS.fullmatch(milliseconds):
        return _EPOCH + timedelta(milliseconds=int(milliseconds))
    return None


def confirmation(envelope: dict[str, Any], where: str) -> Flaw | None:
    """Return what a message of SNS about a subscription itself asks of its receiver; None if it is no such message."""
    kind = envelope.get("Type")
    if not isinstance(kind, str) or kind not in _CONFIRMATIONS or "SubscribeURL" not in envelope:
        return None
    why, todo = _CONFIRMATIONS[kind]
    return Flaw(where, why.format(topic=str(envelope.get("TopicArn"))[:300]), todo)


def is_budget_message(text: str) -> bool:
    """Return whether a text is a message of AWS Budgets, legible or not."""
    return text.lstrip().startswith(_HEADING)


def budget_text(data: bytes) -> str | None:
    """Return the message of AWS Budgets that these bytes are: "" if only its footnote, None if they are none."""
    footnote = _FOOTNOTE.match(data)
    rest = data[footnote.end() :] if footnote else data.lstrip()
    if rest.startswith(_HEADING.encode()):
        return rest.decode("utf-8", "replace")
    return "" if footnote and not rest else None


def budget_message(text: str, sent: datetime | None, where: str) -> Spending | Flaw:
    """Read a message of AWS Budgets (Cost Management User Guide, "Managing your costs with AWS Budgets").

    The amount is what is above the alert threshold, not above the budget: from there on its owner wanted to know. The
    account is the one that owns the budget; which of the accounts behind it spent, the text does not tell. A forecast
    counts, and the source says that it is one. `sent` is the time of the envelope; without it, midnight (UTC) of the
    day in the text counts.
    """
    said = dict[str, str]()
    for line in text.splitlines() if "\n" in text else text.split("#"):
        key, _, value = line.partition(":")
        said.setdefault(key.strip(), value.strip())
    owner, name, kind = _OWNER.search(text), said.get("Budget Name"), said.get("Alert Type", "")
    figure = f"{kind} Amount" if kind in _KINDS else "ACTUAL Amount"
    threshold = said.get("Alert Threshold", "")
    spent, limit = _dollars(said.get(figure, "")), _dollars(_COMPARED.sub("", threshold, count=1))
    when = sent or _day(text)
    if owner and name and kind in _KINDS and spent is not None and limit is not None and when:
        return _above(Spending(owner[1], when, spent - limit, "USD", f"budget {name} ({kind} {threshold})", where))
    parts = {
        "account": owner, "Budget Name": name, "Alert Type": kind in _KINDS, f"{figure} in dollars": spent is not None,
        "Alert Threshold in dollars": limit is not None, "date": when,
    }  # fmt: skip
    return _illegible("AWS Budgets", parts, where)


def is_anomaly(value: dict[str, Any]) -> bool:
    """Return whether an object is a message of Cost Anomaly Detection, legible or not."""
    return "anomalyId" in value and "monitorArn" in value


def anomaly_messages(value: dict[str, Any], sent: datetime | None, where: str) -> Iterator[Spending | Flaw]:
    """Read a message of Cost Anomaly Detection: one item for each account that its root causes name, else its own.

    The amount is the anomaly's `totalImpact` (actual less expected spend) for each of them: a root cause need not say
    its part. The API reference (`Impact`) gives it in dollars and lets it be absent; then `maxImpact`, which is always
    there, stands in. `sent` is the time of the envelope; without it the anomaly's last day counts, else its first.
    """
    impact, monitor = value.get("impact"), value.get("monitorName") or str(value["monitorArn"]).rpartition("/")[2]
    amount = _number(impact.get("totalImpact", impact.get("maxImpact"))) if isinstance(impact, dict) else None
    when = sent or _instant(value.get("anomalyEndDate")) or _instant(value.get("anomalyStartDate"))
    accounts = _spenders(value)
    if not accounts or amount is None or when is None:
        parts = {"account": accounts, "totalImpact": amount is not None, "date": when}
        yield _illegible("Cost Anomaly Detection", parts, where)
        return
    source = f"anomaly {value['anomalyId']} of monitor {monitor}"
    for account in accounts:
        yield _above(Spending(account, when, amount, "USD", source, where))


def _spenders(value: dict[str, Any]) -> list[str]:
    """Return the accounts that an anomaly names as its causes, in their order, else the one it was sent for."""
    causes = value.get("rootCauses")
    listed = causes if isinstance(causes, list) else []
    named = [cause.get("linkedAccount") for cause in listed if isinstance(cause, dict)]
    return _accounts(named) or _accounts([value.get("accountId")])


def _accounts(named: list[object]) -> list[str]:
    """Return what is an account id, each once."""
    return list(dict.fromkeys(one for one in named if isinstance(one, str) and _ACCOUNT.fullmatch(one)))


def _above(found: Spending) -> Spending | Flaw:
    """Return the message unless it says that too little was spent: budgets can watch for that too."""
    if found.amount >= 0:
        return found
    why = f"it says that spending is below what {found.source} watches for, by {-found.amount} {found.currency}"
    return Flaw(found.where, why, "leave it out: it tells of no spending out of line")


def _illegible(sender: str, parts: Mapping[str, object], where: str) -> Flaw:
    missing = ", ".join(name for name, part in parts.items() if not part)
    todo = "read it yourself; only costs in dollars are understood, in the words that AWS used so far"
    return Flaw(where, f"it is a message of {sender} without these, or not in a form that is known: {missing}", todo)


def _dollars(text: str) -> Decimal | None:
    found = _DOLLARS.fullmatch(text)
    return Decimal(found[1].replace(",", "")) if found else None


def _number(value: object) -> Decimal | None:
    """Return a JSON number as it was written: the shortest text of a float is that, to 15 digits."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        return None
    return Decimal(str(value))


def _instant(text: object) -> datetime | None:
    found = parse_time(text) if isinstance(text, str) else None
    return found if found is not None and in_our_time(found) else None


def _day(text: str) -> datetime | None:
    """Return the day in the heading of a budget message, at midnight UTC."""
    found = _DATE.match(text)
    if found is None or found[1] not in _MONTHS:
        return None
    return _instant(f"{found[3]}-{_MONTHS.index(found[1]) + 1:02}-{int(found[2]):02}")
