"""Topics whose e-mail subscriptions wait for a click, and which other accounts cannot look into."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.models import Subscription, Topic, sns_backends
from moto.sns.responses import SNSResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import caller_of
from rootwarden.lab.policy_check import trusted_by

# These endpoints have to say yes themselves (SNS Developer Guide, "Subscribing an endpoint to an Amazon SNS topic").
_WAITING = frozenset({"email", "email-json", "http", "https"})
PENDING = "PendingConfirmation"


def confirmation_token(subscription_arn: str) -> str:
    """Return the token that AWS would have sent to the endpoint; the lab sends nothing to anybody."""
    return hashlib.sha256(f"confirm {subscription_arn}".encode()).hexdigest()


class Sns(SNSResponse):
    """moto confirms every subscription at once and counts none of them."""

    def subscribe(self) -> ActionResult:
        """Subscribe an endpoint; the answer names the subscription only if it needs no confirmation or is asked to."""
        topic = self._topic(self._get_param("TopicArn"), "sns:Subscribe")
        before = {one.arn for one in _subscriptions_of(topic)}
        answer: Any = super().subscribe().result
        arn = str(answer["SubscriptionArn"])
        waiting = self._get_param("Protocol") in _WAITING or self.current_account != topic.account_id
        if arn not in before:
            self.backend.subscriptions[arn].attributes[PENDING] = waiting
        shown = arn if self._get_param("ReturnSubscriptionArn") or not _pending(_found(topic, arn)) else None
        return ActionResult({"SubscriptionArn": shown or "pending confirmation"})

    def confirm_subscription(self) -> ActionResult:
        """Confirm the subscription that a token belongs to."""
        topic = self._topic(self._get_param("TopicArn"))
        for subscription in _subscriptions_of(topic):
            if confirmation_token(subscription.arn) == self._get_param("Token"):
                subscription.attributes[PENDING] = False
                return ActionResult({"SubscriptionArn": subscription.arn})
        raise AwsError("InvalidParameter", "Invalid parameter: Token")

    def get_topic_attributes(self) -> ActionResult:
        """Return a topic's attributes with true counts of subscriptions."""
        topic = self._topic(self._get_param("TopicArn"), "sns:GetTopicAttributes")
        answer: Any = super().get_topic_attributes().result
        attributes = dict(answer["Attributes"])
        pending = [_pending(one) for one in _subscriptions_of(topic)]
        attributes |= {"SubscriptionsPending": sum(pending), "SubscriptionsConfirmed": len(pending) - sum(pending)}
        return ActionResult({"Attributes": {name: _text(value) for name, value in attributes.items()}})

    def list_subscriptions_by_topic(self) -> ActionResult:
        """List a topic's subscriptions, in pages of 100; one that waits has no ARN yet."""
        topic = self._topic(self._get_param("TopicArn"), "sns:ListSubscriptionsByTopic")
        return self._page(_subscriptions_of(topic))

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
        if owner != self.current_account and action and not self._let_in(topic, action):
            raise AwsError("AuthorizationError", f"User is not authorized to perform: {action} on resource: {arn}", 403)
        return topic

    def _let_in(self, topic: Topic, action: str) -> bool:
        caller = caller_of(self.access_key, self.current_account)
        session = caller.session
        names = {caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
        names |= {session.issuer_arn} if session else set()
        context = {"aws:sourceowner": caller.account, "aws:principalaccount": caller.account}
        return trusted_by(json.loads(topic.policy), names, action, context)


def _subscriptions_of(topic: Topic) -> list[Subscription]:
    """Return all subscriptions of a topic; moto keeps each with the account that subscribed."""
    region = topic.sns_backend.region_name
    backends = [by_region[region] for by_region in list(sns_backends.values()) if region in by_region]
    return [one for backend in backends for one in list(backend.subscriptions.values()) if one.topic.arn == topic.arn]


def _found(topic: Topic, arn: str) -> Subscription:
    return next(one for one in _subscriptions_of(topic) if one.arn == arn)


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
