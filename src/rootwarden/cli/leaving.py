"""Leaves the program at once: taking apart what an audit of thousands of accounts left in memory would take a while."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, NoReturn

_held: list[Any] = []


def hold(value: Any) -> None:
    """Keep a large value until the process ends, so that it is let go with the process and not piece by piece."""
    _held[:] = [value]


def leave(code: int) -> NoReturn:
    """End the process with an exit code, once all that was printed is out.

    Nothing is left to be done then: files are closed and replaced where they are written, threads have been joined.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or its reader has left
            stream.flush()
    os._exit(code)
