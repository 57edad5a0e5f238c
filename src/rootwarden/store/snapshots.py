"""The snapshot file: written account by account so that a cut file is still evidence, read as a stream."""

from __future__ import annotations

import gzip
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from isal import igzip_lib, isal_zlib

from rootwarden.errors import InputError, OutputError
from rootwarden.model.snapshot import (
    AccountLine,
    Facts,
    Header,
    encode_line,
    read_account,
    read_header,
    read_organization,
)

_GZIP = b"\x1f\x8b"
_GZIP_FORMAT = 31  # zlib's window bits 15, plus 16 for a gzip header and trailer
_BLOCK = 64 * 1024
# What decompression raises; the stubs of isal declare its error as a value, not as a class.
_DAMAGED = cast(type[Exception], igzip_lib.IsalError)
# The longest line that is read: far above the largest account seen, far below what would exhaust a machine.
LONGEST_LINE = 512 * 1024 * 1024
_COLLECT = "make one with `rootwarden collect -o FILE`"


class SnapshotWriter:
    """Writes a snapshot: one gzip member per line, each on disk before the call returns."""

    def __init__(self, path: Path) -> None:
        """Create the file, readable by its owner only.

        Raises:
            OutputError: the file cannot be created; names the path.
        """
        self._path = path
        try:
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        except OSError as error:
            raise _unwritable(path, error) from error

    def __enter__(self) -> SnapshotWriter:
        """Begin writing."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file; what was written stays."""
        self._file.close()

    def header(self, header: Header) -> None:
        """Write line 1."""
        self._line(header)

    def organization(self, facts: dict[str, Any]) -> None:
        """Write line 2."""
        self._line({"organization": facts})

    def account(self, account: str, facts: dict[str, Any]) -> None:
        """Write the line of one account."""
        self._line({"account": account, "facts": facts})

    def _line(self, value: Any) -> None:
        try:
            self._file.write(gzip.compress(encode_line(value), compresslevel=6, mtime=0))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self._path, error) from error


class OpenSnapshot:
    """A snapshot that was opened: its header and organization, and its accounts as often as they are asked for."""

    def __init__(self, path: Path) -> None:
        """Read the first two lines.

        Raises:
            InputError: no such file, not a snapshot, of a newer schema, or damaged; names file, line and field.
        """
        self.path = path
        self.truncated = False
        lines = self._lines()
        first = next(lines, None)
        if first is None:
            raise InputError(f"{path} is not a snapshot", why="it is empty or cut within its first line", todo=_COLLECT)
        self.header: Header = read_header(first, str(path))
        second = next(lines, None)
        self.organization: Facts | None = None if second is None else read_organization(second, str(path))
        self._skip = 1 if self.organization is None else 2
        lines.close()

    def accounts(self) -> Iterator[AccountLine]:
        """Yield the accounts in the order of the file; afterwards `truncated` says whether its end was missing.

        Raises:
            InputError: a line is damaged; names it.
        """
        for number, line in enumerate(self._lines(), start=1):
            if number > self._skip:
                yield read_account(line, str(self.path), number)

    def _lines(self) -> Generator[bytes, None, None]:
        """Yield whole lines; a file that ends in the middle of one sets `truncated` and ends quietly."""
        rest = b""
        try:
            with self.path.open("rb") as file:
                for chunk in self._plain(file):
                    *whole, rest = (rest + chunk).split(b"\n")
                    yield from whole
                    if len(rest) > LONGEST_LINE:
                        raise InputError(f"{self.path} cannot be read", why="a line is over 512 MiB", todo=_COLLECT)
        except _DAMAGED as error:
            raise InputError(f"{self.path} cannot be decompressed", why=str(error), todo=_COLLECT) from error
        except OSError as error:
            why = str(error.strerror or error)
            raise InputError(f"cannot read {self.path}", why=why, todo="name a snapshot file") from error
        if _complete(rest):
            yield rest
        elif rest.strip():
            self.truncated = True

    def _plain(self, file: IO[bytes]) -> Generator[bytes, None, None]:
        """Yield decompressed pieces of all gzip members, or the file as it is when it is not compressed.

        The members are walked by hand because gzip readers lose whole lines that precede a cut.
        """
        data = file.read(_BLOCK)
        if not data.startswith(_GZIP):
            while data:
                yield data
                data = file.read(_BLOCK)
            return
        member = isal_zlib.decompressobj(wbits=_GZIP_FORMAT)
        while data:
            yield member.decompress(data)
            data = member.unused_data if member.eof else file.read(_BLOCK)
            if member.eof:
                data = data or file.read(_BLOCK)
                member = isal_zlib.decompressobj(wbits=_GZIP_FORMAT) if data else member
        self.truncated = not member.eof


def open_snapshot(path: Path) -> OpenSnapshot:
    """Open a snapshot for reading, gzip or plain JSON lines.

    Raises:
        InputError: no such file, not a snapshot, of a newer schema, or damaged; names file, line and field.
    """
    return OpenSnapshot(path)


def _complete(line: bytes) -> bool:
    """Tell a last line that lacks only its newline (edited by hand) from one that was cut."""
    return line.rstrip().endswith(b"}") and line.count(b"{") <= line.count(b"}")


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"cannot write {path}", why=str(error.strerror), todo="name a file in a folder that exists and is yours"
    )
