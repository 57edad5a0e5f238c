"""SNS Publish: messages reach queues of other accounts and web receivers, as policies and filters say."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.models import Topic
from moto.sns.responses import SNSResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.sending.topics import publish, topic_at
from rootwarden.lab.sending.undelivered import Undelivered
from rootwarden.lab.services.sns import let_caller_in

_MAX_BYTES, _MAX_SUBJECT, _MAX_BATCH = 262_144, 100, 10


class Publishing(SNSResponse):
    """moto delivers within one account only, and holds the caller up until a web receiver has answered."""

    def publish(self) -> Any:
        """Publish one message on a topic; to a phone number or a device moto's way, which keeps it."""
        arn = self._get_param("TopicArn") or self._get_param("TargetArn") or ""
        if ":endpoint/" in arn or not arn:
            return super().publish()
        wanted = {name: self._get_param(name) for name in _PARAMETERS}
        wanted["MessageAttributes"] = self._parse_message_attributes()
        return ActionResult({"MessageId": _published(self._publishable(arn), wanted)})

    def publish_batch(self) -> Any:
        """Publish up to ten messages; each may fail by itself."""
        topic = self._publishable(str(self._get_param("TopicArn")))
        entries: list[dict[str, Any]] = self._get_param("PublishBatchRequestEntries", [])
        ids = [one["Id"] for one in entries]
        if not 1 <= len(ids) <= _MAX_BATCH:
            raise AwsError("TooManyEntriesInBatchRequest" if ids else "EmptyBatchRequest", "A batch holds 1 to 10.")
        if len(set(ids)) < len(ids):
            raise AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
        answer: dict[str, list[dict[str, Any]]] = {"Successful": [], "Failed": []}
        for entry in entries:
            attributes = self._transform_message_attributes(entry.get("MessageAttributes") or {})
            try:
                done = {"MessageId": _published(topic, entry | {"MessageAttributes": attributes})}
                answer["Successful"].append({"Id": entry["Id"], **done})
            except AwsError as error:
                failed = {"Code": error.code, "Message": error.message, "SenderFault": True}
                answer["Failed"].append({"Id": entry["Id"], **failed})
        return ActionResult(answer)

    def _publishable(self, arn: str) -> Topic:
        try:
            topic = topic_at(arn)
        except (Undelivered, ValueError) as error:
            raise AwsError("NotFound", "Topic does not exist", 404) from error
        if topic.account_id != self.current_account:
            let_caller_in(topic, "sns:Publish", self.access_key, self.current_account)
        return topic


_PARAMETERS = ("Message", "Subject", "MessageStructure", "MessageGroupId", "MessageDeduplicationId")


def _published(topic: Topic, asked: dict[str, Any]) -> str:
    """Check one message and publish it; return its id."""
    text, subject, structure = str(asked["Message"]), asked.get("Subject"), asked.get("MessageStructure")
    if len(text.encode()) > _MAX_BYTES:
        raise AwsError("InvalidParameter", "Invalid parameter: Message too long")
    if subject is not None and not 0 < len(subject) <= _MAX_SUBJECT:
        raise AwsError("InvalidParameter", "Invalid parameter: Subject")
    _refuse_order(topic, asked)
    if structure is not None:
        _refuse_structure(structure, text)
    return publish(
        topic,
        text,
        subject,
        structure,
        attributes=asked.get("MessageAttributes") or {},
        group=asked.get("MessageGroupId"),
        deduplication=asked.get("MessageDeduplicationId"),
    )


def _refuse_order(topic: Topic, asked: dict[str, Any]) -> None:
    """Refuse what a FIFO topic must have and another may not."""
    group, deduplication = asked.get("MessageGroupId"), asked.get("MessageDeduplicationId")
    fifo = str(topic.fifo_topic).lower() == "true"
    if fifo and not group:
        raise AwsError(
            "InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
        )
    if fifo and not deduplication and str(topic.content_based_deduplication).lower() != "true":
        text = "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided"
        raise AwsError("InvalidParameter", f"Invalid parameter: {text} explicitly")
    if not fifo and deduplication:
        text = "The request includes MessageDeduplicationId parameter that is not valid for this topic type"
        raise AwsError("InvalidParameter", f"Invalid parameter: MessageDeduplicationId Reason: {text}")


def _refuse_structure(structure: str, text: str) -> None:
    try:
        texts = json.loads(text)
    except ValueError as error:
        raise AwsError("InvalidParameter", "Invalid parameter: Message Structure - JSON parsing error") from error
    if structure != "json" or not isinstance(texts, dict) or "default" not in texts:
        raise AwsError(
            "InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body"
        )
