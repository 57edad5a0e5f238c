"""SNS: the topics that alarms, rules and budgets call, who may publish to them, and who listens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_account
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.visit import Visit
from rootwarden.model.readings import MARK, unknown_in

_NAMED_BY = ("cloudwatch.alarms", "events.rules", "budgets.subscribers")
_GONE = ("NotFound", "NotFoundException", "ResourceNotFoundException")


@of_account(
    "sns.topics",
    after=_NAMED_BY,
    per={
        "sns.GetTopicAttributes": "named topic",
        "sns.ListSubscriptionsByTopic": "named topic",
        "sns.GetSubscriptionAttributes": "confirmed subscription",
    },
)
def topics(visit: Visit) -> list[dict[str, Any]]:
    """Return the named topics; those of another account are read in its name when it is visited too."""
    named = sorted(set(_named(visit)))
    return [_topic(visit, arn) for arn in named] + _unread_namers(visit)


def _named(visit: Visit) -> Iterator[str]:
    for region in _readable(visit.facts.get("cloudwatch.alarms")):
        for alarm in (*region["MetricAlarms"], *region["CompositeAlarms"], *region.get("LogAlarms", ())):
            yield from _topic_arns(alarm.get("AlarmActions", ()))
    for rule in _readable(visit.facts.get("events.rules")):
        yield from _topic_arns(target["Arn"] for target in _readable(rule["targets"]))
    budgets = visit.facts.get("budgets.subscribers")
    for listed in budgets.values() if isinstance(budgets, dict) and not unknown_in(budgets) else ():
        for notification in _readable(listed):
            yield from _topic_arns(one.get("Address", "") for one in _readable(notification["Subscribers"]))


def _readable(value: Any) -> list[dict[str, Any]]:
    """Return the items of a list that were read; none of a list that was not."""
    return [item for item in value if MARK not in item] if isinstance(value, list) else []


def _topic_arns(names: Any) -> Iterator[str]:
    yield from (name for name in names if name.startswith("arn:") and name.split(":")[2] == "sns")


def _unread_namers(visit: Visit) -> list[dict[str, Any]]:
    """Return marks for where topics may be named that nobody could read: an empty list there would be a lie."""
    marks: dict[str, dict[str, Any]] = {}
    for fact in _NAMED_BY:
        value = visit.facts.get(fact)
        if isinstance(value, dict) and unknown_in(value):
            marks.setdefault("*", {"region": "*", MARK: value[MARK]})
        for item in value if isinstance(value, list) else ():
            if MARK in item:
                marks.setdefault(item["region"], {"region": item["region"], MARK: item[MARK]})
    return list(marks.values())


def _topic(visit: Visit, arn: str) -> dict[str, Any]:
    region, owner = arn.split(":")[3:5]
    ask = visit.owner(owner)
    key = f"topic:{arn}" if ask is not visit.ask else ""
    read = partial(_read, ask, region, arn)
    found: dict[str, Any] = ask.once_for_all(key, read) if key else read()
    return {"region": region, "TopicArn": arn} | found


def _read(ask: Ask, region: str, arn: str) -> dict[str, Any]:
    attributes = ask.or_mark(lambda: ask.call_or_none(_GONE, "sns", "GetTopicAttributes", region, TopicArn=arn))
    if attributes is None:
        return {"attributes": None, "subscriptions": []}
    if "Attributes" in attributes:
        attributes = attributes["Attributes"]
        attributes |= {"Policy": _decoded(attributes["Policy"])} if "Policy" in attributes else {}
    return {"attributes": attributes, "subscriptions": ask.or_mark(lambda: _subscriptions(ask, region, arn))}


def _subscriptions(ask: Ask, region: str, arn: str) -> list[dict[str, Any]]:
    listed = ask.items("sns", "ListSubscriptionsByTopic", "Subscriptions", region, TopicArn=arn)
    return [
        {
            "SubscriptionArn": one["SubscriptionArn"],
            "Protocol": one.get("Protocol"),
            "Endpoint": _without_token(one.get("Endpoint", "")),
        }
        | _filter(ask, region, one["SubscriptionArn"])
        for one in listed
    ]


def _filter(ask: Ask, region: str, arn: str) -> dict[str, Any]:
    """Return what a confirmed subscription lets through; others get nothing anyway."""
    if not arn.startswith("arn:"):
        return {"FilterPolicy": None}
    try:
        attributes = ask.call("sns", "GetSubscriptionAttributes", region, SubscriptionArn=arn)["Attributes"]
    except UnreadError as refusal:
        return {"FilterPolicy": ask.reading.mark(refusal.unknown)}
    text = attributes.get("FilterPolicy")
    scope = {"FilterPolicyScope": attributes["FilterPolicyScope"]} if "FilterPolicyScope" in attributes else {}
    return {"FilterPolicy": _decoded(text) if text else None} | scope


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _without_token(endpoint: str) -> str:
    """Return an endpoint without what may be a secret in it: the path of a web hook often is its password."""
    if not endpoint.startswith(("http://", "https://")):
        return endpoint
    url = urlsplit(endpoint)
    rest = endpoint.partition(url.netloc)[2]
    shown = f"{url.scheme}://{url.hostname or ''}" + (f":{url.port}" if url.port else "")
    return shown + (f"/...{sha256(rest.encode()).hexdigest()[:8]}" if rest.strip("/") else rest)
