"""Snapshot files: a cut never spoils what was finished, and reading line by line makes size no matter."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from isal import igzip

from rootwarden.errors import InputError, OutputError
from rootwarden.model.account_line import AccountLine, ReadAccount, read_account
from rootwarden.model.snapshot import (
    Facts,
    Header,
    encode_line,
    read_header,
    read_organization,
)
from rootwarden.store.cut_lines import CutShortError, DamagedError, whole_lines
from rootwarden.store.spool import FromStart, spooled

_BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would change line ends
_COLLECT = "make a new one with `rootwarden collect -o FILE`"


class SnapshotWriter:
    """Writes a snapshot: header, organization, then accounts, each a gzip member and on the disk on return."""

    def __init__(self, path: Path) -> None:
        """Open the file for writing, readable by its owner only; an old one of that name is replaced.

        Raises:
            OutputError: the file cannot be written; names it.
        """
        self._path = path
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
            self._regular = stat.S_ISREG(os.fstat(self._file).st_mode)
            if self._regular and hasattr(os, "fchmod"):
                os.fchmod(self._file, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> SnapshotWriter:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file; what was written stays a valid snapshot whatever happened."""
        os.close(self._file)

    def header(self, header: Header) -> None:
        """Write line 1."""
        self._write(encode_line(header))

    def organization(self, facts: Mapping[str, Any]) -> None:
        """Write line 2."""
        self._write(encode_line({"organization": facts}))

    def account(self, account: str, facts: Mapping[str, Any]) -> None:
        """Write the line of one account."""
        self._write(encode_line({"account": account, "facts": facts}))

    def _write(self, line: bytes) -> None:
        member = memoryview(igzip.compress(line, mtime=0))
        try:
            while member:
                member = member[os.write(self._file, member) :]
            if self._regular:
                os.fsync(self._file)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OutputError:
        why = error.strerror or str(error)
        return OutputError(f"cannot write {self._path}", why=why, todo="name a file in a folder that you may write to")


class OpenSnapshot:
    """A snapshot that is being read. Once `accounts()` ran to its end, `truncated` tells whether the file was cut."""

    def __init__(self, path: Path, spool: IO[bytes] | None = None) -> None:
        """Read header and organization of a file, or of the copy `spool` of one; see `open_snapshot`."""
        self._path, self._spool = path, spool
        self._broken = False
        first = list(islice(self._lines(), 2))
        if not first:
            why = "it was cut within its first line" if self._broken else "it is empty"
            raise InputError(f"{path} is not a snapshot", why=why, todo=_COLLECT)
        self.header: Header = read_header(first[0], str(path))
        self.organization: Facts | None = None
        self._skip = 1
        if len(first) > 1:
            self.organization = read_organization(first[1], str(path))
            self._skip = 1 if self.organization is None else 2
        self._seen: int | None = None

    @property
    def truncated(self) -> bool:
        """Whether the file ends within a line, or before all accounts that its header expects."""
        return self._broken or (self._seen is not None and self._seen < self.header.accounts_expected)

    @property
    def counted(self) -> str:
        """How many accounts the last going through them found, of how many that its header expects: "4 of 5"."""
        return f"{self._seen or 0} of {self.header.accounts_expected}"

    def accounts(self, read: ReadAccount = read_account) -> Iterator[AccountLine]:
        """Go through the accounts from the start of the file, one in memory at a time; `read` takes a line in.

        Raises:
            InputError: a line is damaged, or an account comes twice; names file and line.
        """
        at: dict[str, int] = {}
        file = str(self._path)
        for number, line in enumerate(self._lines(), start=1):
            if number > self._skip and line and not line.isspace():
                account = read(line, file, number)
                first = at.setdefault(account.account, number)
                if first != number:
                    why = f"account {account.account!r} is on line {first} and again on line {number}"
                    raise InputError(f"{self._path} is damaged", why=why, todo="remove one of the two lines")
                yield account
        self._seen = len(at)

    def _lines(self) -> Iterator[bytes]:
        """Go through the whole lines; what a cut left of the last one is dropped, and remembered as a cut."""
        self._broken = False
        try:
            with self._path.open("rb") if self._spool is None else nullcontext(FromStart(self._spool)) as file:
                pieces = whole_lines(file)
                while (line := next(pieces, None)) is not None:
                    yield line
        except CutShortError:
            self._broken = True
        except OSError as error:
            raise self._unreadable(error) from error
        except DamagedError as error:
            raise InputError(f"{self._path} is damaged", why=str(error), todo=_COLLECT) from error

    def _unreadable(self, error: OSError) -> InputError:
        return InputError(
            f"cannot read {self._path}", why=error.strerror or str(error), todo="name an existing snapshot"
        )


def open_snapshot(path: Path | str) -> OpenSnapshot:
    """Open a snapshot, compressed or plain JSON lines; the file is read anew by every `accounts()`.

    What can be read only once (a pipe, or standard input: "-") is copied first to a file that only this process sees.

    Raises:
        InputError: there is no such file, it is no snapshot or of a newer schema, or a line is damaged.
    """
    if path == "-":
        return OpenSnapshot(Path("standard input"), spooled(None))
    file = Path(path)
    try:
        again = file.is_file() or file.is_dir() or not file.exists()
    except OSError:
        again = True  # opening it says what is wrong
    return OpenSnapshot(file, None if again else spooled(file))
