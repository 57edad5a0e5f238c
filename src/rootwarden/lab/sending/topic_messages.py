"""Writes what a subscriber of a topic gets: the JSON around a message, and the headers of a post.

Sources: Amazon SNS Developer Guide, "Parsing message formats", "HTTP/HTTPS headers", "Raw message delivery". The lab
signs nothing; the fields of the signature are there and say so.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from moto.sns.models import Subscription
from msgspec import Struct

from rootwarden.lab.clock import now

UNSIGNED = b64encode(b"not signed: this message comes from the lab").decode()
_AGENT = "Amazon Simple Notification Service Agent"


class Message(Struct, frozen=True):
    """A published message; `attributes` are in SNS's own form, {"name": {"Type": ..., "Value": ...}}."""

    id: str
    text: str
    subject: str | None = None
    attributes: dict[str, Any] = {}
    group: str | None = None
    deduplication: str | None = None


def notification(message: Message, subscription: Subscription) -> dict[str, Any]:
    """Return the JSON object that SNS puts around a message for queues and web receivers."""
    topic, region = subscription.topic.arn, subscription.topic.sns_backend.region_name
    body: dict[str, Any] = {"Type": "Notification", "MessageId": message.id, "TopicArn": topic}
    if message.subject:
        body["Subject"] = message.subject
    unsubscribe = f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    body |= {"Message": message.text, **_seal(region), "UnsubscribeURL": unsubscribe}
    if message.attributes:
        body["MessageAttributes"] = message.attributes
    return body


def confirmation(subscription: Subscription, token: str, message_id: str, lab_url: str) -> dict[str, Any]:
    """Return what a web receiver gets when it is subscribed: it opens SubscribeURL, which leads into the lab."""
    topic, region = subscription.topic.arn, subscription.topic.sns_backend.region_name
    text = (
        f"You have chosen to subscribe to the topic {topic}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    )
    return {
        "Type": "SubscriptionConfirmation",
        "MessageId": message_id,
        "Token": token,
        "TopicArn": topic,
        "Message": text,
        "SubscribeURL": f"{lab_url}/rw-api/confirm/{topic}/{token}",
        **_seal(region),
    }


def headers_of(body: dict[str, Any], subscription: Subscription, *, raw: bool = False) -> dict[str, str]:
    """Return the headers that go with a post; a confirmation has no ARN of a subscription yet."""
    headers = {
        "x-amz-sns-message-type": str(body["Type"]),
        "x-amz-sns-message-id": str(body["MessageId"]),
        "x-amz-sns-topic-arn": str(body["TopicArn"]),
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": _AGENT,
    }
    if body["Type"] == "Notification":
        headers["x-amz-sns-subscription-arn"] = subscription.arn
    return headers | ({"x-amz-sns-rawdelivery": "true"} if raw else {})


def as_queue_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return a message's attributes as a queue holds them, for raw delivery."""
    shown: dict[str, Any] = {}
    for name, one in attributes.items():
        kind = "BinaryValue" if str(one["Type"]).startswith("Binary") else "StringValue"
        shown[name] = {"DataType": one["Type"], kind: one["Value"]}
    return shown


def as_text(body: dict[str, Any]) -> str:
    """Write the JSON the way SNS does, with two spaces before each field."""
    return json.dumps(body, indent=2, separators=(",", " : "))


def _seal(region: str) -> dict[str, str]:
    moment = now()
    return {
        "Timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z",
        "SignatureVersion": "1",
        "Signature": UNSIGNED,
        "SigningCertURL": f"https://sns.{region}.amazonaws.com/SimpleNotificationService-lab.pem",
    }
