"""A folder into which log files come: each is read once, as soon as nobody writes to it any more."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rootwarden.errors import InputError
from rootwarden.trail.envelopes import read_items
from rootwarden.trail.items import Item
from rootwarden.trail.sources.parcel import Parcel, SourceError, Tools, in_parts

_PAUSE = 1.0  # seconds between two looks
_QUIET = 1.0  # a file that changed within so many seconds may still be written to
_TOLD = 3  # files that cannot be read are named at once


def fits(place: str) -> bool:
    """Return whether a place is a folder that exists."""
    return place != "-" and Path(place).is_dir()


def open(place: str, tools: Tools) -> Folder:
    """Open a folder.

    Raises:
        InputError: it cannot be listed.
    """
    folder = Folder(Path(place), tools)
    try:
        next(folder.path.iterdir(), None)
    except OSError as error:
        raise InputError(f"cannot read {place}", why=error.strerror or str(error), todo="name a folder") from error
    return folder


class Folder:
    """A folder with everything in it, however deep."""

    readers = 1
    finished = False
    note = ""

    def __init__(self, path: Path, tools: Tools) -> None:
        """Take the folder; nothing was read yet."""
        self.path, self.name, self._tools = path, f"folder {path.resolve()}", tools
        self._read: dict[str, str] = {}
        self._troubles: dict[str, str] = {}

    def resume(self, progress: Mapping[str, str]) -> None:
        """Leave out what was read."""
        self._read = dict(progress)

    def receive(self, seconds: float) -> Iterator[Parcel]:
        """Read the files that are new or have changed; see Source.

        One that cannot be read hides no other: that is told when the round is over, once for each reason.
        """
        troubles: dict[str, str] = {}
        fresh = self._fresh(troubles)
        if not fresh:
            self._tools.clock.sleep(min(_PAUSE, seconds))
            troubles.clear()
            fresh = self._fresh(troubles)
        for path, state in fresh:
            try:
                with path.open("rb") as file:
                    held: list[Item] | None = None
                    for part in in_parts(read_items(file, str(path))):
                        if held is not None:
                            yield Parcel(held, str(path))
                        held = part
            except OSError as error:
                troubles[str(path)] = error.strerror or str(error)
                continue
            self._read[str(path)] = state
            yield Parcel(held or [], str(path), receipt=(str(path), state))
        news = [f"{path}: {why}" for path, why in troubles.items() if self._troubles.get(path) != why]
        self._troubles = troubles
        if news:
            more = f"; and {len(news) - _TOLD} more" if len(news) > _TOLD else ""
            raise SourceError("; ".join(news[:_TOLD]) + more, "make it readable; everything else is read")

    def progress(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Return which files were read to their end, and how they were then."""
        return dict(parcel.receipt for parcel in parcels if parcel.receipt is not None)

    def confirm(self, parcels: Sequence[Parcel]) -> None:
        """Nothing is to be said to anybody."""

    def _fresh(self, troubles: dict[str, str]) -> list[tuple[Path, str]]:
        """Return the files to be read, with how they are now; note what cannot be looked at."""
        found, now = [], self._tools.clock.now().timestamp()

        def note(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):  # gone while we look
                troubles[str(error.filename)] = error.strerror or str(error)

        # Links to folders are not followed: they may lead round in a circle.
        for folder, folders, names in os.walk(self.path, onerror=note):
            folders.sort()
            for path in (Path(folder, name) for name in sorted(names)):
                try:
                    about = path.stat()
                except OSError as error:
                    note(error)
                    continue
                state = f"{about.st_size} {about.st_mtime_ns}"
                quiet = now - about.st_mtime >= _QUIET
                if stat.S_ISREG(about.st_mode) and quiet and self._read.get(str(path)) != state:
                    found.append((path, state))
        return found
