"""Whether anybody hears what a change set up: an alert whose subscription nobody confirmed is a silent one.

Source: SNS Developer Guide, "Creating a subscription": nothing is sent to an address before the subscription is
confirmed. Cost Explorer API Reference, Subscriber: who is told of anomalies has the status CONFIRMED or DECLINED.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.expect import Expect, Item, look
from rootwarden.model.plan import Change
from rootwarden.model.readings import Unknown, UnseenError, first_unknown
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.anomaly_watch import SUBSCRIPTIONS
from rootwarden.proofs.topic_delivery import FACT as TOPICS
from rootwarden.proofs.topic_subscribers import audience

# What sends to topics.
_SENDERS = ("events.rules", "cloudwatch.alarms")


class Unheard(Struct, frozen=True):
    """That nobody hears: `why` in words, and `who` has to confirm (e-mail addresses)."""

    why: str
    who: tuple[str, ...]


def asked(change: Change) -> tuple[str, ...]:
    """Return the addresses that SNS asks by mail to confirm what a change subscribes, each once."""
    calls = [step.call for step in change.steps if step.call.name == "sns.Subscribe"]
    fresh = (str(one.parameters.get("Endpoint")) for one in calls if one.parameters.get("Protocol") == "email")
    return tuple(dict.fromkeys((*fresh, *(_address(one) for one in change.then if _is_to_confirm(one)))))


def sends_to(change: Change) -> tuple[str, ...]:
    """Return the topics (ARNs) through which what a change sets up tells people: its own, and those it joins."""
    own = (str(one.at[0]) for one in change.then if _is_to_confirm(one))
    joined = (arn for one in change.then if one.fact in _SENDERS and not one.assumed for arn in _topics_in(one.value))
    return tuple(dict.fromkeys((*own, *joined)))


def unheard(change: Change, facts: Mapping[str, Any]) -> Unheard | None:
    """Return who has to confirm before anybody hears, as the facts of its account read; None where somebody does.

    A change that tells nobody of anything is heard as far as it goes. A topic is heard once one subscriber of it
    receives what is sent, whoever that is.
    """
    deaf = [arn for arn in sends_to(change) if not _received(arn, facts)]
    if not deaf:
        return _declined(change, facts)
    names = " and ".join(f"the topic {arn.rsplit(':', 1)[-1]} in {arn.split(':')[3]}" for arn in deaf)
    mine = [_address(one) for one in change.then if _is_to_confirm(one) and str(one.at[0]) in deaf]
    who = tuple(dict.fromkeys((*mine, *(one for arn in deaf for one in _pending(arn, facts)))))
    if not who and any(_is_unread(arn, facts) for arn in deaf):
        return Unheard(f"nobody could look whether anybody receives what {names} sends", ())
    todo = f"before {_either(who)} follows the link in AWS's mail" if who else "before somebody subscribes to it"
    return Unheard(f"nobody receives what {names} sends {todo}", who)


def _topics_in(value: Any) -> Iterator[str]:
    match value:
        case str() if value.startswith("arn:") and value.split(":")[2:3] == ["sns"]:
            yield value
        case dict():
            yield from _topics_in(list(value.values()))
        case list():
            for item in value:
                yield from _topics_in(item)


def _topic(arn: str, facts: Mapping[str, Any]) -> Any:
    found = look(Expect(fact=TOPICS, at=(Item("TopicArn", arn),)), facts)
    return None if isinstance(found, Unknown) else found


def _is_unread(arn: str, facts: Mapping[str, Any]) -> bool:
    found = look(Expect(fact=TOPICS, at=(Item("TopicArn", arn),)), facts)
    return isinstance(found, Unknown) or first_unknown(found) is not None


def _received(arn: str, facts: Mapping[str, Any]) -> bool:
    topic = _topic(arn, facts)
    if topic is None:
        return False
    try:
        return bool(audience(Sight(f"{TOPICS}[{arn}]", topic, Log())).receiving)
    except UnseenError:
        return False


def _pending(arn: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """Go through the addresses that were asked, by this change or another, and have not confirmed."""
    listed = (_topic(arn, facts) or {}).get("subscriptions")
    for one in listed if isinstance(listed, list) else ():
        if one.get("Protocol") == "email" and one.get("SubscriptionArn") == "PendingConfirmation":
            yield str(one.get("Endpoint"))


def _declined(change: Change, facts: Mapping[str, Any]) -> Unheard | None:
    """Return who declines to be told of anomalies, where all do; without a status AWS tells them."""
    wanted = [one for one in change.then if one.fact == SUBSCRIPTIONS and "Subscribers" in one.at[:-1]]
    found = [look(one, facts) for one in wanted]
    if not found or any(not isinstance(one, dict) or one.get("Status", "CONFIRMED") == "CONFIRMED" for one in found):
        return None
    who = tuple(str(one.get("Address")) for one in found)
    return Unheard(f"nobody is told of anomalies before {_either(who)} accepts it", who)


def _is_to_confirm(one: Expect) -> bool:
    return one.assumed and one.fact == TOPICS and "subscriptions" in one.at[:-1]


def _address(one: Expect) -> str:
    return str(one.at[-1])


def _either(who: tuple[str, ...]) -> str:
    return " or ".join(who)
