"""Puts a message from an AWS service on a queue of any account, if the queue's policy lets the service in.

Source: Amazon SQS Developer Guide, "Using custom policies with the Amazon SQS access policy language".
"""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random
from moto.sqs.exceptions import QueueDoesNotExist, SQSException
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends
from msgspec import Struct

from rootwarden.lab.sending.encryption import check_key
from rootwarden.lab.sending.permission import admits, source_context
from rootwarden.lab.sending.undelivered import Undelivered


class Sender(Struct, frozen=True):
    """On whose behalf something is sent: the service, the resource with its account it acts for, a role it may use."""

    service: str
    arn: str
    account: str
    role: str = ""


def queue_at(arn: str) -> tuple[SQSBackend, Queue]:
    """Return the queue with this ARN, and moto's backend that holds it; raise Undelivered when there is none."""
    _, _, _, region, account, name = arn.split(":", 5)
    backend: SQSBackend = sqs_backends[account][region]
    try:
        return backend, backend.get_queue(name)
    except QueueDoesNotExist as error:
        raise Undelivered(f"the queue {arn} does not exist") from error


def let_into_queue(sender: Sender, arn: str) -> None:
    """Raise Undelivered unless the queue is there, and its policy and that of its key let the sender in."""
    _, queue = queue_at(arn)
    context = source_context(sender.arn, sender.account)
    if not admits(queue.policy, sender.service, sender.role, "sqs:SendMessage", arn, context):
        raise Undelivered(f"the policy of {arn} does not let {sender.service} send for {sender.arn}")
    if not sender.role:
        settings: Any = queue
        check_key(settings.kms_master_key_id, arn, sender.service, context)


def put_on_queue(
    sender: Sender,
    arn: str,
    body: str,
    *,
    attributes: dict[str, Any] | None = None,
    group: str | None = None,
    deduplication: str | None = None,
) -> None:
    """Send a message to the queue with this ARN.

    Raises:
        Undelivered: there is no such queue, its policy says no, or it does not take such a message.
    """
    let_into_queue(sender, arn)
    backend, queue = queue_at(arn)
    if not queue.fifo_queue:
        _add(queue, body, attributes or {}, group)
        return
    if not deduplication and queue.attributes.get("ContentBasedDeduplication") != "true":
        raise Undelivered(f"{arn} has no content-based deduplication")
    try:
        backend.send_message(
            queue.name,
            body,
            message_attributes=attributes or {},
            group_id=group,
            deduplication_id=deduplication,
            validate_group_id=False,
        )
    except SQSException as error:
        raise Undelivered(f"{arn} does not take the message: {error}") from error


def _add(queue: Queue, body: str, attributes: dict[str, Any], group: str | None) -> None:
    """Add a message to a standard queue; moto's own way looks at every message that is there, several times."""
    settings: Any = queue  # moto sets these attributes by name
    if len(body) > int(settings.maximum_message_size):
        raise Undelivered(f"{queue.queue_arn} takes no message of {len(body)} characters")
    message = Message(str(mock_random.uuid4()), body)
    message.message_attributes, message.group_id = attributes, group
    message.mark_sent(delay_seconds=int(settings.delay_seconds))
    queue.add_message(message)
