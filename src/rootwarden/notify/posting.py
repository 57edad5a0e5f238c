"""Posts a message over HTTP and says whether it was taken, whether trying again can help, and after how long."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions as b
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies
from msgspec import Struct
from urllib3.exceptions import HTTPError

from rootwarden import __version__
from rootwarden.model.message import DeliveryError
from rootwarden.report.message_text import cut

# Seconds.
CONNECT_TIMEOUT, READ_TIMEOUT, LONGEST_WAIT = 5.0, 10.0, 3600.0
# Of an answer only so much is read, in bytes, and told, in characters.
_READ, _TOLD = 4096, 160
# Trying again may help (RFC 9110 sections 15.5.9 and 15.6; RFC 8470 section 5.2; RFC 6585 section 4).
_LATER = frozenset({408, 425, 429})
# A gateway lost the answer of whoever stands behind it, who may have taken the message.
_GATEWAY = frozenset({502, 504})
_DIGITS = re.compile(r"\d{1,9}")

Now = Callable[[], datetime]


class Answer(Struct, frozen=True):
    """What a receiver said: the status, the beginning of the body as text, and its headers in lower case."""

    status: int
    text: str
    headers: Mapping[str, str]


class Poster:
    """Posts to one host and keeps the connection; redirects are not followed, because the body would follow them."""

    def __init__(self, url: str, *, now: Now, timeout: float = READ_TIMEOUT, ca_file: str = "") -> None:
        """Take the address, the clock, seconds to wait for an answer, and CA certificates in place of the usual ones.

        The proxy is that of the environment (HTTPS_PROXY, NO_PROXY).
        """
        self._url, self._now, self._timeout = url, now, timeout
        settings: dict[str, Any] = {"verify": ca_file or True, "timeout": (CONNECT_TIMEOUT, timeout)}
        # Without TCP_NODELAY the body waits for the receiver to acknowledge the headers: 40 ms for each message.
        settings["socket_options"] = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        self._session = URLLib3Session(proxies=get_environ_proxies(url), max_pool_connections=1, **settings)

    def post(self, body: bytes, headers: Mapping[str, str], path: str = "") -> Answer:
        """Post a JSON body; `path` is put behind the address.

        Raises:
            DeliveryError: it was not taken, or nobody knows.
        """
        answer = self._exchange(body, headers, path)
        if 200 <= answer.status < 300:
            return answer
        raise refusal(answer, self._now())

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _exchange(self, body: bytes, headers: Mapping[str, str], path: str) -> Answer:
        sent = {
            "Content-Type": "application/json",
            "User-Agent": f"rootwarden/{__version__}",
            "Accept-Encoding": "identity",
            **headers,
        }
        request = AWSRequest(method="POST", url=self._url + path, data=body, headers=sent, stream_output=True).prepare()
        try:
            response = self._session.send(request)
            return Answer(response.status_code, _beginning(response.raw), _lower(response.headers))
        except (b.BotoCoreError, HTTPError, OSError) as error:
            failed = self._trouble(error)
        # Raised out here, so that the address in botocore's own error does not hang on ours.
        raise failed

    def _trouble(self, error: Exception) -> DeliveryError:
        """Say in words what went wrong on the way, without the address, and whether it may have arrived."""
        inner = _innermost(error)
        host = urlsplit(self._url).hostname
        if isinstance(error, b.SSLError):
            reason = getattr(inner, "verify_message", "") or getattr(inner, "reason", "") or inner
            return DeliveryError(f"TLS failed: {str(reason).lower().replace('_', ' ')}")
        if isinstance(error, b.ConnectTimeoutError):
            return DeliveryError(f"no connection within {CONNECT_TIMEOUT:g} s")
        if isinstance(error, b.ProxyConnectionError):
            return DeliveryError("the proxy cannot be reached")
        if isinstance(error, b.EndpointConnectionError):
            return DeliveryError(f"{host} cannot be reached: {_os_words(inner)}")
        if isinstance(error, b.ReadTimeoutError | TimeoutError) or "timed out" in str(error):
            return DeliveryError(f"no answer within {self._timeout:g} s", unsure=True)
        if isinstance(inner, ValueError):
            return DeliveryError(f"the address cannot be used: {type(inner).__name__}", retryable=False)
        why = f"{host} broke the connection off or does not speak HTTP: {_os_words(inner)}"
        return DeliveryError(why, unsure=True)


def refusal(answer: Answer, now: datetime) -> DeliveryError:
    """Return the error for an answer that is no 2xx; `now` is needed for a Retry-After that names a date."""
    status = answer.status
    said = f"HTTP {status}{_phrase(status)}{': ' if answer.text else ''}{cut(answer.text, _TOLD)}"
    if 300 <= status < 400:
        return DeliveryError(f"HTTP {status}: redirects are not followed; configure the last address", retryable=False)
    if status in _LATER or status >= 500:
        after = _wait(answer.headers.get("retry-after", ""), now)
        return DeliveryError(said, retry_after=after, unsure=status in _GATEWAY)
    return DeliveryError(said, retryable=False)


def _phrase(status: int) -> str:
    return f" {HTTPStatus(status).phrase}" if status in HTTPStatus._value2member_map_ else ""


def _wait(text: str, now: datetime) -> float | None:
    """Return the seconds a Retry-After asks for (RFC 9110 section 10.2.3), at most an hour; None if it says nothing."""
    text = text.strip()
    if _DIGITS.fullmatch(text):
        return min(float(text), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


def _beginning(raw: Any) -> str:
    """Read the beginning of a body; where there is more, or it breaks off, the connection is given up.

    The status has been read by then and says all that counts, so that a body that breaks off changes nothing.
    """
    try:
        data: bytes = raw.read(_READ + 1)
    except (HTTPError, OSError):
        data = b" " * (_READ + 1)
    if len(data) > _READ:
        raw.close()
    else:
        raw.release_conn()
    return " ".join(data[:_READ].decode("utf-8", "replace").split())


def _lower(headers: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _innermost(error: BaseException) -> BaseException:
    """Return the error at the bottom: botocore and urllib3 each wrap what the network said."""
    while True:
        given = getattr(error, "kwargs", {}).get("error") or getattr(error, "reason", None)
        below = given if isinstance(given, BaseException) else error.__cause__ or error.__context__
        if below is None:
            return error
        error = below


def _os_words(error: BaseException) -> str:
    return str(getattr(error, "strerror", "") or type(error).__name__)
