"""Topics that are made only once, and subscriptions that nobody can remove while they wait to be confirmed.

Sources: SNS API Reference, CreateTopic and Unsubscribe; the words of the refusals are those that users of AWS report.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sns.models import Topic
from moto.sns.responses import SNSResponse
from moto.utilities.utils import get_partition

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.sending.topics import PENDING

_OTHER_TAGS = "Invalid parameter: Tags Reason: Topic already exists with different tags"
_PENDING = "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation"
# For these users report the refusal; of queues of other accounts nobody has told.
_REFUSED = frozenset({"email", "email-json", "http", "https"})


class TopicLives(SNSResponse):
    """moto gives back a topic of that name whoever made it, and removes whatever it is told to."""

    def create_topic(self) -> ActionResult:
        """Make a topic; one of that name with other tags is refused, without tags it is given back."""
        wanted: list[dict[str, str]] = self._get_param("Tags", [])
        held: Topic | None = self.backend.topics.get(self._arn_of_new())
        if held is not None and wanted and {one["Key"]: one["Value"] for one in wanted} != (held._tags or {}):
            raise AwsError("InvalidParameter", _OTHER_TAGS)
        made: ActionResult = super().create_topic()
        return made

    def unsubscribe(self) -> Any:
        """Remove a subscription; one that waits for its confirmation stays until it lapses."""
        arn = str(self._get_param("SubscriptionArn"))
        if not arn.startswith("arn:"):
            raise AwsError("InvalidParameter", "Invalid parameter: SubscriptionArn Reason: An ARN must have 6 elements")
        held = self.backend.subscriptions.get(arn)
        if held is not None and held.attributes.get(PENDING) and held.protocol in _REFUSED:
            raise AwsError("InvalidParameter", _PENDING)
        self.backend.subscriptions.pop(arn, None)
        return EmptyResult()

    def _arn_of_new(self) -> str:
        name = self._get_param("Name")
        return f"arn:{get_partition(self.region)}:sns:{self.region}:{self.current_account}:{name}"
