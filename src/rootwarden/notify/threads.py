"""Gives an incident the name by which a receiver keeps together what belongs together."""

from __future__ import annotations

import hashlib
import re

_PLAIN = re.compile(r"[A-Za-z0-9._:/=@+-]+")


def key_of(thread: str, longest: int) -> str:
    """Return the thread itself where it is short and plain, else its SHA-256: always the same for the same thread."""
    if len(thread) <= longest and _PLAIN.fullmatch(thread):
        return thread
    return hashlib.sha256(thread.encode()).hexdigest()
