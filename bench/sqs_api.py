"""Answers the JSON protocol of SQS for unmodified clients: the operations a consumer and a sender need, no signatures.

What a caller asks for and this server does not do is refused by name, never ignored. Source: SQS API reference.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from json.encoder import encode_basestring

from bench.sqs_checks import (
    BATCH,
    LONGEST_HIDDEN,
    LONGEST_WAIT,
    Json,
    RefusedError,
    decoded,
    digits,
    each,
    entries,
    names,
    number,
    text,
    with_handle,
)
from bench.sqs_queue import Message, Queue
from bench.sqs_wire import Request

ACCOUNT, REGION, TARGET = "000000000000", "us-east-1", "AmazonSQS."
# What a received message can say of itself (MessageSystemAttributeNames).
TOLD: dict[str, Callable[[Message], str]] = {
    "SentTimestamp": lambda message: str(message.sent_ms),
    "ApproximateReceiveCount": lambda message: str(message.count),
    "ApproximateFirstReceiveTimestamp": lambda message: str(message.first_ms),
    "SenderId": lambda _: ACCOUNT,
}


@dataclass(eq=False)
class _Poll:
    """Somebody who asks for messages, and perhaps waits for them."""

    request: Request
    most: int
    seconds: int
    names: list[str]
    timer: asyncio.TimerHandle | None = None


class Sqs:
    """The queues, and who waits for their messages. For one event loop."""

    def __init__(self, queues: tuple[str, ...]) -> None:
        """Make the queues with AWS's defaults."""
        self.queues = {name: Queue(name) for name in queues}
        self._polls: dict[str, deque[_Poll]] = {name: deque() for name in queues}

    def handle(self, request: Request) -> None:
        """Answer one request, at once or when messages come."""
        try:
            answer = self._run(request)
        except RefusedError as refused:
            request.answer(400, refused.body, more={"x-amzn-query-error": f"{refused.code};Sender"})
        else:
            if answer is not None:
                request.answer(200, json.dumps(answer).encode())

    def _run(self, request: Request) -> Json | None:
        operation = request.headers["x-amz-target"].removeprefix(TARGET)
        if operation not in OPERATIONS:
            raise RefusedError(
                "UnsupportedOperation", f"this server does not do {operation}; it does {sorted(OPERATIONS)}"
            )
        run, known = OPERATIONS[operation]
        asked = decoded(request.body)
        if unknown := asked.keys() - known:
            raise RefusedError("UnsupportedOperation", f"this server does not know {sorted(unknown)} of {operation}")
        return run(self, request, asked)

    def queue(self, where: str) -> Queue:
        """Return the queue of a name, a URL or an ARN."""
        name = where.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        if name not in self.queues:
            raise RefusedError("QueueDoesNotExist", "The specified queue does not exist.")
        return self.queues[name]

    def create(self, request: Request, asked: Json) -> Json:
        """CreateQueue: the same again is the same queue."""
        settings = asked.get("Attributes", {})
        if unknown := settings.keys() - {"VisibilityTimeout", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy"}:
            raise RefusedError("UnsupportedOperation", f"this server does not know the attributes {sorted(unknown)}")
        bury = None
        if "RedrivePolicy" in settings:
            policy = decoded(settings["RedrivePolicy"].encode())
            bury = (
                self.queue(text(policy, "deadLetterTargetArn")),
                digits(policy, "maxReceiveCount", 0, 1000, least=1),
            )
        wait = digits(settings, "ReceiveMessageWaitTimeSeconds", 0, LONGEST_WAIT)
        hidden = digits(settings, "VisibilityTimeout", 30, LONGEST_HIDDEN)
        made = Queue(text(asked, "QueueName"), hidden, wait, bury)
        there = self.queues.setdefault(made.name, made)
        if (there.visibility, there.wait, there.bury) != (made.visibility, made.wait, made.bury):
            raise RefusedError("QueueNameExists", "A queue already exists with the same name and a different value.")
        self._polls.setdefault(made.name, deque())
        return _url(request, there)

    def url(self, request: Request, asked: Json) -> Json:
        """GetQueueUrl."""
        return _url(request, self.queue(text(asked, "QueueName")))

    def attributes(self, _: Request, asked: Json) -> Json:
        """GetQueueAttributes."""
        queue, wanted = self.queue(text(asked, "QueueUrl")), names(asked, "AttributeNames")
        queue.expire(time.monotonic())
        found = {
            "QueueArn": _arn(queue),
            "ApproximateNumberOfMessages": str(queue.waiting),
            "ApproximateNumberOfMessagesNotVisible": str(queue.in_flight),
            "ApproximateNumberOfMessagesDelayed": "0",
            "VisibilityTimeout": str(queue.visibility),
            "ReceiveMessageWaitTimeSeconds": str(queue.wait),
        }
        if queue.bury is not None:
            policy = {"deadLetterTargetArn": _arn(queue.bury[0]), "maxReceiveCount": queue.bury[1]}
            found["RedrivePolicy"] = json.dumps(policy)
        if unknown := set(wanted) - found.keys() - {"All", "RedrivePolicy"}:
            raise RefusedError("InvalidAttributeName", f"Unknown attributes {sorted(unknown)}.")
        return {"Attributes": found if "All" in wanted else {name: found[name] for name in wanted if name in found}}

    def send(self, _: Request, asked: Json) -> Json:
        """SendMessage."""
        queue = self.queue(text(asked, "QueueUrl"))
        sent = _put(queue, text(asked, "MessageBody"))
        self.wake(queue)
        return sent

    def send_batch(self, _: Request, asked: Json) -> Json:
        """SendMessageBatch: all of it or, if an entry cannot be read, nothing."""
        queue = self.queue(text(asked, "QueueUrl"))
        bodies = [(entry["Id"], text(entry, "MessageBody")) for entry in entries(asked, {"Id", "MessageBody"})]
        sent = [{"Id": name, **_put(queue, body)} for name, body in bodies]
        self.wake(queue)
        return {"Successful": sent, "Failed": []}

    def receive(self, request: Request, asked: Json) -> None:
        """ReceiveMessage: short polling answers at once, long polling when there is something or time is over."""
        queue = self.queue(text(asked, "QueueUrl"))
        wanted = names(asked, "MessageSystemAttributeNames") + names(asked, "AttributeNames")
        if "All" in wanted:
            wanted = list(TOLD)
        elif unknown := set(wanted) - TOLD.keys():
            raise RefusedError("UnsupportedOperation", f"messages of this server do not tell {sorted(unknown)}")
        most = number(asked, "MaxNumberOfMessages", 1, BATCH, least=1)
        seconds = number(asked, "VisibilityTimeout", queue.visibility, LONGEST_HIDDEN)
        wait = number(asked, "WaitTimeSeconds", queue.wait, LONGEST_WAIT)
        poll = _Poll(request, most, seconds, wanted)
        if self._give(queue, poll):
            return
        if wait == 0:
            if queue.is_full:
                raise RefusedError("OverLimit", "Too many messages are in flight.")
            request.answer(200, b"{}")
            return
        polls = self._polls[queue.name]
        poll.timer = asyncio.get_running_loop().call_later(wait, _give_up, polls, poll)
        request.on_gone = lambda: _forget(polls, poll)
        polls.append(poll)

    def _give(self, queue: Queue, poll: _Poll) -> bool:
        """Answer with messages; return False if there are none."""
        taken = queue.take(poll.most, poll.seconds, time.monotonic(), int(time.time() * 1000))
        if not taken:
            return False
        if poll.timer is not None:
            poll.timer.cancel()
        body = b",".join([_told(message, handle, poll.names) for message, handle in taken])
        poll.request.answer(200, b'{"Messages":[%b]}' % body)
        return True

    def long_polls(self, name: str) -> int:
        """Return how many wait for messages of a queue."""
        return len(self._polls[name])

    def wake(self, queue: Queue) -> None:
        """Give what there is to those who have waited longest."""
        polls = self._polls[queue.name]
        while polls:
            poll = polls.popleft()  # first, because an answer may bring the same client's next request
            if not self._give(queue, poll):
                polls.appendleft(poll)
                return

    def wake_all(self) -> None:
        """Look whether messages have come back, and give them to those who wait."""
        for queue in self.queues.values():
            self.wake(queue)

    def delete(self, _: Request, asked: Json) -> Json:
        """DeleteMessage."""
        with_handle(self.queue(text(asked, "QueueUrl")).delete, text(asked, "ReceiptHandle"))
        return {}

    def delete_batch(self, _: Request, asked: Json) -> Json:
        """DeleteMessageBatch."""
        queue, found = self.queue(text(asked, "QueueUrl")), entries(asked, {"Id", "ReceiptHandle"})
        return each(found, lambda entry: with_handle(queue.delete, text(entry, "ReceiptHandle")))

    def change(self, _: Request, asked: Json) -> Json:
        """ChangeMessageVisibility."""
        queue = self.queue(text(asked, "QueueUrl"))
        _change(queue, asked)
        self.wake(queue)
        return {}

    def change_batch(self, _: Request, asked: Json) -> Json:
        """ChangeMessageVisibilityBatch."""
        queue, found = self.queue(text(asked, "QueueUrl")), entries(asked, {"Id", "ReceiptHandle", "VisibilityTimeout"})
        answer = each(found, lambda entry: _change(queue, entry))
        self.wake(queue)
        return answer


OPERATIONS: dict[str, tuple[Callable[[Sqs, Request, Json], Json | None], set[str]]] = {
    "CreateQueue": (Sqs.create, {"QueueName", "Attributes"}),
    "GetQueueUrl": (Sqs.url, {"QueueName", "QueueOwnerAWSAccountId"}),
    "GetQueueAttributes": (Sqs.attributes, {"QueueUrl", "AttributeNames"}),
    "SendMessage": (Sqs.send, {"QueueUrl", "MessageBody"}),
    "SendMessageBatch": (Sqs.send_batch, {"QueueUrl", "Entries"}),
    "ReceiveMessage": (
        Sqs.receive,
        {
            "QueueUrl", "AttributeNames", "MessageSystemAttributeNames", "MessageAttributeNames",
            "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds",
        },
    ),
    "DeleteMessage": (Sqs.delete, {"QueueUrl", "ReceiptHandle"}),
    "DeleteMessageBatch": (Sqs.delete_batch, {"QueueUrl", "Entries"}),
    "ChangeMessageVisibility": (Sqs.change, {"QueueUrl", "ReceiptHandle", "VisibilityTimeout"}),
    "ChangeMessageVisibilityBatch": (Sqs.change_batch, {"QueueUrl", "Entries"}),
}  # fmt: skip


def _give_up(polls: deque[_Poll], poll: _Poll) -> None:
    polls.remove(poll)
    poll.request.answer(200, b"{}")


def _forget(polls: deque[_Poll], poll: _Poll) -> None:
    """Drop somebody who left, so that no message is given to nobody; he may have been answered in this very moment."""
    if poll in polls:
        assert poll.timer is not None
        poll.timer.cancel()
        polls.remove(poll)


def _arn(queue: Queue) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue.name}"


def _url(request: Request, queue: Queue) -> Json:
    return {"QueueUrl": f"http://{request.headers['host']}/{ACCOUNT}/{queue.name}"}


def _put(queue: Queue, body: str) -> Json:
    name, digest = queue.put(body.encode(), encode_basestring(body).encode(), int(time.time() * 1000))
    return {"MessageId": name, "MD5OfMessageBody": digest}


def _change(queue: Queue, asked: Json) -> None:
    seconds = number(asked, "VisibilityTimeout", None, LONGEST_HIDDEN)
    with_handle(queue.change, text(asked, "ReceiptHandle"), seconds, time.monotonic())


def _told(message: Message, handle: str, wanted: list[str]) -> bytes:
    """Return a received message as JSON; its start was encoded when it was sent."""
    told = ",".join([f'"{name}":"{TOLD[name](message)}"' for name in wanted])
    attributes = f',"Attributes":{{{told}}}' if wanted else ""
    return message.head + f',"ReceiptHandle":"{handle}"{attributes}}}'.encode()
