"""Makes a message fit where a service takes only so much, at the cost of what only machines read."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from rootwarden.model.message import Message

_EVENTS = 100


def fitting(message: Message, longest: int) -> Message:
    """Return the message, or one without its data and with its first 100 records, if its JSON is over so many bytes.

    What was left out is named in `data`; the words for people are bounded where they are made.
    """
    if len(msgspec.json.encode(message)) <= longest:
        return message
    left_out = {"left_out": "data and all but the first records, because the service takes no more"}
    return replace(message, data=left_out, event_ids=message.event_ids[:_EVENTS], accounts=message.accounts[:_EVENTS])
