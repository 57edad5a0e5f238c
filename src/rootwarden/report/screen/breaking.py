"""Where a line ends: between words, and an ARN or id that fits on a line of its own is never broken, to be copied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from rich.cells import cell_len

_WORD = re.compile(r"\s*\S+\s*")
# Joints of a word that is longer than a line, `policies[arn:aws:iam::1:policy/a].Tags`: beside brackets, after commas.
_JOINT = re.compile(r"(?<=[\[{(,])|(?=[\]})])")


class Broken(Struct, frozen=True):
    """One line of a text: from where to where it goes, and how many columns more it needs than it should have."""

    start: int
    end: int
    over: int = 0


def broken(text: str, first: int, further: int, most: int) -> list[Broken]:
    """Return the lines of a text: the first of `first` columns, the others of `further`.

    What is longer than that and fits into `most` columns stands on a line of its own; what does not fit is cut.
    """
    found: list[Broken] = []
    start = end = room = 0
    room = first
    for piece in _pieces(text, min(first, further)):
        wide = cell_len(piece.rstrip())
        if end > start and wide > room:
            found.append(Broken(start, end))
            start, room = end, further
        if wide <= room:
            end += len(piece)
            room -= cell_len(piece)
            continue
        if wide <= most:
            found.append(Broken(end, end + len(piece), wide - room))
        else:
            found += _cut(piece, end, room, further)
        start = end = end + len(piece)
        room = further
    if end > start or not found:
        found.append(Broken(start, len(text)))
    return found


def _pieces(text: str, room: int) -> Iterator[str]:
    for word in _WORD.findall(text):
        yield from (word,) if cell_len(word.rstrip()) <= room else filter(None, _JOINT.split(word))


def _cut(piece: str, start: int, room: int, further: int) -> Iterator[Broken]:
    at, wide = start, 0
    for n, sign in enumerate(piece.rstrip(), start):
        if wide + cell_len(sign) > room and n > at:
            yield Broken(at, n)
            at, wide, room = n, 0, further
        wide += cell_len(sign)
    yield Broken(at, start + len(piece))
