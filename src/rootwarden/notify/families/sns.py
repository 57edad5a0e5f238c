"""Publishes each message to an Amazon SNS topic, from where AWS brings it to mail, SMS, chat, queues and functions.

Amazon SNS API reference, Publish: a subject has at most 100 ASCII characters, a message 256 KiB; a FIFO topic groups by
MessageGroupId and drops what has the MessageDeduplicationId of the last five minutes (each at most 128 characters).
"""

from __future__ import annotations

from typing import Any, Literal

import botocore.exceptions as b
import msgspec
from msgspec import Struct

from rootwarden.model.message import DeliveryError, Message, Receipt
from rootwarden.notify.family import Family, Order
from rootwarden.notify.sizes import fitting
from rootwarden.notify.threads import key_of
from rootwarden.report.message_text import subject, text

_ID = 128
_BYTES = 200_000  # of the message; the rest is room for attributes
# Trying again cannot help until somebody changes the topic, its policy, its key or ours.
_PERMANENT = frozenset({
    "NotFound", "NotFoundException", "InvalidParameter", "InvalidParameterValue", "ValidationException",
    "AuthorizationError", "AccessDenied", "AccessDeniedException", "InvalidClientTokenId", "SignatureDoesNotMatch",
    "EndpointDisabled", "InvalidSecurity", "KMSAccessDenied", "KMSDisabled", "KMSInvalidState", "KMSNotFound",
    "KMSOptInRequired",
})  # fmt: skip
_MISCONFIGURED = (b.ParamValidationError, b.InvalidRegionError, b.UnknownServiceError, b.ProfileNotFound)


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`topic` is an ARN; `format` is "text" for people, or "json" for programs behind the topic."""

    topic: str
    format: Literal["text", "json"] = "text"


class Sns:
    """One topic."""

    def __init__(self, order: Order) -> None:
        """Take the topic; the AWS client is made when it is first needed."""
        self.name = order.name
        self._options: Options = order.options
        self._client = order.tools.client

    def send(self, message: Message) -> Receipt:
        """Publish a message; the receipt names SNS's id of it."""
        wanted = request_of(message, self._options)
        try:
            client = self._client("sns", self._options.topic.split(":")[3])
            return Receipt(f"MessageId {client.publish(**wanted)['MessageId']}")
        except b.ClientError as error:
            failed = _refused(error)
        except (b.BotoCoreError, ValueError) as error:
            # ValueError: the endpoint is no URL.
            permanent = isinstance(error, (*_MISCONFIGURED, ValueError))
            unsure = isinstance(error, b.ReadTimeoutError | b.ConnectionClosedError)
            failed = DeliveryError(" ".join(str(error).split()), retryable=not permanent, unsure=unsure)
        raise failed

    def close(self) -> None:
        """Leave the client to whoever made it."""


def request_of(message: Message, options: Options) -> dict[str, Any]:
    """Return the parameters of Publish; attributes let a subscription filter what it wants."""
    words = {
        "severity": message.severity.value,
        "occasion": message.occasion.value,
        "drill": str(message.drill).lower(),
    }
    wanted = {
        "TopicArn": options.topic,
        "Subject": subject(message),
        "Message": text(message)
        if options.format == "text"
        else msgspec.json.encode(fitting(message, _BYTES)).decode(),
        "MessageAttributes": {name: {"DataType": "String", "StringValue": value} for name, value in words.items()},
    }
    if options.topic.endswith(".fifo"):
        wanted |= {"MessageGroupId": key_of(message.thread, _ID), "MessageDeduplicationId": key_of(message.id, _ID)}
    return wanted


def _refused(error: b.ClientError) -> DeliveryError:
    told = error.response.get("Error", {})
    code = str(told.get("Code", ""))
    why = f"SNS refuses: {code}: {told.get('Message', '')}"
    unsure = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return DeliveryError(why, retryable=code not in _PERMANENT, unsure=unsure)


def _check(options: Options) -> None:
    parts = options.topic.split(":")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sns" or not parts[3] or not parts[5]:
        raise ValueError("topic has to be an ARN as arn:aws:sns:eu-west-1:111122223333:name")


FAMILY = Family(options=Options, open=Sns, target="topic", check=_check)
