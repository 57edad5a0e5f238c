"""Unpacks a file of any kind into UTF-8 text, block by block: compressed or not, in any of Unicode's encodings.

Compression and encoding are told from the first bytes. Each stage passes on what it could read and ends with a flaw
where it could not read on, so that a file cut short gives everything in front of the cut. Of a pipe that somebody still
writes to an empty block says that nothing more is there now: what was read is not to wait for what comes next.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from itertools import chain
from typing import IO, Any

from isal import isal_zlib

from rootwarden.trail.items import Flaw

_CHUNK = 1 << 16
_BLOCK = 1 << 17  # bytes decompressed at once: what a wrong checksum costs at most
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's manual: 15 bits of window, plus 16 for a gzip header
_ISAL_ERROR: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stubs call the class an instance
_FOLDED = 2  # a file compressed for storage and again for the way there

MOST = 2 << 30  # bytes a compressed file may hold; CloudTrail's own log files stay far below a tenth of that
STEEPEST = 400  # times its size, once it has passed `_HARMLESS`; records compress to about a tenth
_HARMLESS = 64 << 20

_OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "compressed with bzip2",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
    b"\xfd7zXZ": "compressed with xz",
    b"PAR1": "a Parquet file",
    b"ORC": "an ORC file",
    b"Obj\x01": "an Avro file",
}
_ENCODINGS_BY_MARK = {  # UTF-32 first: its mark begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# JSON begins with two ASCII characters, so zeros show width and order (RFC 4627, section 3).
_ENCODINGS_BY_ZEROS: dict[tuple[bool, ...], str] = {
    (True, True, True, False): "utf-32-be",
    (False, True, True, True): "utf-32-le",
    (True, False, True, False): "utf-16-be",
    (False, True, False, True): "utf-16-le",
}
_GET_AGAIN = "get the file again from where it was copied, and compare sizes"

Block = bytes | Flaw


def utf8_blocks(file: IO[bytes], name: str, *, most: int | None = None, live: bool = False) -> Iterator[Block]:
    """Give the text of a file as UTF-8 in blocks of any size, then at most a few flaws; nothing follows a flaw.

    `most` is how many bytes a compressed file may hold (`MOST` if it is not given). `live`: it is read as it comes,
    with an empty block behind whatever was there at once.
    """
    blocks = _as_it_comes(file, name) if live else _raw(file.read, name)
    head, blocks = _peeked(blocks)
    for _ in range(_FOLDED):
        if not head.startswith(_GZIP):
            break
        head, blocks = _peeked(_inflated(blocks, name, MOST if most is None else most))
    other = next((kind for magic, kind in _OTHER_FORMATS.items() if head.startswith(magic)), "")
    if other or head.startswith(_GZIP):
        why = f"it is {other or 'compressed over and over'}, which is not read"
        return iter([Flaw(name, why, "unpack it first, or convert it to JSON lines")])
    return _as_utf8(head, blocks, name)


def _as_it_comes(file: IO[bytes], name: str) -> Iterator[Block]:
    # A file that waits until a whole chunk is there can mostly be asked for what is there (io.BufferedReader.read1).
    for block in _raw(getattr(file, "read1", file.read), name):
        yield block
        yield b""


def _raw(read: Callable[[int], bytes], name: str) -> Iterator[Block]:
    try:
        while chunk := read(_CHUNK):
            yield chunk
    except OSError as error:
        yield Flaw(
            name, f"it cannot be read on: {error.strerror or error}", "check the disk or the connection; try again"
        )


def _peeked(blocks: Iterator[Block]) -> tuple[bytes, Iterator[Block]]:
    """Return the first bytes (four or more where there are that many) and all blocks, those bytes among them."""
    head, seen = b"", list[Block]()
    for block in blocks:
        seen.append(block)
        if isinstance(block, Flaw):
            break
        head += block
        if len(head) >= 4:
            break
    return head, chain(seen, blocks)


def _inflated(blocks: Iterator[Block], name: str, most: int) -> Iterator[Block]:
    """Decompress all members of a gzip file; flaws for a cut, for damage, and for more than a file may hold."""
    member, begun = isal_zlib.decompressobj(wbits=_GZIP_WINDOW), False
    taken = given = 0
    for chunk in blocks:
        if isinstance(chunk, Flaw):
            yield chunk
            continue
        if not chunk:  # nothing more is there now
            yield chunk
            continue
        taken += len(chunk)
        rest = chunk if begun else chunk.lstrip(b"\0")  # gzip's manual: zeros may fill up the end
        while rest or begun:
            if not begun and not rest.startswith(_GZIP[: len(rest)]):
                yield Flaw(name, "behind its gzip data follows something else", "find out who appended it, and what")
                return
            try:
                block, rest = _step(member, rest)
            except _ISAL_ERROR as error:
                yield Flaw(name, f"its gzip data are damaged ({error})", _GET_AGAIN)
                return
            begun = True
            given += len(block)
            if given > most or given > max(_HARMLESS, STEEPEST * taken):
                yield _too_much(name, given, taken)
                return
            if block:
                yield block
            if member.eof:
                member, begun, rest = isal_zlib.decompressobj(wbits=_GZIP_WINDOW), False, rest.lstrip(b"\0")
            elif not rest and len(block) < _BLOCK:
                break
    if begun:
        yield Flaw(name, "its gzip data end too early: the file was cut short", _GET_AGAIN)


def _step(member: Any, chunk: bytes) -> tuple[bytes, bytes]:
    """Decompress one block; return it and what is left of the chunk, of the next member too."""
    block = member.decompress(chunk, _BLOCK)
    return block, member.unused_data if member.eof else member.unconsumed_tail


def _too_much(name: str, given: int, taken: int) -> Flaw:
    why = f"it grows to more than {given >> 20} MiB from {taken} bytes: no CloudTrail file does that"
    return Flaw(name, why, "find out who wrote it; unpack it by hand and split it if it is genuine")


def _as_utf8(head: bytes, blocks: Iterator[Block], name: str) -> Iterator[Block]:
    for mark, encoding in _ENCODINGS_BY_MARK.items():
        if head.startswith(mark):
            return _recoded(blocks, encoding, name)
    zeros = _ENCODINGS_BY_ZEROS.get(tuple(byte == 0 for byte in head[:4]))
    return _recoded(blocks, zeros, name) if zeros else blocks


def _recoded(blocks: Iterator[Block], encoding: str, name: str) -> Iterator[Block]:
    """Turn UTF-16 or UTF-32 into UTF-8; half a surrogate pair is passed on and is a flaw of its line alone."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    flaws: list[Flaw] = []
    try:
        for block in blocks:
            if isinstance(block, Flaw):
                flaws.append(block)
            else:
                yield decoder.decode(block).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        flaws.append(Flaw(name, f"its {encoding.upper()} text is damaged or cut short: {error.reason}", _GET_AGAIN))
    yield from flaws
