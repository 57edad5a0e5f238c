"""Lets a key be sent to an address only where nobody on the way can read it."""

from __future__ import annotations

from urllib.parse import urlsplit

from rootwarden.notify.spec import check_url

_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


def encrypted_or_local(url: str) -> None:
    """Check an address that a key is sent to.

    Raises:
        ValueError: it is no URL, names a user, or is neither https nor on this machine.
    """
    check_url(url)
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError("url names a user or a password; the key belongs into `key`")
    if parts.scheme != "https" and parts.hostname not in _LOCAL:
        raise ValueError("url has to begin with https://, because the key is sent there")
