"""Cuts a text into stretches that are one JSON document each, whether it is one, many lines, or many printed prettily.

The rule: a line that begins with an opening bracket starts a new stretch, unless the line before it ends so that more
must come. No valid JSON breaks it, so one line of lookahead is enough and lines need not be held.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from rootwarden.model.account_line import NOT_LEGIBLE
from rootwarden.trail.items import Flaw
from rootwarden.trail.unpacking import Block

LONGEST = 256 << 20  # bytes of a line or of a document; decoded they take about ten times as much memory
_OPENS = b"{["
_WANTS_MORE = b",:["
_CLOSES = (b"}", b"]")
_TRIED = 16 << 20  # bytes: whether a longer one is whole is seen from what comes behind it


class Stretch(Struct, frozen=True):
    """Bytes that should be one JSON document, and the number of the line on which they begin."""

    line: int
    data: bytes


def stretches(blocks: Iterator[Block], name: str) -> Iterator[Stretch | Flaw]:
    """Give the stretches of a text in order, without the empty lines before them; then the flaws of the text.

    At an empty block, which says that nothing more is there now, what is a whole document is not held any longer.
    """
    held: list[bytes] = []
    number = size = last = 0
    for line in _lines(blocks, name):
        if line is None:
            if held and _is_whole(held, size):
                yield Stretch(number + 1 - len(held), b"\n".join(held))
                held, size = [], 0
            continue
        number += 1
        if isinstance(line, Flaw):
            bare = b""
        elif not (bare := line.strip()) and not held:
            continue
        starts = bare and bare[0] in _OPENS and last not in _WANTS_MORE
        if held and (starts or size > LONGEST or isinstance(line, Flaw)):
            yield Stretch(number - len(held), b"\n".join(held))
            held, size = [], 0
        if isinstance(line, Flaw):
            yield line
        elif held or bare:
            held.append(line)
            size, last = size + len(line) + 1, bare[-1] if bare else last
    if held:
        yield Stretch(number + 1 - len(held), b"\n".join(held))


def _is_whole(held: list[bytes], size: int) -> bool:
    """Return whether lines are a document, without reading a long one again for each line that comes."""
    if size > _TRIED or held[-1].rstrip()[-1:] not in _CLOSES:
        return False
    if len(held) > 1 and sum(line.count(b"{") - line.count(b"}") for line in held) != 0:
        return False
    try:
        msgspec.json.decode(b"\n".join(held))
    except NOT_LEGIBLE:
        return False
    return True


def _lines(blocks: Iterator[Block], name: str) -> Iterator[bytes | Flaw | None]:
    """Cut blocks into lines without their ends; a byte-order mark at the front of a line (joined files) is dropped.

    None: nothing more is there now, and all that was there are whole lines.
    """
    number, pieces, size = 1, list[bytes](), 0
    flaws: list[Flaw] = []
    for block in blocks:
        if isinstance(block, Flaw):
            flaws.append(block)
            continue
        if not block:
            if not size:
                yield None
            continue
        *ended, rest = block.split(b"\n")
        for piece in ended:
            yield _line(number, [*pieces, piece] if pieces else [piece], size + len(piece), name)
            number, pieces, size = number + 1, [], 0
        size += len(rest)
        if size <= LONGEST:
            pieces.append(rest)
    yield _line(number, pieces, size, name)
    yield from flaws


def _line(number: int, pieces: list[bytes], size: int, name: str) -> bytes | Flaw:
    if size > LONGEST:
        why = f"it is longer than {LONGEST >> 20} MiB, more than is read at once"
        return Flaw(f"{name}, line {number}", why, "split it into one record a line, for example with jq")
    return b"".join(pieces).removeprefix(codecs.BOM_UTF8)
