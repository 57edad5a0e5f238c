"""One line of progress on stderr, at a terminal only; a log file or pipe never sees it."""

from __future__ import annotations

import sys

WIDTH = 79


class Progress:
    """Draws over one line; silent when stderr is no terminal or progress was switched off."""

    def __init__(self, *, wanted: bool) -> None:
        """Draw only if `wanted` and stderr is a terminal."""
        self._on = wanted and sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        """Show what is going on now."""
        if self._on:
            sys.stderr.write(f"\r{text[:WIDTH]:<{WIDTH}}")
            sys.stderr.flush()

    def __enter__(self) -> Progress:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave an empty line behind, not half a message."""
        if self._on:
            sys.stderr.write(f"\r{'':<{WIDTH}}\r")
            sys.stderr.flush()
