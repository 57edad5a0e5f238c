"""Records come out of any envelope, layout, encoding and packing as they went in, all of them and in order."""

from __future__ import annotations

import gzip
import io
import json
from typing import IO, cast

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.trail.envelopes import Found, read_items
from tests.laws.effort import tried
from tests.trail.reading import DATA, flaws, found, read
from tests.trail.wrapping import ENCODINGS, LAYOUTS, PACKINGS, Wrapped, documents


@tried
@given(
    st.lists(documents, min_size=1, max_size=4),
    st.sampled_from(LAYOUTS),
    st.sampled_from(ENCODINGS),
    st.sampled_from(PACKINGS),
)
def test_what_goes_in_comes_out(held: list[Wrapped], layout, encoding, pack) -> None:
    """No nesting of envelopes loses, changes or reorders a record."""
    items = read(pack(layout([value for value, _ in held]).encode(encoding)))
    assert flaws(items) == []
    assert found(items) == [record for _, records in held for record in records]
    assert len({item.where for item in items}) == len(items)


def test_invictus() -> None:
    """The published set: 55 files, 2,900 records, none twice and nothing unread; packing changes nothing."""
    files = sorted((DATA / "invictus" / "CloudTrail").iterdir())
    assert len(files) == 55
    ids: list[str] = []
    for path in files:
        items = read(path.read_bytes())
        assert flaws(items) == []
        assert items == read(gzip.compress(path.read_bytes(), mtime=0))
        assert found(items) == json.loads(path.read_bytes())["Records"]
        ids += (record["eventID"] for record in found(items))
    assert len(ids) == len(set(ids)) == 2900


class _Endless(io.RawIOBase):
    """A file of JSON lines that never ends and counts what was taken from it."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        line = b'{"eventID":"1","eventVersion":"1.08"}\n'
        self.taken += size
        return (line * (size // len(line) + 1))[:size]


def test_json_lines_stream() -> None:
    """JSON lines are given out as they come; the file need not end, nor fit into memory."""
    file = _Endless()
    items = read_items(cast(IO[bytes], file), "f")
    for number in range(1, 1000):
        assert next(items) == Found({"eventID": "1", "eventVersion": "1.08"}, f"f, line {number}")
    assert file.taken < 1 << 20


def test_places() -> None:
    """A place names the line where there are several, the record where a document holds several."""
    one = {"eventID": "1", "eventVersion": "1.08"}
    many = msgspec.json.encode({"Records": [one, one]})
    bare = msgspec.json.encode(one)
    assert [item.where for item in read(many)] == ["f, record 1", "f, record 2"]
    assert [item.where for item in read(b"\n" + many + b"\n\n" + bare)] == [
        "f, line 2, record 1",
        "f, line 2, record 2",
        "f, line 4",
    ]
    assert [item.where for item in read(bare * 2)] == ["f, object 1", "f, object 2"]
    assert [item.where for item in read(bare)] == ["f"]


def test_the_last_of_two_keys_counts() -> None:
    """A key that occurs twice has the value that was written last."""
    assert found(read(b'{"eventID":"1","eventID":"2","eventVersion":"1.08"}'))[0]["eventID"] == "2"


def test_numbers_stay_numbers() -> None:
    """Whole numbers stay whole however long, text stays text."""
    record = found(read(b'{"eventID":"01","eventVersion":"1.08","x":[1,1.5,123456789012345678901234567890,"7"]}'))[0]
    assert record["x"] == [1, 1.5, 123456789012345678901234567890, "7"]
