"""Posts each message as signed JSON to a program of yours, which can tell ours from anybody else's and repeats apart.

The signature is HMAC-SHA256 (RFC 2104) over `timestamp.body` with the shared key, the timestamp in seconds since 1970:
a receiver refuses what is older than five minutes, and takes each Idempotency-Key once.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rootwarden.errors import UsageError
from rootwarden.model.message import Message, Receipt
from rootwarden.notify.family import Family, Order
from rootwarden.notify.posting import READ_TIMEOUT, Poster
from rootwarden.notify.secrecy import Secret
from rootwarden.notify.spec import check_url

# Characters; shorter keys can be guessed from one signed message.
SHORTEST_KEY = 16


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is posted to; `key` signs, without one nothing is signed; `timeout` is in seconds.

    `ca_file` holds the certificates of a private CA (PEM), "" for the usual ones.
    """

    url: str
    key: str = ""
    timeout: Annotated[float, Meta(ge=1, le=60)] = READ_TIMEOUT
    ca_file: str = ""


class Webhook:
    """One receiver."""

    def __init__(self, order: Order, poster: Poster, key: Secret | None) -> None:
        """Take who posts, and the key to sign with."""
        self.name = order.name
        self._clock, self._poster, self._key = order.tools.clock, poster, key

    def send(self, message: Message) -> Receipt:
        """Post a message; any 2xx says that it was taken."""
        body = msgspec.json.encode(message)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {"Rootwarden-Timestamp": timestamp, "Idempotency-Key": message.id}
        if message.may_repeat:
            headers["Rootwarden-May-Repeat"] = "true"
        if self._key is not None:
            headers["Rootwarden-Signature"] = f"v1={signature(self._key.reveal(), timestamp, body)}"
        return Receipt(f"HTTP {self._poster.post(body, headers).status}")

    def close(self) -> None:
        """Close the connection."""
        self._poster.close()


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 of `timestamp.body` in hexadecimal digits."""
    return hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _open(order: Order) -> Webhook:
    options: Options = order.options
    url, key = order.secrets["url"].reveal(), order.secrets.get("key")
    try:
        check_url(url)
    except ValueError as error:
        raise UsageError(f"{order.where}: url is none", why=str(error), todo="correct what it refers to") from error
    if key is not None and len(key.reveal()) < SHORTEST_KEY:
        why = f"fewer than {SHORTEST_KEY} characters"
        raise UsageError(f"{order.where}: key is too short to sign with", why=why, todo="use 32 random characters")
    poster = Poster(url, now=order.tools.clock.now, timeout=options.timeout, ca_file=options.ca_file)
    return Webhook(order, poster, key)


FAMILY = Family(options=Options, open=_open, secret=("key",), address=("url",), target="url")
