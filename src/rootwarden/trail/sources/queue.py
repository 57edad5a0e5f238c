"""An SQS queue: events of EventBridge, notices of S3, SNS messages; what is received is deleted only when it is kept.

Source: SQS API reference (ReceiveMessage, DeleteMessageBatch), SQS developer guide ("Amazon SQS long polling").
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from rootwarden.errors import AuthError, RootwardenError, UnreachableError, UsageError
from rootwarden.trail.envelopes import read_items
from rootwarden.trail.items import Announced, Item
from rootwarden.trail.objects import UnreadObjectError, announced_items
from rootwarden.trail.shapes import unwrap
from rootwarden.trail.sources.parcel import Parcel, SourceError, Tools, in_parts
from rootwarden.trail.spending import budget_message, is_budget_message

_ARN = re.compile(r"^arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]+)$")
_HOST = re.compile(r"^(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com(?:\.cn)?$")
_AT_ONCE = 10  # messages in a call; SQS gives and takes no more
_LONGEST_POLL = 20  # seconds
_SAY_AGAIN = 60.0  # seconds between two lines of the log about objects that cannot be read


def fits(place: str) -> bool:
    """Return whether a place is a queue's URL or ARN."""
    return _ARN.match(place) is not None or place.startswith(("https://", "http://"))


def open(place: str, tools: Tools) -> Queue:
    """Open a queue.

    Raises:
        UsageError: there is no such queue.
        AuthError: it must not be read; names the permission.
        UnreachableError: SQS does not answer.
    """
    arn = _ARN.match(place)
    host = _HOST.match(urlsplit(place).hostname or "")
    region = arn[1] if arn else next((name for name in host.groups() if name), "") if host else ""
    try:
        client = tools.client("sqs", region)
        region = client.meta.region_name
        url = place
        if arn:
            url = client.get_queue_url(QueueName=arn[3], QueueOwnerAWSAccountId=arn[2])["QueueUrl"]
        client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    except ClientError as error:
        raise _refused(place, region, error) from error
    except (BotoCoreError, ValueError) as error:
        raise UnreachableError(
            f"cannot reach the queue {place}", why=str(error), todo="check Region and network"
        ) from error
    return Queue(url, client, tools)


def _refused(place: str, region: str, error: ClientError) -> RootwardenError:
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    if "NonExistentQueue" in code or "QueueDoesNotExist" in code or code == "InvalidAddress":
        todo = "copy its URL from the stack's outputs; where that names no Region, AWS_REGION does"
        return UsageError(f"there is no queue {place} in {region}", why=message or code, todo=todo)
    if "Denied" in code:
        needs = "sqs:GetQueueUrl, sqs:GetQueueAttributes, sqs:ReceiveMessage, sqs:DeleteMessage"
        return AuthError(f"the queue {place} must not be read", why=message or code, todo=f"allow {needs}")
    return UnreachableError(f"the queue {place} does not answer", why=f"{code} {message}".strip(), todo="try again")


class Queue:
    """A queue that is there. May be received from by several threads at once."""

    readers = 3
    finished = False
    note = ""

    def __init__(self, url: str, client: Any, tools: Tools) -> None:
        """Take its URL and the client of its Region."""
        self.name, self._url, self._client, self._tools = url, url, client, tools
        self._said, self._unread, self._talking = float("-inf"), 0, Lock()

    def resume(self, progress: Mapping[str, str]) -> None:
        """Nothing is to be done: the queue itself knows what it still has."""

    def progress(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Return nothing: the queue itself knows."""
        return {}

    def receive(self, seconds: float) -> Iterator[Parcel]:
        """Receive up to ten messages; see Source."""
        try:
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_AT_ONCE,
                WaitTimeSeconds=max(0, min(_LONGEST_POLL, int(seconds))),
                MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            )
        except (ClientError, BotoCoreError) as error:
            raise SourceError(str(error), "check the queue and the permissions of the watcher") from error
        for message in answer.get("Messages", ()):
            try:
                yield from self._parcels(message)
            except UnreadObjectError as error:  # it is not confirmed, so that it comes again as often as the queue says
                self._say(str(error))

    def confirm(self, parcels: Sequence[Parcel]) -> None:
        """Delete messages; see Source."""
        receipts = [parcel.receipt for parcel in parcels if parcel.receipt]
        for start in range(0, len(receipts), _AT_ONCE):
            entries = [
                {"Id": str(number), "ReceiptHandle": receipt}
                for number, receipt in enumerate(receipts[start : start + _AT_ONCE])
            ]
            try:
                answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
            except (ClientError, BotoCoreError) as error:
                raise SourceError(str(error), "allow sqs:DeleteMessage") from error
            if answer.get("Failed"):
                first = answer["Failed"][0]
                raise SourceError(f"{first.get('Code')} {first.get('Message', '')}", "they come again, and count once")

    def _parcels(self, message: Mapping[str, Any]) -> Iterator[Parcel]:
        """Read a message in parts as large as a parcel may be.

        Raises:
            UnreadObjectError: what it announces cannot be read now. Parts that were given out count once, again or not.
        """
        raw, attributes = str(message.get("Body", "")).encode("utf-8", "surrogatepass"), message.get("Attributes", {})
        where, sent = f"message {message.get('MessageId', '')}", attributes.get("SentTimestamp")
        when = datetime.fromtimestamp(int(sent) / 1000, UTC) if sent else None
        held: list[Item] | None = None
        for part in in_parts(self._items(raw, where, when)):
            if held is not None:
                yield Parcel(held, where, raw, None, when)
            held = part
        yield Parcel(held or [], where, raw, message["ReceiptHandle"], when)

    def _items(self, raw: bytes, where: str, sent: datetime | None) -> Iterator[Item]:
        for item in read_body(raw, where, sent):
            if isinstance(item, Announced):
                yield from announced_items(item, self._tools.client)
            else:
                yield item

    def _say(self, why: str) -> None:
        """Say that an object cannot be read, and how many could not be since that was said last."""
        with self._talking:
            self._unread += 1
            now = self._tools.clock.monotonic()
            if now - self._said < _SAY_AGAIN:
                return
            count, self._said, self._unread = self._unread, now, 0
        todo = "mend it; the messages stay in the queue for as long as its redrive policy lets them"
        self._tools.log("object-failed", {"source": self.name, "why": why, "times": count, "todo": todo})


def read_body(raw: bytes, where: str, sent: datetime | None = None) -> Iterator[Item]:
    """Go through what a message holds, in whatever envelope; `sent` is when it was put into the queue."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = raw.decode("utf-8", "replace")
        if is_budget_message(text):  # a topic that delivers raw messages
            yield budget_message(text, sent, where)
        else:
            yield from read_items(io.BytesIO(raw), where)
        return
    # S3 asks a queue whether it is there before it sends notices (S3 user guide, "Event message structure").
    if not (isinstance(value, dict) and value.get("Event") == "s3:TestEvent"):
        yield from unwrap(value, where, sent=sent)
