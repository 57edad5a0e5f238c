"""What it takes that an alert topic delivers: made where it is missing, its policy and key mended, people subscribed.

All is told as parts of a change; nothing of others is taken away. Whom a mail asks to confirm a subscription has to do
so by hand, and until then the topic reaches nobody through it.
"""

from __future__ import annotations

from typing import Any

from rootwarden.model.expect import Expect
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Declared, Difference, Probe, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.alerting_admins import TOPIC_CHANGE, administrators, changer
from rootwarden.proofs.alerting_keys import encryption, new_key, only_root
from rootwarden.proofs.alerting_listeners import listeners, subscribed
from rootwarden.proofs.alerting_policies import (
    MOST_OF_TOPIC,
    length,
    lets_in,
    new_topic_policy,
    topic_statements,
    with_statements,
)
from rootwarden.proofs.alerting_wanted import TAG, Wanted
from rootwarden.proofs.part_of_change import NOTHING, Part, joined
from rootwarden.proofs.resting import on_topic
from rootwarden.proofs.topic_delivery import FACT, find_topic
from rootwarden.proofs.topic_publish import Publisher, shut_out


def topic_part(seen: View, wanted: Wanted) -> Part | Not:
    """Return what is lacking of a topic, `NOTHING` if it is as wanted, or why it cannot be mended.

    Raises:
        UnseenError: something that decides it is unread.
    """
    topic = find_topic(seen, wanted.arn)
    if _missing(topic):
        return _made(seen, wanted)
    parts: list[Part] = []
    for make in (_admission, encryption, listeners):
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
    people = subscribed(wanted, wanted.emails, ())
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
        used=on_topic(arn, wanted.emails, (one.arn for one in wanted.publishers if one.arn)),
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
