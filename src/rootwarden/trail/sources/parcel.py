"""What a source hands over: what it held, as it came, and how to say that it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any, Protocol

from msgspec import Struct

from rootwarden.model.ports import Clock
from rootwarden.trail.items import Item

# Items in a parcel: a log file holds as many as it likes, and memory is needed for what is judged at once.
AT_ONCE = 2000


class Parcel(Struct):
    """Something received, or a part of it: its items, how it came (`raw`, for what cannot be understood), its receipt.

    Of several parts only the last one has a receipt: they are kept in their order, so that all are kept when it is.
    `sent` is when it was put on its way, where the source knows.
    """

    items: Sequence[Item]
    where: str
    raw: bytes = b""
    receipt: Any = None
    sent: datetime | None = None


def in_parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield items in parts that make a parcel each, as they are read; at least one, if need be an empty one."""
    left = iter(items)
    part = list(islice(left, AT_ONCE))
    yield part
    while len(part) == AT_ONCE:
        if part := list(islice(left, AT_ONCE)):
            yield part


def _unheard(event: str, about: Mapping[str, object]) -> None:
    """Tell nobody."""


class SourceError(Exception):
    """A source cannot be read now: why, and what to do. It is asked again later."""

    def __init__(self, why: str, todo: str = "") -> None:
        """Keep both."""
        super().__init__(why)
        self.why, self.todo = why, todo


class Tools(Struct, frozen=True, kw_only=True):
    """What sources need of the world. `client` returns the AWS client of a service and Region ("" is the home one).

    `log` is told what people should know while reading goes on.
    """

    client: Callable[[str, str], Any]
    clock: Clock
    regions: Callable[[], Sequence[str]]
    stdin: Callable[[], IO[bytes]]
    log: Callable[[str, Mapping[str, object]], None] = _unheard


class Source(Protocol):
    """A place that records come from."""

    name: str
    """What it is called in messages and under which its progress is kept."""
    readers: int
    """How many may receive from it at once."""
    finished: bool
    """Whether nothing will come any more."""
    note: str
    """What people should know of it, "" if nothing."""

    def resume(self, progress: Mapping[str, str]) -> None:
        """Go on where `progress` says that it was read to."""

    def receive(self, seconds: float) -> Iterator[Parcel]:
        """Hand over what there is; wait so long at most for the first.

        Raises:
            SourceError: it cannot be read now.
        """

    def progress(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Return how far it is read once these are kept: to be written down together with them."""

    def confirm(self, parcels: Sequence[Parcel]) -> None:
        """Say that these are kept, so that they do not come again.

        Raises:
            SourceError: it cannot be told; they will come again.
        """
