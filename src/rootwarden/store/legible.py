"""Makes words of strangers fit for a column: whoever writes a record chooses its ids and names."""

from __future__ import annotations

import hashlib
import re

# NUL, which PostgreSQL does not store, and halves of letters, as file names hold that are no UTF-8.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def fit(text: str, most: int) -> str:
    """Return a text that every database stores, no longer than `most` characters; a changed one stays unmistakable."""
    legible = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
    return legible if legible == text and len(text) <= most else f"{legible[: most - 25]}~{_mark(text)}"


def fit_key(text: str, most: int) -> str:
    """Return a text for a column that is looked up: as `fit`, but of so many bytes, for an index holds 2,704 at most.

    PostgreSQL documentation, "B-Tree Indexes": an entry may not be longer than a third of a page.
    """
    found = fit(text, most)
    if len(data := found.encode()) <= most:
        return found
    return f"{data[: most - 25].decode(errors='ignore')}~{_mark(text)}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
