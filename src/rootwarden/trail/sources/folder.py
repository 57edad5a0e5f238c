"""A folder into which log files come: each is read once, as soon as nobody writes to it any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rootwarden.errors import InputError
from rootwarden.trail.envelopes import read_items
from rootwarden.trail.items import Item
from rootwarden.trail.sources.parcel import Parcel, SourceError, Tools

_PAUSE = 1.0  # seconds between two looks
_QUIET = 1.0  # a file that changed within so many seconds may still be written to
_AT_ONCE = 2000  # items


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

    def resume(self, progress: Mapping[str, str]) -> None:
        """Leave out what was read."""
        self._read = dict(progress)

    def receive(self, seconds: float) -> Iterator[Parcel]:
        """Read the files that are new or have changed; see Source."""
        fresh = self._fresh()
        if not fresh:
            self._tools.clock.sleep(min(_PAUSE, seconds))
            fresh = self._fresh()
        for path, state in fresh:
            try:
                with path.open("rb") as file:
                    items: list[Item] = []
                    for item in read_items(file, str(path)):
                        items.append(item)
                        if len(items) >= _AT_ONCE:
                            yield Parcel(items, str(path))
                            items = []
            except OSError as error:
                raise SourceError(f"{path}: {error.strerror or error}", "make it readable") from error
            self._read[str(path)] = state
            yield Parcel(items, str(path), receipt=(str(path), state))

    def progress(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Return which files were read to their end, and how they were then."""
        return dict(parcel.receipt for parcel in parcels if parcel.receipt is not None)

    def confirm(self, parcels: Sequence[Parcel]) -> None:
        """Nothing is to be said to anybody."""

    def _fresh(self) -> list[tuple[Path, str]]:
        found, now = [], self._tools.clock.now().timestamp()
        for path in sorted(self.path.rglob("*")):
            try:
                about = path.stat()
            except FileNotFoundError:  # gone while we look
                continue
            state = f"{about.st_size} {about.st_mtime_ns}"
            if path.is_file() and now - about.st_mtime >= _QUIET and self._read.get(str(path)) != state:
                found.append((path, state))
        return found
