"""Tells Slack, Teams, Discord, mail, ntfy, Telegram and a hundred other services, through the library Apprise.

What Apprise calls a URL names the service, the receiver and the secret in one, so that it is always a reference.
PagerDuty and Opsgenie are refused here: each message would open an incident of its own; they have kinds of their own.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import apprise
from msgspec import Struct

from rootwarden.errors import UsageError
from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError, Message, Occasion, Receipt
from rootwarden.notify.family import Family, Order
from rootwarden.report.message_text import body, heading

# Seconds for one message, all receivers of a URL together.
_TIMEOUT = 30.0
_OWN_KINDS = ("pagerduty", "opsgenie")
_TYPES = {
    Severity.CRITICAL: apprise.NotifyType.FAILURE,
    Severity.HIGH: apprise.NotifyType.FAILURE,
    Severity.MEDIUM: apprise.NotifyType.WARNING,
    Severity.LOW: apprise.NotifyType.INFO,
    Severity.INFO: apprise.NotifyType.INFO,
}
# How Slack and Discord mention people: `<!channel>`, `<@U012>`, `@everyone`. And how chats hide an address behind other
# words: `[text](address)` in Markdown (Discord, Teams, Mattermost, Telegram), `<address|text>` in Slack.
_MENTION = re.compile(r"(<|@)([@!#]|(?:everyone|here|channel|all)\b)", re.IGNORECASE)
_LINK = re.compile(r"(\])(?=[(\[])|(<)(?=[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_STATUS = re.compile(r"\berror=(\d{3})\b")
# It went out, and no answer came.
_UNSURE = re.compile(r"read timed out|did not finish|reset by peer|without response|error=50[24]", re.IGNORECASE)
_LATER = frozenset({408, 425, 429})
# Lines that Apprise writes only for those who debug it, but which say what the network said; and of these, around
# which the library it uses wraps a URL, the words that count.
_NETWORK = re.compile(r"(?:Socket|SMTP|Connection) (?:Exception|Error): (.*)", re.DOTALL)
_WORDS = re.compile(r"\[Errno -?\d+\] [^\"')]+|certificate verify failed[^(\"']*|[^:\"'(]*timed out")

# Apprise tells why something failed only in its log, and a log that nobody listens to ends up on stderr, secrets and
# all. So it is told to nobody but to the results of each call, which are masked before they are shown.
_log = logging.getLogger("apprise")
_log.addHandler(logging.NullHandler())
_log.propagate = False
_log.setLevel(logging.DEBUG)


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is an Apprise URL, as a reference."""

    url: str


class Apprise:
    """One Apprise URL."""

    def __init__(self, order: Order, service: apprise.Apprise) -> None:
        """Take the service that was made from the URL."""
        self.name = order.name
        self._service = service

    def send(self, message: Message) -> Receipt:
        """Tell a message; where a URL names several receivers, all of them have to take it."""
        with self._service.notify(
            title=_tame(heading(message)),
            body=_tame(body(message) or heading(message)),
            body_format=apprise.NotifyFormat.TEXT,
            notify_type=_type_of(message),
            interpret_escapes=False,
            timeout=_TIMEOUT,
            log_level=logging.DEBUG,
        ) as result:
            # Not the result's own verdict: `?optional=yes` in a URL would make a failure a success.
            if result.results and all(any(one.attempts) for one in result.results):
                return Receipt(f"taken by {', '.join(one.name for one in result.results)}")
            raise _failure([(entry.level, entry.message) for entry in result.logs()], several=len(self._service) > 1)

    def close(self) -> None:
        """Forget the service."""
        self._service.clear()


def _type_of(message: Message) -> apprise.NotifyType:
    if message.occasion is Occasion.CLEARED:
        return apprise.NotifyType.SUCCESS
    return _TYPES[message.severity]


def _tame(words: str) -> str:
    """Return text that mentions nobody and hides no address: who calls AWS chooses names and agents, and must neither
    ring a whole channel nor send people elsewhere.
    """
    return _LINK.sub(r"\g<0> ", _MENTION.sub(r"\1 \2", words))


def _failure(log: list[tuple[str, str]], *, several: bool) -> DeliveryError:
    """Make an error of what Apprise logged: its warnings, and what the network said.

    Where a URL names several receivers Apprise does not say which of them have taken it.
    """
    words = list(dict.fromkeys(_reasons(log))) or ["Apprise does not say why"]
    status = [int(code) for word in words for code in _STATUS.findall(word)]
    permanent = bool(status) and all(400 <= code < 500 and code not in _LATER for code in status)
    unsure = several or any(_UNSURE.search(word) for word in words)
    return DeliveryError("; ".join(words), retryable=not permanent, unsure=unsure)


def _reasons(log: list[tuple[str, str]]) -> Iterator[str]:
    for level, line in log:
        network = _NETWORK.search(line)
        if level in ("WARNING", "ERROR", "CRITICAL"):
            yield " ".join(line.split()).rstrip(".")
        elif network is not None:
            words = _WORDS.search(network.group(1))
            yield " ".join((words.group() if words else network.group(1)).split())


def _asset() -> apprise.AppriseAsset:
    """Return settings that keep a message as it is: no pictures of others, no emoji, no redirects, nothing on disk."""
    settings: dict[str, Any] = {
        "app_id": "Rootwarden",
        "app_desc": "Rootwarden",
        "app_url": "",
        "image_url_mask": "",
        "image_url_logo": "",
        "image_path_mask": False,
        "interpret_emojis": False,
        "interpret_escapes": False,
        "http_redirects": False,
        "async_mode": False,
        "storage_mode": "memory",
        "pgp_autogen": False,
        "pem_autogen": False,
    }
    return apprise.AppriseAsset(**settings)


def _open(order: Order) -> Apprise:
    url = order.secrets["url"].reveal().strip()
    service = apprise.Apprise(asset=_asset())
    made = list(service) if service.add(url) else []
    if not made:
        scheme = url.partition("://")[0]
        why = f"Apprise does not understand this {scheme}:// URL" if "://" in url else "it begins with no service://"
        raise UsageError(
            f"{order.where}: url is no Apprise URL", why=why, todo="compare it with Apprise's documentation"
        )
    if len(made) > 1:
        why = "if one of several fails, all would be told again"
        raise UsageError(f"{order.where}: url holds several URLs", why=why, todo="make a channel of each")
    kind = next((kind for kind in _OWN_KINDS if kind == made[0].secure_protocol), "")
    if kind:
        why = "through Apprise each message would open an incident of its own"
        raise UsageError(f"{order.where}: {kind} has a kind of its own", why=why, todo=f'write kind = "{kind}"')
    return Apprise(order, service)


FAMILY = Family(options=Options, open=_open, secret=("url",))
