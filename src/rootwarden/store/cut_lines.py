"""Lines out of a file that may have been cut short at any byte: every whole line, then the news of the cut.

The readers of gzip files that libraries offer read ahead, and lose what they had when the end is missing: here each
member is inflated by itself, and every line that can be decompressed is given out. `isal` inflates about twice as fast
as the standard library; a file has one gzip member per line.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any

import msgspec
from isal import isal_zlib

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's manual: 15 bits of window, plus 16 for a gzip header
Readable = IO[bytes] | io.RawIOBase
_CHUNK = 1 << 16
_FEW = 1 << 15
_MOST_LINES = 1 << 22  # bytes: longer than the lines of nearly all accounts
_BLOCK = 1 << 24  # bytes decompressed at once: a chunk of a hostile file would give a thousand times its size
LONGEST_LINE = 512 << 20  # bytes; the line of an account with ten thousand users takes about a tenth
_ISAL_ERROR: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stubs call the class an instance


class CutShortError(Exception):
    """The file ends within a line or within a gzip member."""


class DamagedError(Exception):
    """The file claims to be gzip and cannot be decompressed, or a line is longer than any that Rootwarden writes."""


def whole_lines(file: Readable) -> Iterator[bytes]:
    """Go through the lines of a gzip file of many members or of a plain one; an end of line may still be on them.

    A last line without an end counts when it is whole: somebody wrote it by hand.

    Raises:
        CutShortError: after the last whole line, when the file was cut.
        DamagedError: the compressed data are no gzip, or were changed; or a line is longer than `LONGEST_LINE`.
    """
    _keep_memory()
    first = file.read(_CHUNK)
    packed = first.startswith(_GZIP)
    pieces: list[bytes] = []
    size = 0
    for block in _inflated(first, file) if packed else _plain(first, file):
        if block and not pieces and block.find(b"\n") + 1 == len(block):  # as Rootwarden writes it: no need to copy
            yield block
            continue
        *ended, rest = block.split(b"\n")
        for line in ended:
            pieces.append(line)
            yield b"".join(pieces)
            pieces.clear()
            size = 0
        pieces.append(rest)
        size += len(rest)
        if size > LONGEST_LINE:
            raise DamagedError(f"a line is longer than {LONGEST_LINE >> 20} MiB")
    last = b"".join(pieces).strip()
    if last and not packed and not _is_json(last):
        raise CutShortError
    if last:
        yield last


def _keep_memory() -> None:
    """Have the C library keep the memory of one line for the next.

    It takes blocks above a limit from the system and gives them back, page by page, which costs more than inflating
    the line. The limit rises to the largest block ever given back (mallopt(3), M_MMAP_THRESHOLD); this one is never
    filled, so that it takes no memory. Where memory works otherwise, nothing happens.
    """
    bytes(_MOST_LINES)


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _plain(chunk: bytes, file: Readable) -> Iterator[bytes]:
    while chunk:
        yield chunk
        chunk = file.read(_CHUNK)


def _inflated(chunk: bytes, file: Readable) -> Iterator[bytes]:
    member = isal_zlib.decompressobj(wbits=_GZIP_WINDOW)
    begun = False
    while chunk:
        if begun or (chunk := chunk.lstrip(b"\0")):  # zeros may fill up a file after a member, on tapes
            begun = True
            yield _decompressed(member, chunk)
            chunk = member.unconsumed_tail
        if member.eof:
            chunk = member.unused_data
            member, begun = isal_zlib.decompressobj(wbits=_GZIP_WINDOW), False
        if len(chunk) < _FEW:  # most members are shorter, so that they are inflated in one go
            chunk += file.read(_CHUNK)
    if begun:
        raise CutShortError


def _decompressed(member: Any, chunk: bytes) -> bytes:
    try:
        block: bytes = member.decompress(chunk, _BLOCK)
    except _ISAL_ERROR as error:
        raise DamagedError(str(error)) from error
    return block
