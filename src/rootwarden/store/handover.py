"""The hand-over: a secret is written down for its receiver, for nobody else's eyes, before it is used.

One file for each receiver, readable by its owner only, or encrypted to the receiver's public key, age or SSH. Nothing
else of Rootwarden keeps the secret: no plan, no run log, no output.
"""

from __future__ import annotations

import os
import secrets
import shlex
import stat
import string
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rootwarden.errors import OutputError, UsageError
from rootwarden.model.plan import Secret

# IAM User Guide, "Setting an account password policy": which symbols count. Letters and digits that people confuse when
# they read them aloud are left out.
_CLASSES = (
    "".join(sorted(set(string.ascii_lowercase) - set("lo"))),
    "".join(sorted(set(string.ascii_uppercase) - set("IO"))),
    "23456789",
    "!@#$%^&*()_+-=",
)
_LENGTH = 24
_LINE = "First password: "
_RUN = "Made by run "
# A file is written before its step ends; file systems tell times less exactly than clocks do.
_CLOCK = timedelta(seconds=2)


class Handover:
    """Makes secrets and hands each over in a file of a folder; `model.ports.Secrets` says what that means."""

    def __init__(self, folder: str, *, encrypting: bool) -> None:
        """Take the folder, made where there is none; `encrypting`: some receiver has a public key.

        Raises:
            OutputError: the folder cannot be used, or others may read or write in it.
            UsageError: nothing here can encrypt.
        """
        self._folder = Path(folder)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        _for_its_owner_only(self._folder)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise _unwritable(self._folder, PermissionError(0, "permission denied"))
        self._age: Any = _pyrage() if encrypting else None

    def make(self, wanted: Secret, account: str, run: str) -> str:
        """Return a secret that stands in its file on the disk already.

        A file of the same run that can be read is used again: the call it was for may have been made. Any other is
        replaced: its secret is of before.

        Raises:
            OutputError: it cannot be written down.
        """
        if Path(wanted.to).name != wanted.to:
            raise OutputError(f"{wanted.to!r} is no name for a file", todo="make the plan again from the roster")
        path = _file(self._folder, account, wanted)
        held = None if wanted.key else _held(path, run)
        if held is not None:
            return held
        made = new_password()
        text = f"{wanted.what} in account {account}\n\n{wanted.note}\n\n{_LINE}{made}\n\n{_RUN}{run}\n"
        try:
            _put(path, self._sealed(text, wanted.key) if wanted.key else text.encode())
        except (OSError, ValueError) as error:
            raise _unwritable(path, error) from error
        return made

    def _sealed(self, text: str, key: str) -> bytes:
        """Return text that only the holder of the private key can read.

        Raises:
            ValueError: that is no key, as the library says.
        """
        age = self._age
        kind = age.ssh if key.startswith("ssh-") else age.x25519
        try:
            sealed: bytes = age.encrypt(text.encode(), [kind.Recipient.from_str(key)])
        except (age.RecipientError, age.EncryptError) as error:
            raise ValueError(f"{key[:24]}... cannot be encrypted to: {error}") from error
        return sealed


def still_there(folder: str, wanted: Secret, account: str, run: str, until: datetime) -> Path | None:
    """Return the file in which a run handed a secret over, where it still lies there; None: it is gone, or another's.

    Which run wrote an encrypted file nobody else can read: one written after the run had made it is a later run's.
    """
    path = _file(Path(folder), account, wanted)
    if not wanted.key:
        return path if _held(path, run) is not None else None
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
    return path if written <= until + _CLOCK else None


def _file(folder: Path, account: str, wanted: Secret) -> Path:
    return folder / f"{account}-{wanted.to}{'.txt.age' if wanted.key else '.txt'}"


def _for_its_owner_only(folder: Path) -> None:
    """See that nobody else reads what is handed over, or puts something else in its place.

    Raises:
        OutputError: somebody could, as the owner of the folder or by its mode.
    """
    if not hasattr(os, "geteuid"):
        return  # Windows: who may read is not told by a mode
    found = folder.stat()
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.geteuid():
        raise OutputError(
            f"first passwords are not handed over in {folder}", why="the folder belongs to somebody else",
            todo="name a folder of yours with --handover; one that is not there yet is made for you alone",
        )  # fmt: skip
    if mode & 0o077:
        raise OutputError(
            f"first passwords are not handed over in {folder}", why=f"others may look into it (mode {mode:04o})",
            todo=f"chmod 700 {shlex.quote(str(folder))}",
        )  # fmt: skip


def new_password() -> str:
    """Return a password of 24 characters, at least one of each kind that a password policy may ask for."""
    letters = "".join(_CLASSES)
    while True:
        made = "".join(secrets.choice(letters) for _ in range(_LENGTH))
        if all(set(made) & set(kind) for kind in _CLASSES):
            return made


def _held(path: Path, run: str) -> str | None:
    """Return the secret that a file of this run holds, None for no such file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    if f"{_RUN}{run}" not in lines:
        return None
    return next((line.removeprefix(_LINE) for line in lines if line.startswith(_LINE)), None)


def _put(path: Path, data: bytes) -> None:
    """Write a file whole, for its owner only, and see it on the disk before returning."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".handover-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _pyrage() -> Any:
    try:
        import pyrage  # noqa: PLC0415 - an extra: most rosters name no keys
    except ImportError as error:
        raise UsageError(
            "first passwords are to be encrypted to people's keys, and nothing here can encrypt to age",
            why="the package pyrage is not installed",
            todo="install rootwarden[age], or take `key` out of the roster to have plain files",
        ) from error
    return pyrage


def _unwritable(path: Path, error: Exception) -> OutputError:
    why = str(getattr(error, "strerror", "") or error)
    return OutputError(f"cannot hand over in {path}", why=why, todo="name a folder of yours with --handover")
