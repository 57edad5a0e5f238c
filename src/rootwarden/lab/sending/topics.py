"""Publishes a message on a topic and carries it to everybody subscribed, in whichever account they are.

Sources: Amazon SNS Developer Guide, "Fanout to Amazon SQS queues", "Sending messages to a queue in a different
account", "Message filtering". E-mail, text messages and functions are not called.
"""

from __future__ import annotations

import json
from typing import Any

from moto.moto_api._internal import mock_random
from moto.sns.models import Subscription, Topic, sns_backends

from rootwarden.lab.sending.encryption import check_key
from rootwarden.lab.sending.permission import Context, admits
from rootwarden.lab.sending.queues import Sender, put_on_queue
from rootwarden.lab.sending.topic_messages import Message, as_queue_attributes, as_text, headers_of, notification
from rootwarden.lab.sending.undelivered import Undelivered, lose
from rootwarden.lab.sending.web_posts import Post, post_soon

SERVICE = "sns.amazonaws.com"
PENDING = "PendingConfirmation"


def topic_at(arn: str) -> Topic:
    """Return the topic with this ARN; raise Undelivered when there is none."""
    _, _, _, region, account, _ = arn.split(":", 5)
    topic: Topic | None = sns_backends[account][region].topics.get(arn)
    if topic is None:
        raise Undelivered(f"the topic {arn} does not exist")
    return topic


def let_into_topic(service: str, arn: str, context: Context, role: str = "") -> Topic:
    """Return the topic if it lets the service, or its role, publish under these conditions.

    Raises:
        Undelivered: there is no such topic, or its policy or that of its key says no.
    """
    topic = topic_at(arn)
    if not admits(topic.policy, service, role, "sns:Publish", arn, context):
        raise Undelivered(f"the policy of {arn} does not let {service} publish")
    if not role:
        check_key(topic.kms_master_key_id, arn, service, context)
    return topic


def publish(topic: Topic, text: str, subject: str | None = None, structure: str | None = None, **more: Any) -> str:
    """Carry a message to the confirmed subscribers that want it, and return its id.

    `structure` "json" lets `text` hold one text for each protocol; `more` are further fields of `Message`.
    """
    message = Message(str(mock_random.uuid4()), text, subject, **more)
    texts: dict[str, Any] = json.loads(text) if structure == "json" else {}
    for subscription in subscriptions_of(topic):
        own = (
            Message(message.id, texts.get(subscription.protocol, texts["default"]), subject, **more) if texts else None
        )
        _carry(own or message, subscription)
    return message.id


def subscriptions_of(topic: Topic) -> list[Subscription]:
    """Return all subscriptions of a topic; moto keeps each with the account that subscribed."""
    region = topic.sns_backend.region_name
    backends = [by_region[region] for by_region in list(sns_backends.values()) if region in by_region]
    return [one for backend in backends for one in list(backend.subscriptions.values()) if one.topic.arn == topic.arn]


def _carry(message: Message, subscription: Subscription) -> None:
    deliver = _CARRIERS.get(subscription.protocol)
    matcher = subscription._filter_policy_matcher
    if deliver is None or subscription.attributes.get(PENDING):
        return
    if matcher is not None and not matcher.matches(message.attributes, message.text):
        return
    try:
        deliver(message, subscription)
    except Undelivered as error:
        lose(subscription.arn, subscription.endpoint, str(error))


def _to_queue(message: Message, subscription: Subscription) -> None:
    topic, raw = subscription.topic, is_raw(subscription)
    put_on_queue(
        Sender(SERVICE, topic.arn, topic.account_id),
        subscription.endpoint,
        message.text if raw else as_text(notification(message, subscription)),
        attributes=as_queue_attributes(message.attributes) if raw else None,
        group=message.group,
        deduplication=message.deduplication,
    )


def _to_web(message: Message, subscription: Subscription) -> None:
    raw, body = is_raw(subscription), notification(message, subscription)
    text = message.text if raw else as_text(body)
    post_soon(Post(subscription.arn, subscription.endpoint, headers_of(body, subscription, raw=raw), text.encode()))


def is_raw(subscription: Subscription) -> bool:
    """Return whether the subscriber wants the bare message; moto keeps a bool or a text."""
    return str(subscription.attributes.get("RawMessageDelivery")).lower() == "true"


_CARRIERS = {"sqs": _to_queue, "http": _to_web, "https": _to_web}
