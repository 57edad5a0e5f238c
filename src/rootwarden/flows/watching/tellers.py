"""Whom to tell: each message goes to the channels that take its severity, with a link of its own for each."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion
from rootwarden.store.intake import Ready

# What goes by the lane of its own that critical messages have.
_URGENT = frozenset({Occasion.ALERT, Occasion.UPDATE, Occasion.REMINDER, Occasion.DRILL})
_LINKS_LAST = timedelta(days=7)


class Taker(Struct, frozen=True):
    """A channel by name, and the severities it is told."""

    name: str
    levels: frozenset[Severity]


class Links(Struct, frozen=True):
    """Makes and reads the signed links by which an incident is acknowledged; no address: there are none.

    A link names the incident, the channel it was sent to and its end, and is signed with a key of the store
    (HMAC-SHA256). It works once.
    """

    address: str
    key: bytes

    def link(self, incident: str, channel: str, now: datetime) -> str:
        """Return the link for an incident, "" if there is no address to send people to."""
        if not self.address:
            return ""
        ends = int((now + _LINKS_LAST).timestamp())
        text = f"{incident}.{channel}.{ends}"
        return f"{self.address.rstrip('/')}/ack/{incident}/{channel}/{ends}/{self._sign(text)}"

    def read(self, incident: str, channel: str, ends: str, signature: str, now: datetime) -> str:
        """Return "" if a link is good, else what is wrong with it."""
        if not hmac.compare_digest(self._sign(f"{incident}.{channel}.{ends}").encode(), signature.encode()):
            return "this link was not made here"
        return "this link has expired" if int(ends) < now.timestamp() else ""

    def _sign(self, text: str) -> str:
        mac = hmac.new(self.key, f"ack.{text}".encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(mac).decode().rstrip("=")


class Tellers(Struct, frozen=True):
    """All channels, and how links are made."""

    takers: tuple[Taker, ...]
    links: Links

    def by_severity(self, message: Message, now: datetime) -> Iterable[Ready]:
        """Address a message to all channels that take its severity; if none does, to all, so that nothing is lost."""
        takers = [one.name for one in self.takers if message.severity in one.levels]
        return self.to(message, takers or [one.name for one in self.takers], now)

    def to(self, message: Message, channels: Sequence[str], now: datetime) -> Iterable[Ready]:
        """Address a message to these channels; names that exist no more are left out."""
        known = {one.name for one in self.takers}
        for name in dict.fromkeys(channels):
            if name in known:
                link = self.links.link(message.thread, name, now) if message.thread.startswith("inc-") else ""
                own = replace(message, link=link) if link else message
                yield Ready(name, own, message.severity is Severity.CRITICAL and message.occasion in _URGENT, now)

    def quiet(self) -> list[str]:
        """Return the channels that a digest goes to: those that are told of what is not urgent, else all."""
        low = [one.name for one in self.takers if one.levels & {Severity.LOW, Severity.INFO}]
        return low or [one.name for one in self.takers]
