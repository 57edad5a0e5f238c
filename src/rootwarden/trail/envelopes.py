"""Takes CloudTrail records out of any envelope they arrive in: log files, API answers, events, messages, digests.

Nothing is decided from the name of a file. Every stretch of it ends up in a record, a digest or a flaw. A damaged line
costs itself alone; a document damaged in the middle may cost what follows in it, and the flaw says how much was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import IO

from rootwarden.trail.items import Digest, Flaw, Found, Item
from rootwarden.trail.recovery import legible
from rootwarden.trail.shapes import unwrap
from rootwarden.trail.stretches import Stretch, stretches
from rootwarden.trail.unpacking import utf8_blocks

__all__ = ["Digest", "Flaw", "Found", "Item", "read_items"]


def read_items(file: IO[bytes], name: str, *, most: int | None = None, live: bool = False) -> Iterator[Item]:
    """Go through everything a file holds, in its order; no error is raised for what the file contains.

    The file is read once and forwards, so that it may be a network stream. JSON lines pass one by one; a file that is
    one document is held in memory. `name` is what the places (`where`) begin with, `most` how many bytes a compressed
    file may hold. `live`: somebody still writes to it; each line is given out as soon as it is there.

    A record of a gzip member is given out before the member's checksum is known; a wrong one follows as a flaw.
    """
    found = stretches(utf8_blocks(file, name, most=most, live=live), name)
    opening = list(islice(found, 1 if live else 2))
    if not opening:
        yield Flaw(name, "it is empty", "get the file again from where it was copied; CloudTrail writes no empty files")
    alone = not live and not any(isinstance(one, Stretch) for one in opening[1:])
    for one in chain(opening, found):
        if isinstance(one, Flaw):
            yield one
        else:
            whole_file = alone and one is opening[0]
            yield from _items(one, name, name if whole_file else f"{name}, line {one.line}")


def _items(stretch: Stretch, name: str, where: str) -> Iterator[Item]:
    for one in legible(stretch, name, where):
        if isinstance(one, Flaw):
            yield one
        else:
            yield from unwrap(one.value, one.where, sure=one.sure)
