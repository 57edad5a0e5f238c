"""Opens, updates and resolves PagerDuty incidents: one incident of ours is one of theirs, however often it is told.

PagerDuty, "Events API v2": `dedup_key` (at most 255 characters) names the alert, `event_action` is trigger, acknowledge
or resolve, `summary` has at most 1,024 characters, severities are critical, error, warning and info, an event 512 kB;
202 means taken.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion, Receipt
from rootwarden.notify.endpoint import encrypted_or_local
from rootwarden.notify.family import Family, Order
from rootwarden.notify.posting import Poster
from rootwarden.notify.secrecy import Secret
from rootwarden.notify.sizes import fitting
from rootwarden.notify.threads import key_of
from rootwarden.report.message_text import heading

_SUMMARY, _KEY = 1024, 255
_BYTES = 400_000
_SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFO: "info",
}


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`key` is the integration key of an Events API v2 integration; accounts in the EU name their own `url`."""

    key: str
    url: str = "https://events.pagerduty.com/v2/enqueue"


class PagerDuty:
    """One service of PagerDuty."""

    def __init__(self, order: Order, poster: Poster, key: Secret) -> None:
        """Take who posts, and the integration key."""
        self.name = order.name
        self._poster, self._key = poster, key

    def send(self, message: Message) -> Receipt:
        """Trigger, acknowledge or resolve."""
        event = event_of(message) | {"routing_key": self._key.reveal()}
        return Receipt(f"HTTP {self._poster.post(msgspec.json.encode(event), {}).status}")

    def close(self) -> None:
        """Close the connection."""
        self._poster.close()


def action_of(message: Message) -> str:
    """Return the event action: what is cleared is resolved, an update that says who took it over acknowledges."""
    if message.occasion is Occasion.CLEARED:
        return "resolve"
    if message.occasion is Occasion.UPDATE and message.data.get("acknowledged_by"):
        return "acknowledge"
    return "trigger"


def event_of(message: Message) -> dict[str, Any]:
    """Return the event but for the integration key."""
    action = action_of(message)
    event: dict[str, Any] = {"event_action": action, "dedup_key": key_of(message.thread, _KEY)}
    if action != "trigger":
        return event
    message = fitting(message, _BYTES)
    details = {
        "message": message.id,
        "what": list(message.lines),
        "first_steps": list(message.steps),
        "accounts": list(message.accounts),
        "event_ids": list(message.event_ids),
        "drill": message.drill,
        "may_repeat": message.may_repeat,
        "data": message.data,
    }
    return event | {
        "client": "Rootwarden",
        "links": [{"href": message.link, "text": "Open"}] if message.link else [],
        "payload": {
            "summary": heading(message, _SUMMARY),
            "severity": _SEVERITY[message.severity],
            "source": ", ".join(message.accounts) or "rootwarden",
            "timestamp": message.event_time.isoformat(),
            "component": "AWS root user",
            "class": message.occasion.value,
            "custom_details": details,
        },
    }


def _open(order: Order) -> PagerDuty:
    return PagerDuty(order, Poster(order.options.url, now=order.tools.clock.now), order.secrets["key"])


FAMILY = Family(
    options=Options, open=_open, secret=("key",), target="url", check=lambda given: encrypted_or_local(given.url)
)
