"""Posts messages of topics to receivers on this machine, in threads of its own: a slow receiver holds nobody up.

An address that is not this machine's own is never called: nothing leaves the lab, whatever a world subscribes.
Source: Amazon SNS Developer Guide, "HTTP/HTTPS headers", "Message delivery retries" (AWS waits longer between tries).
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from ipaddress import ip_address
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from rootwarden.lab.sending.undelivered import Undelivered, lose

_WORKERS, _TRIES, _WAIT_SECONDS, _TIMEOUT_SECONDS = 4, 3, 0.5, 15


class Post(Struct, frozen=True):
    """One POST: from which subscription (ARN), to which address, with which headers and body."""

    source: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """SNS follows no redirect, and one could lead out of this machine."""

    def redirect_request(self, *_: Any) -> None:
        """Return no request: the redirect counts as the answer."""


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


class _Office:
    """The threads that post, and what waits for them; a new one for each lab."""

    def __init__(self) -> None:
        self.waiting: SimpleQueue[Post | None] = SimpleQueue()
        self.closing = Event()
        for _ in range(_WORKERS):
            Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while (post := self.waiting.get()) is not None and not self.closing.is_set():
            why = ""
            for number in range(_TRIES):
                why = _tried(post)
                if not why or self.closing.wait(_WAIT_SECONDS if number < _TRIES - 1 else 0):
                    break
            if why and not self.closing.is_set():
                lose(post.source, post.url, why)

    def close(self) -> None:
        """Drop what waits and let the threads end; one that is posting ends when its receiver answers."""
        self.closing.set()
        for _ in range(_WORKERS):
            self.waiting.put(None)


class _Offices:
    """The office that is open, if one is."""

    def __init__(self) -> None:
        self._lock, self._open = Lock(), None  # type: Lock, _Office | None

    def open(self) -> _Office:
        with self._lock:
            self._open = self._open or _Office()
            return self._open

    def close(self) -> None:
        with self._lock:
            if self._open is not None:
                self._open.close()
            self._open = None


_OFFICES = _Offices()


def post_soon(post: Post) -> None:
    """Post in the background, with up to three tries; what fails is written down as a loss.

    Raises:
        Undelivered: the address is not on this machine.
    """
    if not is_local(post.url):
        raise Undelivered("the lab calls no address outside this machine")
    _OFFICES.open().waiting.put(post)


def stop_posting() -> None:
    """Forget what has not been posted; for the end of a lab."""
    _OFFICES.close()


def is_local(url: str) -> bool:
    """Return whether the address is a loopback one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _tried(post: Post) -> str:
    """Post once and return why it failed, "" when the receiver answered with 2xx."""
    request = urllib.request.Request(post.url, post.body, dict(post.headers), method="POST")
    try:
        with _direct.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        error.close()
        return f"the receiver answered {error.code}"
    except (OSError, HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    return ""
