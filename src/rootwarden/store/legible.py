"""Makes words of strangers fit for a column: whoever writes a record chooses its ids and names."""

from __future__ import annotations

import hashlib


def fit(text: str, most: int) -> str:
    """Return a text without NUL (PostgreSQL stores none) and no longer than `most`; a cut one stays unmistakable."""
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if len(text) <= most:
        return text
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{text[: most - 25]}~{mark}"
