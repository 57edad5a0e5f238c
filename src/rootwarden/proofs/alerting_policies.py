"""What the policies of an alert topic and of its key must say, so that alarms and rules get through and nobody else.

Sources: CloudWatch User Guide, "Amazon SNS and alarms" (aws:SourceAccount); EventBridge User Guide, "Using
resource-based policies" (no Condition for topics); SNS Developer Guide, "Enable compatibility between event sources
from AWS services and encrypted topics" (kms:GenerateDataKey* and kms:Decrypt).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rootwarden.proofs.policy_decision import Request, decide
from rootwarden.proofs.topic_publish import CLOUDWATCH, EVENTS, Publisher

Policy = dict[str, Any]
# SNS Developer Guide, "Amazon SNS endpoints and quotas" and KMS Developer Guide, "Resource quotas": longest policies.
MOST_OF_TOPIC, MOST_OF_KEY = 30_720, 32_768
_NAMES = {CLOUDWATCH: "CloudWatch", EVENTS: "EventBridge"}
_KEY_USE = ["kms:Decrypt", "kms:GenerateDataKey*"]


def topic_statements(publishers: Iterable[Publisher], topic: str) -> list[Policy]:
    """Return the statements that let the services behind these publishers publish on a topic, one for each."""
    return [
        _allow(service, account, "sns:Publish", topic) for service, account in _senders(publishers)
    ]  # fmt: skip


def key_statements(publishers: Iterable[Publisher]) -> list[Policy]:
    """Return the statements that let the services behind these publishers use the key of a topic, one for each."""
    return [_allow(service, account, _KEY_USE, "*") for service, account in _senders(publishers)]


def new_topic_policy(topic: str, partition: str, publishers: Iterable[Publisher]) -> Policy:
    """Return the policy of a new topic: the account governs it through IAM, these services publish, nobody else.

    An alarm may come as its account, too; that is not relied on, so the account is not let publish here.
    """
    actions = [
        "sns:AddPermission", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
        "sns:RemovePermission", "sns:SetTopicAttributes", "sns:Subscribe",
    ]  # fmt: skip
    return _document(_own(partition, topic.split(":")[4], actions, topic), topic_statements(publishers, topic))


def new_key_policy(partition: str, account: str, publishers: Iterable[Publisher]) -> Policy:
    """Return the policy of a new key: the account governs it through IAM, these services use it for topics."""
    return _document(_own(partition, account, "kms:*", "*"), key_statements(publishers))


def with_statements(policy: Mapping[str, Any], added: Iterable[Policy]) -> Policy:
    """Return a policy with statements added; those of others stay word for word, older ones of ours are replaced."""
    added = list(added)
    ours = {one["Sid"] for one in added}
    held = policy.get("Statement", [])
    held = held if isinstance(held, list) else [held]
    kept = [one for one in held if not (isinstance(one, dict) and one.get("Sid") in ours)]
    return {**policy, "Statement": [*kept, *added]}


def lets_in(policy: Mapping[str, Any], publisher: Publisher, actions: Iterable[str], resource: str) -> bool:
    """Return whether a policy surely lets a publisher do all of these; no where it cannot be told."""
    caller = publisher.callers()[0]
    asked = (decide(policy, Request(action, resource, caller, publisher.context())) for action in actions)
    return all(one.allowed is True for one in asked)


def length(policy: Mapping[str, Any]) -> int:
    """Return how many bytes a policy takes as it is sent."""
    return len(json.dumps(policy, separators=(",", ":")).encode())


def _senders(publishers: Iterable[Publisher]) -> list[tuple[str, str]]:
    return sorted({(one.service, one.account) for one in publishers if not one.role})


def _allow(service: str, account: str, action: str | list[str], resource: str) -> Policy:
    name = _NAMES.get(service, service.partition(".")[0].title())
    statement: Policy = {
        "Sid": f"Rootwarden{name}", "Effect": "Allow", "Principal": {"Service": service}, "Action": action,
        "Resource": resource,
    }  # fmt: skip
    if service == EVENTS:
        return statement
    mine = {"StringEquals": {"aws:SourceAccount": account}}
    return statement | {"Sid": f"Rootwarden{name}{account}", "Condition": mine}


def _own(partition: str, account: str, action: str | list[str], resource: str) -> Policy:
    return {
        "Sid": "AccountGoverns", "Effect": "Allow", "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": action, "Resource": resource,
    }  # fmt: skip


def _document(own: Policy, others: list[Policy]) -> Policy:
    return {"Version": "2012-10-17", "Statement": [own, *others]}
