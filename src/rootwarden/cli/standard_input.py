"""Standard input as bytes, for verbs that read a file or a pipe."""

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
