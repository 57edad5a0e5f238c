"""Rules of EventBridge; each target is a resource of its own in Terraform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.report.code.hcl import Argument
from rootwarden.report.code.terraform.kind import (
    Kind,
    Own,
    Words,
    argument,
    block,
    document,
    raw,
    said,
    tags,
)

_TARGET = {
    "Id": argument("target_id"),
    "Arn": argument("arn"),
    "RoleArn": argument("role_arn"),
    "Input": argument("input"),
    "InputPath": argument("input_path"),
    "InputTransformer": block(
        "input_transformer", {"InputPathsMap": argument("input_paths"), "InputTemplate": argument("input_template")}
    ),
    "DeadLetterConfig": block("dead_letter_config", {"Arn": argument("arn")}),
    "RetryPolicy": block(
        "retry_policy",
        {
            "MaximumEventAgeInSeconds": argument("maximum_event_age_in_seconds"),
            "MaximumRetryAttempts": argument("maximum_retry_attempts"),
        },
    ),
    "SqsParameters": block("sqs_target", {"MessageGroupId": argument("message_group_id")}),
}


def _targets(value: Any, address: str, words: Words, properties: Mapping[str, Any]) -> Iterator[Own]:
    bus = properties.get("EventBusName")
    where = () if bus is None else (Argument("event_bus_name", words.value(bus)),)
    for at, one in enumerate(value, start=1):
        body = (Argument("rule", raw(address, "name")), *where, *said(one, _TARGET, words, "a target"))
        yield Own("aws_cloudwatch_event_target", body, str(at) if len(value) > 1 else "")


KINDS = {
    "AWS::Events::Rule": Kind(
        type="aws_cloudwatch_event_rule",
        says={
            "Name": argument("name"),
            "Description": argument("description"),
            "EventBusName": argument("event_bus_name"),
            "EventPattern": document("event_pattern"),
            "ScheduleExpression": argument("schedule_expression"),
            "State": argument("state"),
            "RoleArn": argument("role_arn"),
            "Tags": tags(),
        },
        parts={"Targets": _targets},
        ref="name",
    ),
}
