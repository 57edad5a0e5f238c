"""Hands a matched event to one target of a rule: a queue, a topic, another bus, a log group or an archive.

Sources: Amazon EventBridge User Guide, "Using resource-based policies", "Sending and receiving events between AWS
accounts", "Using dead-letter queues"; targets of other kinds are counted as losses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.events.models import EventBus, Rule, events_backends
from moto.logs.models import logs_backends

from rootwarden.lab.membership import organization_of
from rootwarden.lab.sending.log_groups import write
from rootwarden.lab.sending.permission import lets_in, role_may
from rootwarden.lab.sending.queues import Sender, put_on_queue
from rootwarden.lab.sending.target_input import Event, input_for
from rootwarden.lab.sending.topics import let_into_topic, publish
from rootwarden.lab.sending.undelivered import Undelivered, lose

SERVICE = "events.amazonaws.com"
_MOST_HOPS = 5
Target = dict[str, Any]


def hand_to(rule: Rule, target: Target, event: Event, hops: int) -> list[EventBus]:
    """Deliver the event to the target; return the buses it goes on to. A failure is written down, or dead-lettered."""
    arn = str(target["Arn"])
    service = arn.split(":")[2] if arn.count(":") >= 5 else ""
    try:
        if service == "events":
            return _to_bus_or_archive(rule, target, event, hops)
        deliver = _DELIVER.get(service)
        if deliver is None:
            raise Undelivered(f"the lab delivers no events to {service or 'such a target'}")
        deliver(rule, target, event)
    except Undelivered as error:
        lose(rule.arn, arn, str(error))
        _dead_letter(rule, target, event, str(error))
    return []


def _to_queue(rule: Rule, target: Target, event: Event) -> None:
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    sender = Sender(SERVICE, rule.arn, rule.account_id, _role_for(rule, target, "sqs:SendMessage"))
    put_on_queue(sender, str(target["Arn"]), input_for(target, event, rule.name, rule.arn), group=group)


def _to_topic(rule: Rule, target: Target, event: Event) -> None:
    """Publish; EventBridge supports no condition in the policy of a topic, so the request carries no source."""
    role = _role_for(rule, target, "sns:Publish")
    topic = let_into_topic(SERVICE, str(target["Arn"]), {"aws:securetransport": "true"}, role)
    publish(topic, input_for(target, event, rule.name, rule.arn))


def _to_log_group(rule: Rule, target: Target, event: Event) -> None:
    _, _, _, region, account, _, name = str(target["Arn"]).removesuffix(":*").split(":", 6)
    if name not in logs_backends[account][region].groups:
        raise Undelivered(f"the log group {name} does not exist")
    write(account, region, name, rule.name, [input_for(target, event, rule.name, rule.arn)])


def _to_bus_or_archive(rule: Rule, target: Target, event: Event, hops: int) -> list[EventBus]:
    _, _, _, region, account, resource = str(target["Arn"]).split(":", 5)
    if not account:
        _archive(rule, event)
        return []
    name = resource.removeprefix("event-bus/")
    bus: EventBus | None = events_backends[account][region].event_buses.get(name)
    if bus is None:
        raise Undelivered(f"the bus {target['Arn']} does not exist")
    _checked_role(target, "events:PutEvents")
    if account != rule.account_id:
        _check_bus(rule, target, event, bus)
    if hops >= _MOST_HOPS:
        raise Undelivered("the event has gone from bus to bus too often")
    return [bus]


def _check_bus(rule: Rule, target: Target, event: Event, bus: EventBus) -> None:
    """A foreign bus must let the rule's account in; one that lets an organization in wants a role, too."""
    if event["account"] != rule.account_id:
        raise Undelivered("an event of another account is not sent on to a third one")
    account, role = rule.account_id, target.get("RoleArn")
    principals = {account, f"arn:aws:iam::{account}:root"} | ({str(role)} if role else set())
    context = {"aws:principalaccount": account, "aws:sourcearn": rule.arn, "aws:sourceaccount": account}
    organization = organization_of(account)
    if role and organization is not None and organization.org is not None:
        context |= {"aws:principalorgid": organization.org.id, "aws:principalarn": str(role)}
    if not lets_in(bus.policy, principals, "events:PutEvents", bus.arn, context):
        without = "" if role else " (a policy that lets in an organization needs a role at the target)"
        raise Undelivered(f"the policy of {bus.arn} does not let {account} put events{without}")


def _checked_role(target: Target, action: str) -> str:
    """Return the role of the target, "" when it has none; raise Undelivered when it cannot be used for the action."""
    role = str(target.get("RoleArn") or "")
    why = role_may(role, SERVICE, action, str(target["Arn"])) if role else ""
    if why:
        raise Undelivered(why)
    return role


def _role_for(rule: Rule, target: Target, action: str) -> str:
    """Return the role to use with a queue or topic; one in another account cannot be reached without."""
    role = _checked_role(target, action)
    if not role and str(target["Arn"]).split(":")[4] != rule.account_id:
        raise Undelivered("a target in another account needs a role")
    return role


def _archive(rule: Rule, event: Event) -> None:
    """Keep the event in the archive that made this rule, in the form moto replays."""
    archives = events_backends[rule.account_id][rule.region_name].archives
    archive = archives.get(rule.name.removeprefix("Events-Archive-"))
    if archive is None:
        raise Undelivered(f"no archive belongs to {rule.name}")
    seconds = datetime.fromisoformat(str(event["time"])).timestamp()
    kept: Any = event | {"time": seconds, "ingestion-time": seconds}
    archive.events.append(kept)


def _dead_letter(rule: Rule, target: Target, event: Event, why: str) -> None:
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    told = {"RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"], "ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": why}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    try:
        body = json.dumps(event)
        put_on_queue(Sender(SERVICE, rule.arn, rule.account_id), str(queue), body, attributes=attributes)
    except Undelivered as error:
        lose(rule.arn, str(queue), str(error))


_DELIVER: dict[str, Callable[[Rule, Target, Event], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "logs": _to_log_group,
}
