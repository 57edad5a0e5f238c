"""An alarm, an event rule and the topic they send to, as a careful company has them."""

from __future__ import annotations

from typing import Any

from tests.controls.judged import ACCOUNT

TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"
ALARM = f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:root-usage"
RULE = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/root-activity"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/99999999-2222-3333-4444-555555555555"


def alarm(**changes: Any) -> dict[str, Any]:
    """Return a metric alarm that sends to the topic."""
    return {
        "AlarmName": "root-usage",
        "AlarmArn": ALARM,
        "MetricName": "RootUsage",
        "Namespace": "Security",
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        **changes,
    }


def alarms(*metric: dict[str, Any], region: str = "eu-west-1", composite: tuple[dict[str, Any], ...] = ()) -> list[Any]:
    """Return the fact `cloudwatch.alarms` of one Region."""
    return [{"region": region, "MetricAlarms": list(metric), "CompositeAlarms": list(composite)}]


def rule(**changes: Any) -> dict[str, Any]:
    """Return an event rule that sends to the topic."""
    return {
        "region": "eu-west-1",
        "Name": "root-activity",
        "Arn": RULE,
        "State": "ENABLED",
        "EventBusName": "default",
        "EventPattern": {"detail": {"userIdentity": {"type": ["Root"]}}},
        "targets": [{"Id": "1", "Arn": TOPIC}],
        **changes,
    }


def allow(*services: str, **changes: Any) -> dict[str, Any]:
    """Return a statement that lets services publish on behalf of the account; for EventBridge without Condition."""
    mine = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    return {
        "Sid": "services",
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": {} if "events.amazonaws.com" in services else mine,
        **changes,
    }


DEFAULT = {
    "Sid": "__default_statement_ID",
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": ["SNS:GetTopicAttributes", "SNS:Subscribe", "SNS:Publish"],
    "Resource": TOPIC,
    "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def subscription(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a confirmed e-mail subscription."""
    return {
        "SubscriptionArn": f"{TOPIC}:0000000{number}",
        "Protocol": "email",
        "Endpoint": "security@acme.example",
        "FilterPolicy": None,
        **changes,
    }


def topic(**changes: Any) -> dict[str, Any]:
    """Return a topic that alarms, rules and budgets may publish to; `attributes` are merged."""
    attributes = {
        "TopicArn": TOPIC,
        "Policy": document(DEFAULT, allow("cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com")),
        "SubscriptionsConfirmed": "1",
        **changes.pop("attributes", {}),
    }
    return {
        "region": "eu-west-1",
        "TopicArn": TOPIC,
        "attributes": attributes,
        "subscriptions": [subscription()],
        **changes,
    }


def key(**changes: Any) -> dict[str, Any]:
    """Return a customer key that the publishers may use."""
    use = {
        "Effect": "Allow",
        "Principal": {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com"]},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    }
    return {
        "region": "eu-west-1",
        "Arn": KEY,
        "KeyId": KEY.rsplit("/", 1)[1],
        "KeyState": "Enabled",
        "KeyManager": "CUSTOMER",
        "policy": document(use),
        "named_as": ["alias/alerts"],
        **changes,
    }


def facts(**changes: Any) -> dict[str, Any]:
    """Return the facts of an account whose alarm and rule send to one working topic."""
    return {
        "cloudwatch.alarms": alarms(alarm()),
        "events.rules": [rule()],
        "sns.topics": [topic()],
        "kms.keys": [key()],
        **changes,
    }
