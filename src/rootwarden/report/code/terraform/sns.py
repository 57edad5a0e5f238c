"""Topics, their policies and subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.report.code.hcl import Argument
from rootwarden.report.code.terraform.kind import (
    Items,
    Kind,
    Say,
    UnsaidError,
    Words,
    argument,
    document,
    tags,
)


def _only_one(value: Any, words: Words) -> Items:
    """Say the topic of a policy: Terraform gives each topic a policy of its own."""
    if isinstance(value, Mapping) or len(value) != 1:
        raise UnsaidError("a policy of several topics is not known here")
    yield Argument("arn", words.arn(value[0]))


KINDS = {
    "AWS::SNS::Topic": Kind(
        type="aws_sns_topic",
        says={
            "TopicName": argument("name"),
            "DisplayName": argument("display_name"),
            "KmsMasterKeyId": argument("kms_master_key_id"),
            "FifoTopic": argument("fifo_topic"),
            "SignatureVersion": argument("signature_version"),
            "Tags": tags(),
        },
        ref="arn",
        gets={"TopicArn": "{}.arn", "TopicName": "{}.name"},
        imported="{arn}",
    ),
    "AWS::SNS::TopicPolicy": Kind(
        type="aws_sns_topic_policy",
        says={"Topics": Say(_only_one), "PolicyDocument": document("policy")},
        gets={},
        imported="",
    ),
    "AWS::SNS::Subscription": Kind(
        type="aws_sns_topic_subscription",
        says={
            "TopicArn": argument("topic_arn"),
            "Protocol": argument("protocol"),
            "Endpoint": argument("endpoint"),
            "RawMessageDelivery": argument("raw_message_delivery"),
            "FilterPolicy": document("filter_policy"),
            "FilterPolicyScope": argument("filter_policy_scope"),
            "RedrivePolicy": document("redrive_policy"),
        },
        ref="arn",
        imported="{arn}",
    ),
}
