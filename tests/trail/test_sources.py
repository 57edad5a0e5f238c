"""Folders and pipes: everything in them is handed over, at once and in parts, and what is bad hides nothing else."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any, cast

import pytest

from rootwarden.trail.items import Flaw, Found, Item
from rootwarden.trail.sources import Parcel, Source, SourceError, Tools, open_source
from rootwarden.trail.sources.parcel import AT_ONCE, in_parts
from tests.watching.work import PATIENCE, Hands, put

RECORD: dict[str, Any] = {"eventID": "1", "eventVersion": "1.08", "eventName": "ConsoleLogin"}


def tools(stdin: IO[bytes] | None = None) -> Tools:
    """Return what a source needs of a world without AWS."""
    return Tools(
        client=lambda *_: None, clock=Hands(), regions=list, stdin=lambda: cast(IO[bytes], stdin)
    )  # fmt: skip


def received(source: Source) -> tuple[list[Parcel], str]:
    """Return what one round gives, and what it says that it could not read."""
    found: list[Parcel] = []
    try:
        found.extend(source.receive(0))
    except SourceError as error:
        return found, error.why
    return found, ""


def ids(parcels: list[Parcel]) -> list[Any]:
    """Return the ids of the records in them."""
    return [item.record["eventID"] for parcel in parcels for item in parcel.items if isinstance(item, Found)]


# -- parts -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_items_are_cut_into_parts(count: int) -> None:
    """None is lost, none is empty but the only one."""
    items: list[Item] = [Flaw(str(number), "", "") for number in range(count)]
    parts = list(in_parts(items))
    assert [item for part in parts for item in part] == items
    assert len(parts) == max(1, -(-count // AT_ONCE))


def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    """A gzip file of JSON lines a hundred times as large as what is held of it; only the last part has the receipt."""
    rng, lines = random.Random(1), 120_000
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for number in range(lines):
            record = RECORD | {"eventID": str(number), "requestID": f"{rng.getrandbits(512):x}", "arn": "x" * 120}
            file.write(json.dumps(record).encode() + b"\n")
    put(tmp_path, "large.json.gz", content=packed.getvalue())
    del packed
    source, before, highest, seen, receipts = open_source(str(tmp_path / "in"), tools()), _resident(), 0, 0, 0
    for parcel in source.receive(0):
        assert len(parcel.items) <= AT_ONCE
        assert receipts == 0
        seen, receipts = seen + len(parcel.items), receipts + (parcel.receipt is not None)
        highest = max(highest, _resident())
    assert (seen, receipts) == (lines, 1)
    assert highest - before < 40 << 20


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# -- folders -----------------------------------------------------------------------------------------------------
def test_what_is_bad_hides_nothing_else(tmp_path: Path) -> None:
    """Links in a circle, links to nowhere, pipes: the files behind them are read; it is said once."""
    put(tmp_path, "a.json", RECORD | {"eventID": "a"})
    put(tmp_path, "z.json", RECORD | {"eventID": "z"})
    folder = tmp_path / "in"
    (folder / "b").symlink_to(folder / "b")
    (folder / "c").symlink_to(folder)
    (folder / "d").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "e")
    source = open_source(str(folder), tools())
    parcels, told = received(source)
    assert ids(parcels) == ["a", "z"]
    assert "Too many levels of symbolic links" in told
    assert "/d" not in told
    assert received(source) == ([], "")
    put(tmp_path, "new.json", RECORD | {"eventID": "new"})
    assert ids(received(source)[0]) == ["new"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are; it is once somebody has mended it, though its time stays."""
    for name in "abc":
        put(tmp_path, f"{name}.json", RECORD | {"eventID": name})
    bad, opened = tmp_path / "in" / "b.json", Path.open

    def refused(path: Path, *given: Any, **more: Any) -> Any:
        if path == bad:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *given, **more)

    source = open_source(str(tmp_path / "in"), tools())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refused)  # root may read everything
        parcels, told = received(source)
        assert ids(parcels) == ["a", "c"]
        assert told == f"{bad}: Permission denied"
        assert received(source) == ([], "")
    assert ids(received(source)[0]) == ["b"]
    assert received(source) == ([], "")


# -- a pipe ------------------------------------------------------------------------------------------------------
class Piped:
    """A source at the end of a pipe, read in a thread as a watch does it."""

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        self.source = open_source("-", tools(os.fdopen(reading, "rb")))
        self._came: Queue[Item] = Queue()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for parcel in self.source.receive(10):
            for item in parcel.items:
                self._came.put(item)

    def write(self, text: bytes) -> None:
        os.write(self._writing, text)

    def next(self) -> Item:
        return self._came.get(timeout=PATIENCE)

    def nothing(self) -> bool:
        try:
            self._came.get(timeout=0.1)
        except Empty:
            return True
        return False

    def close(self) -> None:
        os.close(self._writing)
        self._thread.join(PATIENCE)
        assert self.source.finished


@pytest.fixture(name="piped")
def _piped() -> Iterator[Piped]:
    one = Piped()
    yield one
    one.close()


def test_a_line_is_given_out_when_it_was_written(piped: Piped) -> None:
    """The pipe stays open, and nothing comes behind it: the first one, one with brackets in its text, an array."""
    given: tuple[dict[str, Any], ...] = ({}, {"userAgent": '}{{[\\"'}, {"requestParameters": {"a": [1, {"b": 2}]}})
    for number, more in enumerate(given, 1):
        piped.write(json.dumps(RECORD | {"eventID": str(number)} | more).encode() + b"\n")
        found = piped.next()
        assert isinstance(found, Found)
        assert (found.record["eventID"], found.where) == (str(number), f"standard input, line {number}")
    piped.write(json.dumps({"Records": [RECORD, RECORD]}).encode() + b"\r\n")
    assert isinstance(piped.next(), Found)
    assert isinstance(piped.next(), Found)


def test_a_document_over_many_lines_is_given_out_when_it_is_whole(piped: Piped) -> None:
    """Written line by line, as `jq` prints it."""
    lines = json.dumps({"Records": [RECORD]}, indent=2).encode().splitlines(keepends=True)
    for line in lines[:-1]:
        piped.write(line)
    assert piped.nothing()
    piped.write(lines[-1] + b"\n")
    assert isinstance(piped.next(), Found)


def test_half_a_line_waits_for_its_end(piped: Piped) -> None:
    """And garbage costs itself alone."""
    text = json.dumps(RECORD).encode()
    piped.write(text[:20])
    assert piped.nothing()
    piped.write(text[20:] + b"\n")
    assert isinstance(piped.next(), Found)
    piped.write(b"garbage\n" + text + b"\n")
    assert isinstance(piped.next(), Flaw)
    assert isinstance(piped.next(), Found)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_are_given_out_at_once_too(encoding: str) -> None:
    """PowerShell writes them."""
    one = Piped()
    one.write((json.dumps(RECORD) + "\n").encode(encoding))
    assert isinstance(one.next(), Found)
    one.close()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_was_piped_in_whole_is_what_a_file_gives(tmp_path: Path, pack: Any) -> None:
    """In pieces of any size, plain or compressed."""
    text = b"\n".join(json.dumps(RECORD | {"eventID": str(number)}).encode() for number in range(3000))
    text += b"\nnot JSON\n" + json.dumps({"Records": [RECORD]}, indent=1).encode()
    (tmp_path / "file").write_bytes(pack(text))
    with (tmp_path / "file").open("rb") as file:
        source = open_source("-", tools(file))
        parcels = list(source.receive(0))
    assert ids(parcels) == [*(str(number) for number in range(3000)), "1"]
    assert sum(isinstance(item, Flaw) for parcel in parcels for item in parcel.items) == 1
    assert source.finished
