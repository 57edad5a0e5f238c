"""Has others told when a channel did not take a message for days and it is given up: somebody was meant to know."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from rootwarden.model.findings import Severity
from rootwarden.report.trouble_message import given_up_message
from rootwarden.store.intake import Ready
from rootwarden.store.outbox import Post

# So many are told singly within an hour, for each channel; what is beyond is in the log, and the doctor counts it.
_MOST, _WITHIN = 5, timedelta(hours=1)
_PREFIX = "given-up-"


class Lost:
    """Tells once of each message that was given up, through all channels but the one that did not take it."""

    def __init__(self, channels: tuple[str, ...]) -> None:
        """Take the names of all channels."""
        self._channels = channels
        self._told: dict[str, list[datetime]] = {}

    def others(self, post: Post, why: str, now: datetime) -> list[Ready]:
        """Return what others are told of a message that is given up now; nothing of such news, nor of a drill."""
        if post.message.drill or post.message.id.startswith(_PREFIX):
            return []
        told = self._told[post.channel] = [when for when in self._told.get(post.channel, []) if now - when < _WITHIN]
        if len(told) >= _MOST and post.message.severity is not Severity.CRITICAL:
            return []
        told.append(now)
        # The same message given up again after a crash is the same news.
        name = f"{_PREFIX}{hashlib.sha256(post.id.encode()).hexdigest()[:24]}"
        message = given_up_message(post.message, post.channel, why, post.created, name=name, now=now)
        critical = message.severity is Severity.CRITICAL
        return [Ready(channel, message, critical, now) for channel in self._channels if channel != post.channel]
