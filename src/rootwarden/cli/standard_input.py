"""Standard input: as bytes, for verbs that read a file or a pipe, and whether somebody sits there to be asked."""

from __future__ import annotations

import sys
from typing import IO

from rootwarden.errors import UsageError


def standard_input(todo: str = "name a file") -> IO[bytes]:
    """Return standard input.

    Raises:
        UsageError: it is closed; `todo` says what to name instead.
    """
    if sys.stdin is None:
        raise UsageError("standard input is closed", todo=todo)
    return sys.stdin.buffer


def somebody_there() -> bool:
    """Return whether standard input is a terminal; one that is closed (`<&-`) is none."""
    return sys.stdin is not None and sys.stdin.isatty()
