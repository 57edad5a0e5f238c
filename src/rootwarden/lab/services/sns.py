"""Topics whose e-mail subscriptions wait for a click, and which other accounts cannot look into."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.sns.models import Subscription, Topic, sns_backends
from moto.sns.responses import SNSResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import caller_of
from rootwarden.lab.policy_check import trusted_by
from rootwarden.lab.sending.queues import Sender, put_on_queue
from rootwarden.lab.sending.topic_messages import as_text, confirmation, headers_of
from rootwarden.lab.sending.topics import PENDING, SERVICE, subscriptions_of
from rootwarden.lab.sending.undelivered import Undelivered, lose
from rootwarden.lab.sending.web_posts import Post, post_soon

# These endpoints have to say yes themselves (SNS Developer Guide, "Subscribing an endpoint to an Amazon SNS topic").
_WAITING = frozenset({"email", "email-json", "http", "https"})
_WEB = frozenset({"http", "https"})


def confirmation_token(subscription_arn: str) -> str:
    """Return the token that AWS sends to the endpoint; the lab sends it to web receivers on this machine only."""
    return hashlib.sha256(f"confirm {subscription_arn}".encode()).hexdigest()


class Sns(SNSResponse):
    """moto confirms every subscription at once and counts none of them."""

    def subscribe(self) -> ActionResult:
        """Subscribe an endpoint; the answer names the subscription only if it needs no confirmation or is asked to."""
        topic = self._topic(self._get_param("TopicArn"), "sns:Subscribe")
        before = {one.arn for one in subscriptions_of(topic)}
        answer: Any = super().subscribe().result
        arn = str(answer["SubscriptionArn"])
        if arn not in before:
            made = self.backend.subscriptions[arn]
            made.attributes[PENDING] = _must_confirm(made, self.current_account)
            if made.attributes[PENDING]:
                _ask_to_confirm(made, f"http://{self.headers.get('Host', '')}")
        shown = arn if self._get_param("ReturnSubscriptionArn") or not _pending(_found(topic, arn)) else None
        return ActionResult({"SubscriptionArn": shown or "pending confirmation"})

    def confirm_subscription(self) -> ActionResult:
        """Confirm the subscription that a token belongs to."""
        topic = self._topic(self._get_param("TopicArn"))
        return ActionResult({"SubscriptionArn": confirm(topic, str(self._get_param("Token")))})

    def get_topic_attributes(self) -> ActionResult:
        """Return a topic's attributes with true counts of subscriptions."""
        topic = self._topic(self._get_param("TopicArn"), "sns:GetTopicAttributes")
        answer: Any = super().get_topic_attributes().result
        attributes = dict(answer["Attributes"])
        pending = [_pending(one) for one in subscriptions_of(topic)]
        attributes |= {"SubscriptionsPending": sum(pending), "SubscriptionsConfirmed": len(pending) - sum(pending)}
        return ActionResult({"Attributes": {name: _text(value) for name, value in attributes.items()}})

    def list_subscriptions_by_topic(self) -> ActionResult:
        """List a topic's subscriptions, in pages of 100; one that waits has no ARN yet."""
        topic = self._topic(self._get_param("TopicArn"), "sns:ListSubscriptionsByTopic")
        return self._page(subscriptions_of(topic))

    def list_subscriptions(self) -> ActionResult:
        """List the account's subscriptions of this Region, in pages of 100."""
        return self._page(list(self.backend.subscriptions.values()))

    def _page(self, rows: list[Subscription]) -> ActionResult:
        start = int(self._get_param("NextToken") or 0)
        answer: dict[str, Any] = {"Subscriptions": [_shown(one) for one in rows[start : start + 100]]}
        if start + 100 < len(rows):
            answer["NextToken"] = str(start + 100)
        return ActionResult(answer)

    def _topic(self, arn: str, action: str = "") -> Topic:
        """Return a topic; another account's only if its policy allows the action."""
        owner = arn.split(":")[4] if arn.count(":") == 5 else ""
        topic: Topic | None = sns_backends[owner][self.region].topics.get(arn) if owner else None
        if topic is None:
            raise AwsError("NotFound", "Topic does not exist", 404)
        if owner != self.current_account and action:
            let_caller_in(topic, action, self.access_key, self.current_account)
        return topic


def let_caller_in(topic: Topic, action: str, access_key: str, account: str) -> None:
    """Refuse a caller of another account whom the topic's policy does not let in."""
    caller = caller_of(access_key, account)
    session = caller.session
    names = {caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
    names |= {session.issuer_arn} if session else set()
    context = {"aws:sourceowner": caller.account, "aws:principalaccount": caller.account}
    if not trusted_by(json.loads(topic.policy), names, action, context):
        text = f"User is not authorized to perform: {action} on resource: {topic.arn}"
        raise AwsError("AuthorizationError", text, 403)


def confirm(topic: Topic, token: str) -> str:
    """Confirm the subscription that a token belongs to and return its ARN."""
    for subscription in subscriptions_of(topic):
        if confirmation_token(subscription.arn) == token:
            subscription.attributes[PENDING] = False
            return str(subscription.arn)
    raise AwsError("InvalidParameter", "Invalid parameter: Token")


def _must_confirm(subscription: Subscription, subscriber: str) -> bool:
    """Return whether somebody has to say yes: the owner of a queue need not, another account's subscriber must.

    Source: SNS Developer Guide, "Sending Amazon SNS messages to an Amazon SQS queue in a different account".
    """
    if subscription.protocol == "sqs":
        return str(subscription.endpoint).split(":")[4] != subscriber
    return subscription.protocol in _WAITING or subscriber != subscription.topic.account_id


def _ask_to_confirm(subscription: Subscription, lab_url: str) -> None:
    """Send the request to confirm to a web receiver or a queue; nobody reads e-mail here."""
    body = confirmation(subscription, confirmation_token(subscription.arn), str(mock_random.uuid4()), lab_url)
    topic, endpoint = subscription.topic, subscription.endpoint
    try:
        if subscription.protocol == "sqs":
            put_on_queue(Sender(SERVICE, topic.arn, topic.account_id), endpoint, as_text(body))
        elif subscription.protocol in _WEB:
            post_soon(Post(subscription.arn, endpoint, headers_of(body, subscription), as_text(body).encode()))
    except Undelivered as error:
        lose(subscription.arn, subscription.endpoint, str(error))


def _found(topic: Topic, arn: str) -> Subscription:
    return next(one for one in subscriptions_of(topic) if one.arn == arn)


def _pending(subscription: Subscription) -> bool:
    return bool(subscription.attributes.get(PENDING))


def _shown(subscription: Subscription) -> dict[str, str]:
    return {
        "SubscriptionArn": PENDING if _pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
