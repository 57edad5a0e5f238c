"""Copies what can be read only once, such as a pipe, so that it can be gone through as often as a file."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from rootwarden.errors import InputError

_CHUNK = 1 << 16
_BEGINS = (b"\x1f\x8b", b"{")  # gzip, or a JSON object


class FromStart(io.RawIOBase):
    """Reads a shared file from its start, with a place of its own in it."""

    def __init__(self, file: IO[bytes]) -> None:
        """Stand at the first byte of `file`, whoever else reads in it."""
        self._file, self._at = file, 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer with the next bytes; return how many."""
        self._file.seek(self._at)
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, at: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a byte, counted from the start."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the start")
        self._at = at
        return at


def spooled(path: Path | None) -> IO[bytes]:
    """Return a copy of a pipe or device (None: standard input), readable by its owner only and gone with the process.

    Of what cannot be a snapshot by its first bytes nothing more is copied: it may have no end.

    Raises:
        InputError: it cannot be read, or there is no room for the copy.
    """
    try:
        if path is not None:
            with path.open("rb") as source:
                return _copied(source)
        if sys.stdin is None:
            raise InputError("cannot read standard input", why="it is closed", todo="name a snapshot file")
        return _copied(sys.stdin.buffer)
    except OSError as error:
        why, named = error.strerror or str(error), path or "standard input"
        raise InputError(f"cannot read {named}", why=why, todo="name a snapshot file") from error


def _copied(source: IO[bytes]) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # stays open: closing it is what removes it
    first = source.read(_CHUNK)
    copy.write(first)
    if first.lstrip().startswith(_BEGINS):
        shutil.copyfileobj(source, copy)
    return copy
