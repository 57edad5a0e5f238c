"""Appends each message to a file as one line of JSON, on the disk before it counts as told."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

import msgspec
from msgspec import Struct

from rootwarden.model.message import DeliveryError, Message, Receipt
from rootwarden.notify.family import Family, Order

# Room may be made, and a device may come back; everything else needs another configuration.
_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EINTR, errno.ENFILE, errno.EMFILE})


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path` is created readable by its owner only; its folder has to exist."""

    path: str


class File:
    """One file, opened anew for each message, so that it may be rotated."""

    def __init__(self, order: Order) -> None:
        """Take the path."""
        self.name = order.name
        self._path = Path(order.options.path).expanduser()

    def send(self, message: Message) -> Receipt:
        """Append a message; it is on the disk when this returns."""
        try:
            _append(self._path, msgspec.json.encode(message) + b"\n")
        except OSError as error:
            why = f"cannot write {self._path}: {error.strerror}"
            # With EIO it is not known how much of it is on the disk.
            passing, unsure = error.errno in _PASSING, error.errno == errno.EIO
            raise DeliveryError(why, retryable=passing, unsure=unsure) from error
        return Receipt("on the disk")

    def close(self) -> None:
        """Nothing is held open."""


def _append(path: Path, line: bytes) -> None:
    """Write a line at the end, whoever else appends; one that was cut off before is ended first.

    Raises:
        OSError: it is not wholly on the disk.
    """
    # Without O_NONBLOCK a pipe that nobody reads would hold us for ever.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # until it is closed; without it the end could move while we look
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        if found.st_size and os.pread(descriptor, 1, found.st_size - 1) != b"\n":
            line = b"\n" + line
        if os.write(descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, "only a part could be written")
        os.fsync(descriptor)
        if not found.st_size:
            _keep_name(path)
    finally:
        os.close(descriptor)


def _keep_name(path: Path) -> None:
    """Bring the name of a new file onto the disk too."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _check(options: Options) -> None:
    if not options.path.strip() or "\0" in options.path:
        raise ValueError("path has to name a file")


FAMILY = Family(options=Options, open=File, target="path", check=_check)
