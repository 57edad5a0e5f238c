"""What it takes that an alert topic delivers: made where it is missing, its policy and key mended, people subscribed.

All is told as parts of a change; nothing of others is taken away. Whom a mail asks to confirm a subscription has to do
so by hand, and until then the topic reaches nobody through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Declared, Difference, Probe, Step, as_json, refer
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.alerting_admins import TOPIC_CHANGE, administrators, changer
from rootwarden.proofs.alerting_keys import encryption, new_key, only_root
from rootwarden.proofs.alerting_part import NOTHING, Part, joined
from rootwarden.proofs.alerting_policies import (
    MOST_OF_TOPIC,
    length,
    lets_in,
    new_topic_policy,
    topic_statements,
    with_statements,
)
from rootwarden.proofs.alerting_wanted import TAG, Wanted
from rootwarden.proofs.email_address import domain_of
from rootwarden.proofs.topic_delivery import FACT, find_topic
from rootwarden.proofs.topic_publish import Publisher, shut_out
from rootwarden.proofs.topic_subscribers import audience

# Would end the text in which an address stands in the question for it.
_BREAKS_OUT = frozenset("'\\`")
LAPSES = "SNS drops a subscription that nobody confirms within 48 hours"


def topic_part(seen: View, wanted: Wanted) -> Part | Not:
    """Return what is lacking of a topic, `NOTHING` if it is as wanted, or why it cannot be mended.

    Raises:
        UnseenError: something that decides it is unread.
    """
    topic = find_topic(seen, wanted.arn)
    if _missing(topic):
        return _made(seen, wanted)
    parts: list[Part] = []
    for make in (_admission, encryption, _listeners):
        part = make(seen, topic, wanted)
        if isinstance(part, Not):
            return part
        parts.append(part)
    return joined(parts)


def _missing(topic: Sight) -> bool:
    """Return whether there is no such topic: it was looked for, or nothing names it, so that nobody looked."""
    if topic.unknown is not None:
        if topic.unknown.why == "topic_not_listed":
            return True
        raise UnseenError(topic.unknown, topic.path)
    return topic["attributes"].is_null


def _made(seen: View, wanted: Wanted) -> Part | Not:
    """Make the topic with its policy, with a key of its own where that is wanted, and subscribe everybody."""
    if not wanted.emails:
        return wanted.nobody()
    policy = new_topic_policy(wanted.arn, wanted.partition, wanted.publishers)
    if not changer(policy, TOPIC_CHANGE, wanted.arn, administrators(seen)):
        return only_root(wanted.name)
    key = new_key(seen, wanted) if wanted.encrypt else NOTHING
    if isinstance(key, Not):
        return key
    alias = {"KmsMasterKeyId": wanted.alias} if wanted.encrypt else {}
    people = _subscribed(wanted, wanted.emails, ())
    if isinstance(people, Not):
        return people
    return joined((key, _created(wanted, policy, alias), people))


def _created(wanted: Wanted, policy: dict[str, Any], alias: dict[str, str]) -> Part:
    arn = wanted.arn
    parameters = {
        "Name": wanted.name, "Attributes": {"Policy": as_json(policy), **alias},
        "Tags": [{"Key": TAG, "Value": wanted.change}],
    }  # fmt: skip
    step = Step(
        id="topic",
        does=f"Make the topic {wanted.name}",
        call=wanted.sns("CreateTopic", **parameters),
        undo=(wanted.sns("DeleteTopic", TopicArn=arn),),
        seen=Probe(
            call=wanted.sns("ListTagsForResource", ResourceArn=arn),
            done=f"Tags[?Key=='{TAG}' && Value=='{wanted.change}']",
            absent=("ResourceNotFound", "NotFound"),
        ),
        on=(arn,),
    )
    attributes = {"TopicArn": arn, **alias}
    declared = {"TopicName": wanted.name, **alias}
    return Part(
        steps=(step,),
        expects=(Expect(fact=FACT, at=(wanted.item, "attributes"), value=None),),
        then=(
            Expect(fact=FACT, at=(wanted.item,), value={"region": wanted.region, "TopicArn": arn}),
            Expect(fact=FACT, at=(wanted.item, "attributes"), value=attributes),
            Expect(fact=FACT, at=(wanted.item, "attributes", "Policy"), value=policy),
        ),
        shows=(Difference(what=f"topic {wanted.name}", before="none", after=f"lets {wanted.senders} publish"),),
        declares=(
            Declared(type="AWS::SNS::Topic", name=wanted.logical("Topic"), properties=declared),
            _declared_policy(wanted, policy, {"Ref": wanted.logical("Topic")}),
        ),
    )


def _admission(seen: View, topic: Sight, wanted: Wanted) -> Part | Not:
    """Let the publishers in that the topic's policy keeps out, by statements of their own."""
    out = tuple(shut_out(topic, wanted.arn, wanted.publishers))
    if not out:
        return NOTHING
    if any(one.role for one in out):
        return Not(
            f"{next(one.name for one in out if one.role)} sends as a role, which the topic {wanted.name} keeps out",
            "name no role in the target of the rule, and plan again",
        )
    old = topic["attributes"]["Policy"].plain()
    new = with_statements(old, topic_statements(out, wanted.arn))
    still = _kept_out(new, wanted)
    if still is not None:
        return Not(
            f"a Deny in the policy of the topic {wanted.name} keeps {still.name} out, whatever is allowed beside it",
            "take the Deny out by hand, or except the service from it, and plan again",
        )
    if length(new) > MOST_OF_TOPIC:
        return Not(f"the policy of the topic {wanted.name} would be longer than SNS takes", "shorten it by hand")
    admin = changer(new, TOPIC_CHANGE, wanted.arn, administrators(seen))
    if not admin:
        return only_root(wanted.name)
    at = (wanted.item, "attributes", "Policy")
    step = wanted.set("policy", f"Let {wanted.senders} publish", "Policy", as_json(new), as_json(old))
    return Part(
        steps=(step,),
        expects=(Expect(fact=FACT, at=at, value=old),),
        then=(Expect(fact=FACT, at=at, value=new),),
        shows=(
            Difference(
                what=f"policy of {wanted.name}",
                before=f"keeps {out[0].name} out",
                after=f"lets {wanted.senders} publish",
            ),
        ),
        notes=(f"{admin} can change the policy of the topic afterwards",),
        declares=(_declared_policy(wanted, new, wanted.arn),),
    )


def _kept_out(policy: dict[str, Any], wanted: Wanted) -> Publisher | None:
    senders = (one for one in wanted.publishers if not one.role)
    return next((one for one in senders if not lets_in(policy, one, ("sns:Publish",), wanted.arn)), None)


def _declared_policy(wanted: Wanted, policy: dict[str, Any], topic: Any) -> Declared:
    properties = {"PolicyDocument": policy, "Topics": [topic]}
    return Declared(type="AWS::SNS::TopicPolicy", name=wanted.logical("TopicPolicy"), properties=properties)


class _Listed(Struct, frozen=True):
    """Who is subscribed by e-mail: those that confirmed it, and those that have not yet."""

    confirmed: frozenset[str]
    waiting: tuple[str, ...]


def _listeners(seen: View, topic: Sight, wanted: Wanted) -> Part | Not:
    """Subscribe the configured addresses where too few people receive what is sent."""
    found = audience(topic)
    if found.enough(wanted.least):
        return NOTHING
    listed = _listed(topic)
    fresh = tuple(one for one in wanted.emails if one not in listed.confirmed and one not in listed.waiting)
    waiting = tuple(one for one in listed.waiting if one in wanted.emails or not wanted.emails)
    if len(found.receiving) + len(fresh) + len(waiting) >= wanted.least:
        return _subscribed(wanted, fresh, waiting)
    if found.dropping and set(wanted.emails) & listed.confirmed:
        return Not(
            f"a filter drops the alert for those subscribed to {wanted.name}",
            f"remove the filter, or add another address to emails under {wanted.section} in rootwarden.toml",
        )
    return wanted.nobody()


def _listed(topic: Sight) -> _Listed:
    confirmed: set[str] = set()
    waiting: list[str] = []
    for item in topic.recorded_in(Log())["subscriptions"].each():
        if item["Protocol"].text(default="") != "email":
            continue
        arn, address = item["SubscriptionArn"].text(), item["Endpoint"].text(default="")
        if arn.startswith("arn:"):
            confirmed.add(address)
        elif arn == "PendingConfirmation":
            waiting.append(address)
    return _Listed(frozenset(confirmed), tuple(waiting))


def _subscribed(wanted: Wanted, fresh: tuple[str, ...], waiting: tuple[str, ...]) -> Part | Not:
    wrong = next((one for one in fresh if not domain_of(one) or _BREAKS_OUT & set(one)), None)
    if wrong is not None:
        return Not(f"{wrong!r} is no e-mail address", f"correct emails under {wanted.section} in rootwarden.toml")
    asked = ", ".join((*fresh, *waiting))
    return Part(
        steps=tuple(_subscribe(wanted, number, one) for number, one in enumerate(fresh, start=1)),
        expects=tuple(Expect(fact=FACT, at=_place(wanted, one), value=None) for one in fresh),
        then=tuple(Expect(fact=FACT, at=_place(wanted, one), value={"Protocol": "email"}) for one in fresh),
        supposes=tuple(_confirmed(wanted, (*fresh, *waiting))),
        shows=tuple(
            Difference(what=f"subscription of {one}", before="none", after="asked to confirm") for one in fresh
        ),
        notes=(f"{asked}: click the link in the mail of AWS Notifications; {LAPSES}",),
        declares=tuple(
            Declared(
                type="AWS::SNS::Subscription",
                name=wanted.logical(f"Subscription{number}"),
                properties={"TopicArn": wanted.arn, "Protocol": "email", "Endpoint": one},
            )
            for number, one in enumerate(fresh, start=1)
        ),
    )


def _place(wanted: Wanted, address: str) -> tuple[str | Item, ...]:
    return (wanted.item, "subscriptions", Item("Endpoint", address))


def _confirmed(wanted: Wanted, addresses: tuple[str, ...]) -> Iterator[Expect]:
    """Say how the subscriptions read once people have confirmed them."""
    for number, one in enumerate(addresses, start=1):
        value = {"SubscriptionArn": f"{wanted.arn}:once-confirmed-{number}", "Protocol": "email", "FilterPolicy": None}
        yield Expect(fact=FACT, at=_place(wanted, one), value=value)


def _subscribe(wanted: Wanted, number: int, address: str) -> Step:
    """Subscribe one address. Unsubscribe knows no resource, so that the right to it is given for all."""
    mine = f"Subscriptions[?Protocol=='email' && Endpoint=='{address}']"
    return Step(
        id=f"subscribe-{number}",
        does=f"Ask {address} to confirm",
        call=wanted.sns(
            "Subscribe", TopicArn=wanted.arn, Protocol="email", Endpoint=address, ReturnSubscriptionArn=True
        ),
        keeps={"arn": "SubscriptionArn"},
        undo=(wanted.sns("Unsubscribe", SubscriptionArn=refer(f"subscribe-{number}", "arn")),),
        stays=f"the mail to {address} was sent, and nobody can remove a subscription that is not confirmed; {LAPSES}",
        seen=Probe(
            call=wanted.sns("ListSubscriptionsByTopic", TopicArn=wanted.arn),
            done=mine,
            absent=("NotFound",),
            keeps={"arn": f"{mine} | [0].SubscriptionArn"},
        ),
    )
