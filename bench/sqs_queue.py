"""Keeps the messages of one queue as SQS does: hidden while somebody works on them, given out again if not deleted.

Pure: times are arguments, in seconds of a clock that never goes back; `wall_ms` is milliseconds since 1970. The rules
are those of the SQS API reference (ReceiveMessage, DeleteMessage, ChangeMessageVisibility) and of the developer guide
("visibility timeout", "dead-letter queues", "standard queue quotas").
"""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from dataclasses import dataclass

MOST_IN_FLIGHT = 120_000  # developer guide, "standard queue quotas"


class BadHandleError(ValueError):
    """A receipt handle that this queue never gave out."""


class NotInFlightError(ValueError):
    """The message of this handle is not being worked on."""


class Message:
    """One message. `head` is the start of its JSON in an answer of ReceiveMessage, encoded once.

    `visible_at` is when it comes back by itself, 0 while it waits to be received.
    """

    __slots__ = ("count", "first_ms", "head", "number", "sent_ms", "visible_at")

    def __init__(self, number: int, head: bytes, sent_ms: int) -> None:
        """Make a message that nobody has received yet."""
        self.number, self.head, self.sent_ms = number, head, sent_ms
        self.count, self.first_ms, self.visible_at = 0, 0, 0.0


@dataclass
class Counts:
    """What happened in a queue since it was made or emptied."""

    sent: int = 0
    received: int = 0  # deliveries, repeated ones too
    redelivered: int = 0
    deleted: int = 0
    buried: int = 0  # moved to the dead-letter queue


class Queue:
    """A standard queue."""

    def __init__(self, name: str, visibility: int = 30, wait: int = 0, bury: tuple[Queue, int] | None = None) -> None:
        """Make an empty queue: its defaults in seconds, and the dead-letter queue with its maxReceiveCount."""
        self.name, self.visibility, self.wait, self.bury = name, visibility, wait, bury
        self._seal = hashlib.sha512(name.encode()).hexdigest()  # makes handles and ids as long as AWS's, and its own
        self._next = 0
        self.empty()

    def empty(self) -> None:
        """Forget every message and every count; handles given out before find nothing."""
        self.counts = Counts()
        self._kept: dict[int, Message] = {}
        self._ready: deque[Message] = deque()
        self._returns: list[tuple[float, int]] = []  # heap of (visible_at, number); entries may be out of date
        self.in_flight = 0

    @property
    def waiting(self) -> int:
        """How many messages could be received now."""
        return len(self._kept) - self.in_flight

    @property
    def is_full(self) -> bool:
        """Whether nothing can be received before something is deleted or comes back."""
        return self.in_flight >= MOST_IN_FLIGHT

    def put(self, body: bytes, text: bytes, wall_ms: int) -> tuple[str, str]:
        """Add a message: its body, and the same as a JSON string. Return its id and the MD5 of its body."""
        digest, number = hashlib.md5(body, usedforsecurity=False).hexdigest(), self._next
        name = f"{self._seal[:8]}-{self._seal[8:12]}-4{self._seal[12:15]}-8{self._seal[15:18]}-{number:012x}"
        head = b'{"MessageId":"%b","MD5OfBody":"%b","Body":%b' % (name.encode(), digest.encode(), text)
        self._keep(Message(number, head, wall_ms))
        self.counts.sent += 1
        return name, digest

    def _keep(self, message: Message) -> None:
        message.number, self._next = self._next, self._next + 1
        self._kept[message.number] = message
        self._ready.append(message)

    def take(self, most: int, seconds: int, now: float, wall_ms: int) -> list[tuple[Message, str]]:
        """Receive up to so many messages, each with its new handle, and hide them for so many seconds."""
        self.expire(now)
        taken: list[tuple[Message, str]] = []
        most = min(most, MOST_IN_FLIGHT - self.in_flight)
        until, ready = now + seconds, self._ready
        while ready and len(taken) < most:
            message = ready.popleft()
            if message.number not in self._kept:
                continue  # it came back and was deleted with its last handle
            if self.bury is not None and message.count >= self.bury[1]:
                self._bury(message, self.bury[0])
                continue
            message.count += 1
            message.visible_at = until
            if message.count == 1:
                message.first_ms = wall_ms
            else:
                self.counts.redelivered += 1
            heapq.heappush(self._returns, (until, message.number))
            taken.append((message, f"AQEB{self._seal}.{message.number:x}.{message.count:x}"))
        self.in_flight += len(taken)
        self.counts.received += len(taken)
        return taken

    def _bury(self, message: Message, grave: Queue) -> None:
        del self._kept[message.number]
        self.counts.buried += 1
        grave._keep(message)

    def expire(self, now: float) -> None:
        """Bring back the messages whose time is over."""
        while self._returns and self._returns[0][0] <= now:
            until, number = heapq.heappop(self._returns)
            message = self._kept.get(number)
            if message is not None and message.visible_at == until:
                self._bring_back(message)

    def _bring_back(self, message: Message) -> None:
        message.visible_at = 0.0
        self.in_flight -= 1
        self._ready.appendleft(message)

    def delete(self, handle: str) -> None:
        """Delete a message. An older handle than its last deletes nothing, without an error: so does AWS.

        Raises:
            BadHandleError: the handle is none of this queue.
        """
        message = self._find(handle)
        if message is None:
            return
        del self._kept[message.number]
        self.counts.deleted += 1
        if message.visible_at:
            self.in_flight -= 1
            self._tidy()

    def change(self, handle: str, seconds: int, now: float) -> None:
        """Hide a message for so many seconds from now on; 0 brings it back at once.

        Raises:
            BadHandleError: the handle is none of this queue.
            NotInFlightError: it was deleted, came back already, or was given to somebody else since.
        """
        self.expire(now)
        message = self._find(handle)
        if message is None or not message.visible_at:
            raise NotInFlightError(handle)
        if seconds == 0:
            self._bring_back(message)
            return
        message.visible_at = now + seconds
        heapq.heappush(self._returns, (message.visible_at, message.number))
        self._tidy()

    def _find(self, handle: str) -> Message | None:
        """Return the message whose last handle this is, None if there is no such message any more."""
        start, _, rest = handle.partition(".")
        number, _, count = rest.partition(".")
        try:
            numbers = (int(number, 16), int(count, 16))
        except ValueError:
            raise BadHandleError(handle) from None
        if start != f"AQEB{self._seal}" or numbers[0] >= self._next:
            raise BadHandleError(handle)
        message = self._kept.get(numbers[0])
        return message if message is not None and message.count == numbers[1] else None

    def _tidy(self) -> None:
        """Drop entries that are out of date, before they are more than those that are not."""
        if len(self._returns) > 2 * self.in_flight + 1024:
            self._returns = [entry for entry in self._returns if self._counts_still(*entry)]
            heapq.heapify(self._returns)

    def _counts_still(self, until: float, number: int) -> bool:
        message = self._kept.get(number)
        return message is not None and message.visible_at == until
