"""Opens, updates and closes Opsgenie alerts (also those of Jira Service Management), one for each incident of ours.

Opsgenie, "Alert API": of alerts with one `alias` (at most 512 characters) only one is open, and creating it again adds
to its count; it is closed by alias; `message` has at most 130 characters, `description` 15,000; priorities go from P1
to P5.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion, Receipt
from rootwarden.notify.endpoint import encrypted_or_local
from rootwarden.notify.family import Family, Order
from rootwarden.notify.posting import Poster
from rootwarden.notify.secrecy import Secret
from rootwarden.notify.threads import key_of
from rootwarden.report.message_text import body, heading, text

_MESSAGE, _DESCRIPTION, _ALIAS = 130, 15_000, 512
_PRIORITY = {severity: f"P{number}" for number, severity in enumerate(Severity, 1)}


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`key` is that of an API integration; accounts in the EU, and Jira Service Management, name their own `url`.

    `url` is what stands before `/v2/alerts`.
    """

    key: str
    url: str = "https://api.opsgenie.com"


class Opsgenie:
    """One integration of Opsgenie."""

    def __init__(self, order: Order, poster: Poster, key: Secret) -> None:
        """Take who posts, and the key of the integration."""
        self.name = order.name
        self._poster, self._key = poster, key

    def send(self, message: Message) -> Receipt:
        """Create the alert, or add to it, or acknowledge or close it."""
        path, told = request_of(message)
        headers = {"Authorization": f"GenieKey {self._key.reveal()}"}
        return Receipt(f"HTTP {self._poster.post(msgspec.json.encode(told), headers, path).status}")

    def close(self) -> None:
        """Close the connection."""
        self._poster.close()


def request_of(message: Message) -> tuple[str, dict[str, Any]]:
    """Return what is put behind the address, and the body."""
    alias = key_of(message.thread, _ALIAS)
    named = f"/v2/alerts/{quote(alias, safe='')}"
    if message.occasion is Occasion.CLEARED:
        return f"{named}/close?identifierType=alias", {"source": "rootwarden", "note": text(message)}
    if message.occasion is Occasion.UPDATE and message.data.get("acknowledged_by"):
        return f"{named}/acknowledge?identifierType=alias", {"source": "rootwarden", "note": text(message)}
    return "/v2/alerts", {
        "message": heading(message, _MESSAGE),
        "alias": alias,
        "description": body(message, _DESCRIPTION),
        "note": text(message),
        "priority": _PRIORITY[message.severity],
        "source": "rootwarden",
        "entity": ", ".join(message.accounts)[:512],
        "tags": ["rootwarden", message.severity.value, *(["drill"] if message.drill else [])],
        "details": {"message": message.id, "event_ids": " ".join(message.event_ids)[:4000]},
    }


def _open(order: Order) -> Opsgenie:
    return Opsgenie(order, Poster(order.options.url, now=order.tools.clock.now), order.secrets["key"])


FAMILY = Family(
    options=Options, open=_open, secret=("key",), target="url", check=lambda given: encrypted_or_local(given.url)
)
