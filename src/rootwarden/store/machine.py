"""One run at a time on an AWS account by anybody at this machine, whatever store it is written down in.

A run that was broken off leaves marks beside the locks, so that whoever comes from another store learns of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from rootwarden.errors import RefusedError, UsageError
from rootwarden.store.locks import FileLock, HeldError

_TODO = "set XDG_STATE_HOME to a folder of yours, and apply again"


@contextmanager
def alone_on(folder: Path, accounts: Sequence[str], aws: str, run: str, store: str) -> Iterator[None]:
    """Hold a lock on each account of a run, in files of a folder that is this user's alone.

    `aws` tells one AWS from another ("": the real one): a lab has other accounts under the same ids. `store` is where
    the run is written down; who is refused is told of it.

    Raises:
        RefusedError: another process of this machine is at work on one of them.
        UsageError: the folder cannot be made, or is not this user's alone.
    """
    _own(folder)
    with ExitStack() as held:
        for account in sorted(set(accounts)):
            path = folder / f"applying-{account}{f'-{aws}' if aws else ''}.lock"
            try:
                lock = FileLock(path)
            except HeldError as error:
                raise _refused(account, path, run) from error
            held.callback(lock.close, done=True)
            about = _about(path)
            held.callback(about.unlink, missing_ok=True)
            words = f"process {os.getpid()}, whose run {run} is written down in {store}"
            about.write_text(f"{run} {words}", encoding="utf-8")
        yield


class Mark(Struct, frozen=True):
    """What a run without an end left behind: its account, its id, where it is written down, the file of the mark."""

    account: str
    run: str
    store: str
    path: Path


def mark(folder: Path, accounts: Sequence[str], aws: str, run: str, store: str) -> list[Path]:
    """Write down beside the locks that a run is at work on these accounts; return the files, to remove when it ends."""
    found = mark_files(folder, accounts, aws, run)
    for path in found:
        path.write_text(store, encoding="utf-8")
    return found


def mark_files(folder: Path, accounts: Sequence[str], aws: str, run: str) -> list[Path]:
    """Return the files that say that a run is at work on these accounts, where it is or was broken off."""
    return [folder / f"open-{one}{f'-{aws}' if aws else ''}-{run}.run" for one in sorted(set(accounts))]


def marks_on(folder: Path, accounts: Sequence[str], aws: str) -> list[Mark]:
    """Return the marks of runs on these accounts that are under way or were broken off."""
    found: list[Mark] = []
    for one in sorted(set(accounts)):
        begins = f"open-{one}{f'-{aws}' if aws else ''}-"
        for path in sorted(folder.glob(f"{begins}*.run")):
            run = path.name.removeprefix(begins).removesuffix(".run")
            with suppress(OSError, UnicodeDecodeError):  # it has just ended
                if "-" not in run:  # that of a lab under the same account
                    found.append(Mark(one, run, path.read_text(encoding="utf-8")[:1000], path))
    return found


def _own(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"cannot make the folder of locks {folder}", why=why, todo=_TODO) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        why = "it must be a folder that is yours, and that nobody else can write to"
        raise UsageError(f"the folder of locks {folder} is not safe", why=why, todo=_TODO)


def _refused(account: str, path: Path, run: str) -> RefusedError:
    try:
        whose, _, known = _about(path).read_text(encoding="utf-8")[:1000].partition(" ")
    except (OSError, UnicodeDecodeError):  # it has just begun, or just ended
        whose, known = "", "a process of this machine"
    what = f"the run {run} is under way" if whose == run else f"another run changes account {account}"
    also = "of runs on other machines only those are known that are written down in the same store"
    return RefusedError(what, why=f"{known}; {also}", todo="wait for it")


def _about(path: Path) -> Path:
    return path.with_suffix(".holder")
