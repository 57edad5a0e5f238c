"""Drills of a chain that works, and of chains that were broken on purpose: each must name the hop that was broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.chain.chain import Chain
from tests.emulated.lab_at_work import MANAGEMENT

ALARM, TOPIC = "root-activity", "root-alarm"
_ALARM: dict[str, Any] = {
    "AlarmName": ALARM, "Namespace": "Rootwarden", "MetricName": "RootActivity", "Statistic": "Sum", "Period": 60,
    "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}  # fmt: skip


class Case(Struct, frozen=True):
    """A drill: what is broken before (None: nothing), how it is run, and the hop that must be named ("": it passes)."""

    name: str
    method: str
    broken: str
    breaks: Callable[[Chain], None] | None = None
    mends: Callable[[Chain], None] | None = None


def drill(chain: Chain, case: Case) -> dict[str, Any]:
    """Run it as a program and return what it says, as JSON."""
    if case.breaks is not None:
        case.breaks(chain)
    try:
        account = MANAGEMENT if case.method == "assume-root" else chain.security
        within = "6s" if case.broken and case.broken != "alarm action" else "20s"
        arguments = ("--method", case.method, "--within", within, "--output", "json")
        alarm = ("--alarm", ALARM, "--topic", topic_of(chain)) if case.method == "alarm" else ()
        done = chain.run("drill", "run", "detection", *arguments, *alarm, account=account)
        assert done.returncode == (3 if case.broken else 0), (case.name, done.returncode, done.stdout, done.stderr)
        told: dict[str, Any] = json.loads(done.stdout)
        assert told["broken"] == case.broken, told
        assert told["cleaned"]
        return told
    finally:
        if case.mends is not None:
            case.mends(chain)


def alarm_is_there(chain: Chain) -> None:
    """Have an alarm tell a topic that the watch hears."""
    topic = chain.see(chain.security, "sns", "create_topic", Name=TOPIC)["TopicArn"]
    queue = {"QueueUrl": chain.central.outputs["QueueUrl"]}
    attributes = chain.see(chain.security, "sqs", "get_queue_attributes", **queue, AttributeNames=["Policy"])
    policy = json.loads(attributes["Attributes"]["Policy"])
    (topics,) = (one for one in policy["Statement"] if one["Sid"] == "Topics")
    topics["Condition"]["ArnEquals"]["aws:SourceArn"].append(topic)
    chain.see(chain.security, "sqs", "set_queue_attributes", **queue, Attributes={"Policy": json.dumps(policy)})
    key = chain.central.outputs["KeyArn"]
    document = json.loads(chain.see(chain.security, "kms", "get_key_policy", KeyId=key, PolicyName="default")["Policy"])
    for statement in document["Statement"]:
        if "sns.amazonaws.com" in json.dumps(statement.get("Principal")):
            statement.pop("Condition", None)
    chain.see(chain.security, "kms", "put_key_policy", KeyId=key, PolicyName="default", Policy=json.dumps(document))
    endpoint = chain.central.outputs["QueueArn"]
    chain.see(chain.security, "sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    put_alarm(chain, [topic])


def put_alarm(chain: Chain, actions: list[str], **others: list[str]) -> None:
    """Let the alarm have these actions, and others when it stops (OKActions, InsufficientDataActions)."""
    chain.see(chain.security, "cloudwatch", "put_metric_alarm", **_ALARM, AlarmActions=actions, **others)


def alarm_now(chain: Chain) -> tuple[str, str]:
    """Return the state of the alarm, and the reason for it."""
    (alarm,) = chain.see(chain.security, "cloudwatch", "describe_alarms", AlarmNames=[ALARM])["MetricAlarms"]
    return alarm["StateValue"], alarm["StateReason"]


def switch_rules(chain: Chain, *, on: bool) -> None:
    """Enable or disable all rules of the central bus."""
    for rule in chain.see(chain.security, "events", "list_rules", EventBusName="rootwarden")["Rules"]:
        state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" if on else "DISABLED"
        asked = {"Name": rule["Name"], "EventBusName": "rootwarden", "EventPattern": rule["EventPattern"]}
        chain.see(chain.security, "events", "put_rule", **asked, State=state)


def topic_of(chain: Chain) -> str:
    """Return the topic that the alarm tells."""
    return f"arn:aws:sns:us-east-1:{chain.security}:{TOPIC}"


CASES = (
    Case("a root session that only reads", "assume-root", ""),
    Case("a marked record through the bus", "synthetic", ""),
    Case("an alarm that is set off", "alarm", ""),
    Case(
        "the action of the alarm was removed", "alarm", "alarm action",
        lambda chain: put_alarm(chain, []), lambda chain: put_alarm(chain, [topic_of(chain)]),
    ),
    Case(
        "the rules were disabled", "assume-root", "record",
        lambda chain: switch_rules(chain, on=False), lambda chain: switch_rules(chain, on=True),
    ),
    Case(
        "the receiver is down", "synthetic", "channel oncall",
        lambda chain: chain.receiver.fail(True), lambda chain: chain.receiver.fail(False),
    ),
)  # fmt: skip
