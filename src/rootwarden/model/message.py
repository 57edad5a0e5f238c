"""What a channel has to carry to people or machines, and what it answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct

from rootwarden.model.findings import Severity

MESSAGE_SCHEMA = "rootwarden.message/1"


# What titles of a drill's messages begin with, so that nobody takes them for real who is shown the title alone.
DRILL_TITLE = "DRILL: "


class Occasion(StrEnum):
    """Why a message is sent."""

    ALERT = "alert"  # something happened, or more of it
    UPDATE = "update"  # what is known of something told before has changed
    CLEARED = "cleared"  # it turned out to be none, or somebody closed it
    REMINDER = "reminder"  # nobody has acknowledged it
    DIGEST = "digest"  # what did not need to wake anybody
    TEST = "test"
    DRILL = "drill"


class Message(Struct, frozen=True, kw_only=True):
    """One message, ready to be told.

    `id` is the idempotency key: it stays the same however often the message is sent. `thread` is the incident (or the
    digest, the drill) it belongs to: channels that can group do so by it. `title` is what happened, in one line without
    the severity; `lines` say who, where, when (UTC) and whether it was approved; `steps` what to do first; `link` is
    the one place to go on, "" if there is none. `event_ids` are the records behind it as account/eventID, `data` what
    machines are told beside. `may_repeat`: it may have been delivered before. `drill`: nothing of it is real.
    """

    id: str
    thread: str
    occasion: Occasion
    severity: Severity
    title: str
    lines: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    link: str = ""
    accounts: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    event_time: datetime
    created: datetime
    data: dict[str, Any] = {}
    may_repeat: bool = False
    drill: bool = False
    schema: str = MESSAGE_SCHEMA


class Receipt(Struct, frozen=True):
    """What the receiver said when it took a message, as far as it says anything."""

    said: str = ""


class DeliveryError(Exception):
    """A message was not taken: why (no secret in it), whether trying again can help, and after how many seconds.

    `unsure`: it may have been taken all the same, because the answer did not come.
    """

    def __init__(
        self, why: str, *, retryable: bool = True, retry_after: float | None = None, unsure: bool = False
    ) -> None:
        """Keep the four."""
        super().__init__(why)
        self.why, self.retryable, self.retry_after, self.unsure = why, retryable, retry_after, unsure


class Channel(Protocol):
    """A way to people or machines."""

    @property
    def name(self) -> str:
        """The name it has in the configuration."""

    def send(self, message: Message) -> Receipt:
        """Deliver a message, or raise DeliveryError; one call at a time for each channel object."""

    def close(self) -> None:
        """Let go of connections."""
