"""Queues of SQS and their policies."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties, as_json
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

# Properties that are attributes of the same name.
_ATTRIBUTES = frozenset(
    {
        "KmsMasterKeyId",
        "KmsDataKeyReusePeriodSeconds",
        "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds",
        "VisibilityTimeout",
        "SqsManagedSseEnabled",
        "RedrivePolicy",
    }
)


def _queue(site: Site, properties: Properties) -> Made:
    attributes = {name: _text(value) for name, value in properties.items() if name in _ATTRIBUTES}
    url = site.call("sqs", "CreateQueue", {"QueueName": properties["QueueName"], "Attributes": attributes})["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    arn = site.call("sqs", "GetQueueAttributes", asked)["Attributes"]["QueueArn"]
    return Made(url, {"Arn": arn, "QueueName": properties["QueueName"]})


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return as_json(value) if isinstance(value, dict) else str(value)


def _policy(site: Site, properties: Properties) -> Made:
    for url in properties["Queues"]:
        attributes = {"Policy": as_json(properties["PolicyDocument"])}
        site.call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": attributes})
    return Made("queue policy", {})


KINDS = {
    "AWS::SQS::Queue": Kind(_queue, frozenset({"QueueName"}), _ATTRIBUTES),
    "AWS::SQS::QueuePolicy": Kind(_policy, frozenset({"Queues", "PolicyDocument"})),
}
