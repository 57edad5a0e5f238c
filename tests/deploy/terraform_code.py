"""Terraform code as plain data, and what its expressions are called in the CloudFormation templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import hcl2

from tests.deploy.templates import DEPLOY

TERRAFORM = DEPLOY / "terraform"
MODULES = {"central": TERRAFORM} | {name: TERRAFORM / name for name in ("member", "payer", "drill")}

_ARN = "arn:${AWS::Partition}"
_HERE = "${AWS::Region}:${AWS::AccountId}"
_RULES = f"{_ARN}:events:{_HERE}:rule"
_SPENDING = {"Ref": "SpendingTopic"}
_TOPICS = [
    _SPENDING,
    {"Fn::If": ["HasPayerTopic", {"Ref": "PayerTopicArn"}, {"Ref": "AWS::NoValue"}]},
    {"Fn::If": ["HasRootAlarmTopic", {"Ref": "RootAlarmTopicArn"}, {"Ref": "AWS::NoValue"}]},
    {"Fn::If": ["HasTrailTopic", {"Ref": "TrailTopicArn"}, {"Ref": "AWS::NoValue"}]},
]
_BUDGETS = '"arn:${local.partition}:budgets::${local.account}:*"'


def _sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def _get(name: str, attribute: str = "Arn") -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


# An expression of Terraform -> the same in a template. What is not here is an error of the test.
SAME: dict[str, dict[str, Any]] = {
    "central": {
        "local.account": {"Ref": "AWS::AccountId"},
        "local.rule_arns": {
            "Fn::If": ["Organization", _sub(f"{_RULES}/rootwarden/rootwarden-*"), _sub(f"{_RULES}/rootwarden-*")]
        },
        "local.drill_rule_arn": _sub(f"{_RULES}/rootwarden-drill"),
        "local.topics": _TOPICS,
        "local.bucket_arn": _sub(f"{_ARN}:s3:::${{TrailBucketName}}"),
        "local.alarm_topics": {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]},
        "aws_cloudwatch_event_bus.rootwarden[*].arn": _get("Bus"),
        "aws_cloudwatch_event_bus.rootwarden[0].name": {"Ref": "Bus"},
        "aws_kms_key.rootwarden.arn": _get("Key"),
        "aws_kms_key.rootwarden.key_id": {"Ref": "Key"},
        "aws_sqs_queue.dead.arn": _get("DeadLetterQueue"),
        "aws_sqs_queue.dead.id": {"Ref": "DeadLetterQueue"},
        "aws_sqs_queue.dead.name": _get("DeadLetterQueue", "QueueName"),
        "aws_sqs_queue.events.arn": _get("Queue"),
        "aws_sqs_queue.events.id": {"Ref": "Queue"},
        "aws_sqs_queue.events.name": _get("Queue", "QueueName"),
        "aws_sns_topic.spending.arn": _SPENDING,
        "aws_iam_policy.watcher.arn": {"Ref": "WatcherPolicy"},
        "aws_iam_role.watcher.name": {"Ref": "WatcherRole"},
        "jsonencode({deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 10})": {
            "deadLetterTargetArn": _get("DeadLetterQueue"),
            "maxReceiveCount": 10,
        },
        "var.oldest_message_seconds": {"Ref": "OldestMessageSeconds"},
        "var.organization_id": {"Ref": "OrganizationId"},
        "var.trail_bucket_account_id": {"Ref": "TrailBucketAccountId"},
        "var.trail_key_arn": {"Ref": "TrailKeyArn"},
        "var.trail_topic_arn": {"Ref": "TrailTopicArn"},
        "var.payer_topic_arn": {"Ref": "PayerTopicArn"},
        "var.root_alarm_topic_arn": {"Ref": "RootAlarmTopicArn"},
        _BUDGETS: _sub(f"{_ARN}:budgets::${{AWS::AccountId}}:*"),
        '"${local.bucket_arn}/${var.trail_prefix}*"': _sub(f"{_ARN}:s3:::${{TrailBucketName}}/${{TrailPrefix}}*"),
        '"arn:${local.partition}:iam::${local.account}:root"': _sub(f"{_ARN}:iam::${{AWS::AccountId}}:root"),
        "aws_sqs_queue_policy.events": "QueuePolicy",
    },
    "member": {
        "local.account": {"Ref": "AWS::AccountId"},
        "local.rule_arns": _sub(f"{_RULES}/rootwarden-*"),
        "var.central_bus_arn": {"Ref": "CentralBusArn"},
        "aws_iam_role.sender.arn": _get("SenderRole"),
        "aws_sqs_queue.undelivered[0].arn": _get("UndeliveredQueue"),
        "aws_sqs_queue.undelivered[0].id": {"Ref": "UndeliveredQueue"},
        '"rootwarden-send-${local.region}"': _sub("rootwarden-send-${AWS::Region}"),
    },
    "payer": {
        "local.account": {"Ref": "AWS::AccountId"},
        "aws_sns_topic.spending.arn": _SPENDING,
        _BUDGETS: _sub(f"{_ARN}:budgets::${{AWS::AccountId}}:*"),
        '"arn:${local.partition}:iam::${var.security_account_id}:root"': _sub(
            f"{_ARN}:iam::${{SecurityAccountId}}:root"
        ),
    },
    "drill": {
        "var.drill_principal_arn": {"Ref": "DrillPrincipalArn"},
        '"arn:${local.partition}:iam::${var.canary_account_id}:root"': _sub(f"{_ARN}:iam::${{CanaryAccountId}}:root"),
        '"arn:${local.partition}:iam::aws:policy/root-task/IAMAuditRootUserCredentials"': _sub(
            f"{_ARN}:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
        ),
        '"arn:${local.partition}:events:*:${local.account}:event-bus/default"': _sub(
            f"{_ARN}:events:*:${{AWS::AccountId}}:event-bus/default"
        ),
        '"arn:${local.partition}:cloudwatch:*:${local.account}:alarm:${var.alarm_name}"': _sub(
            f"{_ARN}:cloudwatch:*:${{AWS::AccountId}}:alarm:${{AlarmName}}"
        ),
    },
}


@cache
def module(name: str) -> dict[str, Any]:
    """Return all blocks of a module: kind -> [labels..., body]; see python-hcl2."""
    merged: dict[str, list[Any]] = {}
    for path in sorted(MODULES[name].glob("*.tf")):
        for kind, blocks in hcl2.loads(path.read_text(encoding="utf-8")).items():
            merged.setdefault(kind, []).extend(blocks)
    return merged


def resources(name: str, kind: str = "resource") -> dict[str, dict[str, Any]]:
    """Return the resources (or `data` sources) of a module by `type.name`."""
    found = {}
    for block in module(name)[kind]:
        for type_, named in block.items():
            for label, body in named.items():
                found[f"{bare(type_)}.{bare(label)}"] = {key: one for key, one in body.items() if key[:2] != "__"}
    return found


def named_blocks(name: str, kind: str) -> dict[str, dict[str, Any]]:
    """Return the blocks with one label, variables or outputs, of a module."""
    return {bare(label): body for block in module(name)[kind] for label, body in block.items()}


def local_values(name: str) -> dict[str, Any]:
    """Return the locals of a module as written."""
    return {key: one for block in module(name)["locals"] for key, one in block.items() if key[:2] != "__"}


def bare(text: str) -> str:
    """Return a quoted string without its quotes, or an expression without its braces."""
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    return text[2:-1] if text.startswith("${") and text.endswith("}") else text


def translated(value: Any, name: str) -> Any:
    """Return a value of a module in the words of its template.

    Raises:
        KeyError: an expression stands nowhere in `SAME`.
    """
    if isinstance(value, list):
        parts = [translated(one, name) for one in value]
        return parts[0] if len(parts) == 1 and isinstance(parts[0], list) else parts
    if isinstance(value, dict):
        return {bare(key): translated(one, name) for key, one in value.items() if key[:2] != "__"}
    if not isinstance(value, str):
        return value
    if value.startswith('"') and "${" not in value:
        return bare(value)
    return SAME[name][value if value.startswith('"') else bare(value)]


def read_all(path: Path = TERRAFORM) -> str:
    """Return the text of every Terraform file below a folder."""
    return "\n".join(one.read_text(encoding="utf-8") for one in sorted(path.rglob("*.tf")))
