"""Reads bytes as a file would be read, for the tests of this room."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rootwarden.trail.envelopes import Digest, Flaw, Found, Item, read_items

DATA = Path(__file__).parent.parent / "data" / "cloudtrail"


def read(data: bytes) -> list[Item]:
    """Return all items of a file called `f`."""
    return list(read_items(io.BytesIO(data), "f"))


def found(items: list[Item]) -> list[dict[str, Any]]:
    """Return the records among items."""
    return [item.record for item in items if isinstance(item, Found)]


def flaws(items: list[Item]) -> list[Flaw]:
    """Return the flaws among items."""
    return [item for item in items if isinstance(item, Flaw)]


def digests(items: list[Item]) -> list[Digest]:
    """Return the digests among items."""
    return [item for item in items if isinstance(item, Digest)]
