"""Lines out of a file that may have been cut short at any byte: every whole line, then the news of the cut.

Streaming readers of gzip read ahead and lose what they had when the end is missing. So a file is read fast first, and
where that fails once more from the start with care: then every line that can be decompressed is given out. `isal`
inflates about twice as fast as the standard library; a file has one gzip member per line.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, cast

import msgspec
from isal import igzip, isal_zlib

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's manual: 15 bits of window, plus 16 for a gzip header
Readable = IO[bytes] | io.RawIOBase
_CHUNK = 1 << 16
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
    given = 0
    if file.read(len(_GZIP)) == _GZIP:
        file.seek(0)
        try:
            for line in _fast(file):
                yield line
                given += 1
            return
        except (EOFError, OSError, _ISAL_ERROR):
            pass  # read once more below, which says what is wrong
    file.seek(0)
    yield from islice(_careful(file), given, None)


def _fast(file: Readable) -> Iterator[bytes]:
    with cast(IO[bytes], igzip.IGzipFile(fileobj=file, mode="rb")) as lines:  # type: ignore[no-untyped-call]
        while line := lines.readline(LONGEST_LINE + 1):
            if not line.endswith(b"\n"):
                if len(line) > LONGEST_LINE:
                    raise _too_long()
                line = line.strip()
            if line:
                yield line


def _too_long() -> DamagedError:
    return DamagedError(f"a line is longer than {LONGEST_LINE >> 20} MiB")


def _careful(file: Readable) -> Iterator[bytes]:
    first = file.read(_CHUNK)
    blocks = _inflated(first, file) if first.startswith(_GZIP) else _plain(first, file)
    pieces: list[bytes] = []
    size = 0
    for block in blocks:
        *ended, rest = block.split(b"\n")
        for line in ended:
            pieces.append(line)
            yield b"".join(pieces)
            pieces.clear()
            size = 0
        pieces.append(rest)
        size += len(rest)
        if size > LONGEST_LINE:
            raise _too_long()
    last = b"".join(pieces).strip()
    if last and not first.startswith(_GZIP) and not _is_json(last):
        raise CutShortError
    if last:
        yield last


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
        while chunk:
            begun = True
            yield _decompressed(member, chunk)
            chunk = member.unconsumed_tail
            if member.eof:
                chunk = member.unused_data
                member, begun = isal_zlib.decompressobj(wbits=_GZIP_WINDOW), False
        chunk = file.read(_CHUNK)
    if begun:
        raise CutShortError


def _decompressed(member: Any, chunk: bytes) -> bytes:
    try:
        block: bytes = member.decompress(chunk, _BLOCK)
    except _ISAL_ERROR as error:
        raise DamagedError(str(error)) from error
    return block
