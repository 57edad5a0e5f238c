"""Tells people of each use of root within a minute: an event rule in every Region, and a topic that it sends to.

Root's sign-in and its calls to global services are recorded in one Region, calls to others where they are made, and a
rule hears its own Region only; so there is one in each. EventBridge hears of calls through a trail that is logging.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Call, Change, Declared, Difference, Probe, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.model.view import View
from rootwarden.proofs.alerting_patterns import EVENT_PATTERN
from rootwarden.proofs.alerting_topics import topic_part
from rootwarden.proofs.alerting_wanted import Wanted
from rootwarden.proofs.alerting_wishes import leader, seen_in, unread, wished_regions
from rootwarden.proofs.part_of_change import NOTHING, Part, joined
from rootwarden.proofs.resting import on_rule
from rootwarden.proofs.topic_publish import EVENTS, Publisher
from rootwarden.proofs.trails import survey
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.proofs.wished_change import section, wished_change, wished_id

REMEDY = Remedy(
    title="Watch root with EventBridge",
    order=70,
    params={
        "emails": (), "topic": "rootwarden-alerts", "rule": "rootwarden-root", "regions": (),
        "read_only_events": True, "encrypt": False,
    },
    facts=(*WAYS_IN, "account.regions", "cloudtrail.trails", "events.rules", "sns.topics", "kms.keys"),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "events.DeleteRule", "events.PutRule", "events.PutTargets", "events.RemoveTargets", "kms.CreateAlias",
        "kms.CreateKey", "kms.DeleteAlias", "kms.PutKeyPolicy", "kms.ScheduleKeyDeletion", "kms.UntagResource",
        "sns.CreateTopic", "sns.DeleteTopic", "sns.SetTopicAttributes", "sns.Subscribe", "sns.Unsubscribe",
    ),
)  # fmt: skip

_FACT = "events.rules"
_LONGEST_ID = 64  # EventBridge API Reference, Target
# EventBridge API Reference, PutRule: what is left out is taken away, so that all of it is put again.
_PUT_AGAIN = ("EventPattern", "ScheduleExpression", "State", "Description", "RoleArn", "EventBusName")
_WHY = "Whoever uses root leaves a record in CloudTrail; somebody should hear of it at once."


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Wish for a rule and a topic in each Region; taken back, both are gone."""
    regions, left = wished_regions(wish)
    yield from left
    heard = _heard(wish.seen, regions)
    deaf = [one for one in regions if one not in heard]
    if deaf:
        yield Not(
            f"no trail is logging in {', '.join(deaf[:3])}{' and others' if len(deaf) > 3 else ''}, and EventBridge "
            "hears of calls through a trail only",
            "see that a trail records every Region (RW-TRAIL-01), and plan again",
        )
    for region in heard:
        try:
            yield from _in_region(wish, region, heard)
        except UnseenError as error:
            yield unread(region, error)


def _heard(seen: View, regions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the Regions in which a trail is logging."""
    found = survey(seen)
    logging = [one for one in (*found.here, *found.elsewhere) if one["status"]["IsLogging"].flag()]
    everywhere = any(one["IsMultiRegionTrail"].flag() for one in logging)
    return tuple(one for one in regions if everywhere or any(trail.home == one for trail in logging))


def _in_region(wish: Wish, region: str, regions: tuple[str, ...]) -> Iterator[Change | Not]:
    place = f"{wish.seen.subject.partition}:{{}}:{region}:{wish.account}"
    name, topic = wish.settings.text("rule"), f"arn:{place.format('sns')}:{wish.settings.text('topic')}"
    arn = f"arn:{place.format('events')}:rule/{name}"
    wanted = Wanted(
        arn=topic,
        partition=wish.seen.subject.partition,
        publishers=(Publisher(EVENTS, wish.account, f"the rule {name}", arn, region),),
        emails=wish.settings.texts("emails"),
        change=wished_id(wish, region),
        section=section(wish),
        encrypt=wish.settings.flag("encrypt"),
    )
    parts = []
    for part in (topic_part(wish.seen, wanted), _rule(wish, arn, wanted)):
        if isinstance(part, Not):
            yield part
            return
        parts.append(part)
    whole = joined(parts)
    if whole.steps:
        sign_in = " and sign-in" if region == leader(regions) else ""
        title = f"Tell {wanted.name} in {region} of root's calls{sign_in}"
        yield wished_change(wish, whole, title=title, why=_WHY, region=region, resource=arn)
    elif whole.notes:
        yield Not(f"a person has to confirm the subscription of {wanted.name} in {region}", "; ".join(whole.notes))


def _rule(wish: Wish, arn: str, wanted: Wanted) -> Part | Not:
    """Set the rule and its target, as far as they are not as wanted."""
    name, rules = arn.rsplit("/", 1)[1], seen_in(wish.seen, _FACT, wanted.region)
    held = next((one for one in rules if one.get("Arn") == arn), None)
    state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" if wish.settings.flag("read_only_events") else "ENABLED"
    asked = {
        "Name": name, "EventPattern": as_json(EVENT_PATTERN), "State": state,
        "Description": "Root is used, or its password recovered (Rootwarden)", "EventBusName": "default",
    }  # fmt: skip
    if held is not None and held.get("ManagedBy"):
        return Not(f"the rule {name} belongs to {held['ManagedBy']}", "give the setting rule another name")
    target = _target(held, name, arn, wanted)
    if isinstance(target, Not):
        return target
    parts = (_set(held, asked, arn, wanted), target)
    return joined((*parts, Part(declares=(_declared(asked, wanted),)))) if any(one.steps for one in parts) else NOTHING


def _set(held: dict[str, Any] | None, asked: dict[str, Any], arn: str, wanted: Wanted) -> Part:
    if held is not None and _pattern(held) == EVENT_PATTERN and held.get("State") == asked["State"]:
        return NOTHING
    name = asked["Name"]
    used: tuple[Probe, ...] = ()
    if held is None:
        used = on_rule(name, wanted.region, wanted.name[:_LONGEST_ID])
        undo = _call(wanted, "DeleteRule", Name=name, EventBusName="default")
        before = Expect(fact=_FACT, at=(Item("Arn", arn),), value=None)
    else:
        former = {field: held[field] for field in _PUT_AGAIN if field in held}
        undo = _call(wanted, "PutRule", Name=name, **former)
        before = Expect(fact=_FACT, at=(Item("Arn", arn),), value=former)
    text = json.dumps(EVENT_PATTERN, separators=(",", ":"))
    after = {
        "region": wanted.region, "Name": name, "Arn": arn, "State": asked["State"], "EventPattern": text,
        "EventBusName": "default",
    }  # fmt: skip
    step = Step(
        id="rule",
        does=f"Set the rule {name}",
        call=_call(wanted, "PutRule", **asked),
        undo=(undo,),
        used=used,
        on=(arn,),
    )
    return Part(
        steps=(step,),
        expects=(before,),
        then=(Expect(fact=_FACT, at=(Item("Arn", arn),), value=after),),
        shows=(
            Difference(what=f"rule {name}", before=str(held.get("State")) if held else "none", after=asked["State"]),
        ),
    )


def _target(held: dict[str, Any] | None, name: str, arn: str, wanted: Wanted) -> Part | Not:
    targets, own = (held["targets"] if held is not None else []), wanted.name[:_LONGEST_ID]
    if any(one["Arn"] == wanted.arn for one in targets):
        return NOTHING
    if any(one["Id"] == own for one in targets):
        return Not(f"the rule {name} has another target called {own}", "give the setting topic or rule another name")
    at = (Item("Arn", arn), "targets", Item("Id", own))
    where = {"Rule": name, "EventBusName": "default"}
    step = Step(
        id="target",
        does=f"Let it send to {wanted.name}",
        call=_call(wanted, "PutTargets", **where, Targets=[{"Id": own, "Arn": wanted.arn}]),
        undo=(_call(wanted, "RemoveTargets", **where, Ids=[own]),),
        on=(arn,),
    )
    return Part(
        steps=(step,),
        expects=(Expect(fact=_FACT, at=at, value=None),),
        then=(Expect(fact=_FACT, at=at, value={"Arn": wanted.arn}),),
        shows=(Difference(what=f"target of {name}", before="none", after=f"topic {wanted.name}"),),
    )


def _pattern(held: dict[str, Any]) -> Any:
    try:
        return json.loads(held.get("EventPattern") or "null")
    except (TypeError, ValueError):
        return None


def _call(wanted: Wanted, operation: str, **parameters: Any) -> Call:
    return Call(service="events", operation=operation, region=wanted.region, parameters=parameters)


def _declared(asked: dict[str, Any], wanted: Wanted) -> Declared:
    properties = {
        **asked, "EventPattern": EVENT_PATTERN, "Targets": [{"Id": wanted.name[:_LONGEST_ID], "Arn": wanted.arn}]
    }  # fmt: skip
    return Declared(type="AWS::Events::Rule", name=wanted.logical("Rule"), properties=properties)
