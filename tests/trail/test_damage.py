"""A damaged or hostile file raises nothing, invents nothing, and costs no record that is still whole."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.trail import stretches, unpacking
from rootwarden.trail.envelopes import Flaw, Found, read_items
from tests.laws.effort import tried
from tests.trail.reading import DATA, flaws, found, read
from tests.trail.wrapping import ENCODINGS, LAYOUTS, MANY, PACKINGS, documents

_WHO = {"type": "Root", "arn": "arn:aws:iam::111122223333:root", "é😀": '\\"}{[,'}
RECORDS = [
    {"eventVersion": "1.08", "userIdentity": _WHO, "eventName": f"A{n}", "resources": [{"ARN": "x"}, {"n": n}, 7]}
    for n in range(3)
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("wrap", [*MANY, None])
def test_cut_at_every_byte(wrap, layout) -> None:
    """What is in front of a cut is read, the cut is said, and nothing is made up."""
    values = [wrap(RECORDS)] if wrap else RECORDS
    whole = layout(values).encode()
    for length in range(len(whole)):
        items = read(whole[:length])
        assert found(items) == RECORDS[: len(found(items))]
        told = flaws(items) or whole[length:].isspace() or not wrap
        assert told, length
        assert flaws(items) or found(items)
    got = [len(found(read(whole[:length]))) for length in range(len(whole))]
    assert got == sorted(got)
    assert got[-1] >= 2


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_cut_in_every_encoding(encoding: str) -> None:
    """Half a character at the end costs nothing in front of it."""
    whole = json.dumps({"Records": RECORDS}, ensure_ascii=False).encode(encoding)
    for length in range(len(whole)):
        items = read(whole[:length])
        assert found(items) == RECORDS[: len(found(items))]
        assert flaws(items)
    assert found(read(whole[:-1])) == RECORDS


@pytest.mark.parametrize("pack", PACKINGS[1:])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_gzip_cut_at_every_byte(layout, pack) -> None:
    """A gzip file cut short gives what could be decompressed, in order, and says that it was cut."""
    whole = pack(layout(RECORDS).encode()).rstrip(b"\0")
    got = []
    for length in range(len(whole)):
        items = read(whole[:length])
        got.append(len(found(items)))
        assert found(items) == RECORDS[: got[-1]]
        assert flaws(items) or len(gzip.decompress(whole[:length])) > 0
    assert got == sorted(got)
    assert got[-1] == 3 or pack is PACKINGS[3]  # compressed twice, the end of the inner file is missing


@pytest.mark.parametrize("broken", [RECORDS[1], {"Records": RECORDS[1:2]}, {"detail": RECORDS[1]}])
def test_one_broken_line(broken) -> None:
    """A line cut at any byte, by a full disk for example, costs no line before or behind it."""
    first, middle, last = (json.dumps(value, ensure_ascii=False).encode() for value in (RECORDS[0], broken, RECORDS[2]))
    for length in range(1, len(middle)):
        items = read(b"\n".join((first, middle[:length], last, last)))
        assert [one for one in found(items) if one != RECORDS[1]] == [RECORDS[0], RECORDS[2], RECORDS[2]], length
        assert [item.where for item in items if isinstance(item, Found)][-2:] == ["f, line 3", "f, line 4"]
        assert {flaw.where[:9] for flaw in flaws(items)} == {"f, line 2"}


@tried
@given(st.binary(max_size=200), st.sampled_from(PACKINGS))
def test_anything_is_read_or_told(data: bytes, pack) -> None:
    """Bytes of any kind raise nothing."""
    assert found(read(pack(data))) == []


@tried
@given(st.data(), documents, st.sampled_from(LAYOUTS), st.sampled_from(ENCODINGS), st.sampled_from(PACKINGS))
def test_a_changed_file_is_read_or_told(data, held, layout, encoding, pack) -> None:
    """Changed, added or missing bytes anywhere raise nothing."""
    whole = bytearray(pack(layout([held[0]]).encode(encoding)))
    at = data.draw(st.integers(0, max(0, len(whole) - 1)))
    whole[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=5))
    for item in read(bytes(whole)):
        assert isinstance(item, (Flaw, Found))


def test_elements_that_are_no_objects() -> None:
    """They are flaws with their number; the others are read, and all are counted."""
    items = read(json.dumps({"Records": [RECORDS[0], 7, None, "x", [RECORDS[1]], {}, RECORDS[2]]}).encode())
    assert found(items) == [RECORDS[0], {}, RECORDS[2]]
    assert [flaw.where for flaw in flaws(items)] == [f"f, record {number}" for number in (2, 3, 4, 5)]


def test_a_comma_too_many() -> None:
    """A record with a comma behind it is read, and the comma is told for its line."""
    first, last = (json.dumps(record) for record in RECORDS[:2])
    items = read(f"{first},\n{last}\n".encode())
    assert found(items) == RECORDS[:2]
    assert [flaw.where for flaw in flaws(items)] == ["f, line 1"]


@pytest.mark.parametrize(
    "bad", ['{"a":"\udc00"}', '{"a":1e999}', '{"a":\udcff}', '{"a":' * 9000 + "1" + "}" * 9000, "{a}"]
)
def test_one_illegible_record_among_others(bad: str) -> None:
    """Bad UTF-8, numbers beyond counting, endless nesting: a flaw with its number, and the neighbours are read."""
    text = f'{{"Records":[{json.dumps(RECORDS[0])},{bad},{json.dumps(RECORDS[1])}]}}'
    items = read(text.encode("utf-8", "surrogatepass"))
    assert found(items) == RECORDS[:2]
    assert [flaw.where for flaw in flaws(items)] == ["f, record 2", "f"]


def test_half_a_surrogate_pair_costs_its_line() -> None:
    """In UTF-16 half a pair is possible; it costs the line it stands on."""
    good, bad = '{"eventID":"1","eventVersion":"1"}', '{"eventID":"\ud800","eventVersion":"1"}'
    items = read(f"{good}\n{bad}\n{good}".encode("utf-16", "surrogatepass"))
    assert len(found(items)) == 2
    assert [flaw.where for flaw in flaws(items)] == ["f, line 2"]


def test_joined_files_with_byte_order_marks() -> None:
    """Files with a mark each, joined to one, are read."""
    line = json.dumps(RECORDS[0]).encode("utf-8-sig")
    assert found(read(line + b"\n" + line)) == [RECORDS[0]] * 2


def test_an_empty_file() -> None:
    """A file of nothing, or of nothing but spaces, is a flaw; an envelope with nothing in it is none."""
    for nothing in (b"", b" \r\n\n", gzip.compress(b""), b"\xef\xbb\xbf", b"\xff\xfe"):
        assert [flaw.why for flaw in read(nothing)] == ["it is empty"]
    assert read(b'{"Records":[]}') == read(b"[]") == []


def test_a_gzip_bomb() -> None:
    """A small file that grows without end is left before it fills the memory."""
    last = flaws(read(gzip.compress(bytes(100 << 20))))[-1]
    assert "grows to more than 64 MiB" in last.why


def test_a_large_file_that_compresses_well_is_no_bomb() -> None:
    """Very uniform records are read to the end: the measure is far above what logs reach."""
    line = json.dumps(RECORDS[0]).encode() + b"\n"
    items = read(gzip.compress(line * 40_000))
    assert len(found(items)) == len(items) == 40_000


def test_more_than_a_file_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the rest is left, and told."""
    monkeypatch.setattr(unpacking, "MOST", 1 << 20)
    line = json.dumps(RECORDS[0]).encode() + b"\n"
    items = read(gzip.compress(line * 10_000))
    assert 2000 < len(found(items)) < 10_000
    assert "it grows to more than 1 MiB" in flaws(items)[-1].why


def test_a_line_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line beyond the limit is a flaw; the lines around it are read."""
    monkeypatch.setattr(stretches, "LONGEST", 1 << 10)
    line = json.dumps(RECORDS[0]).encode()
    items = read(b"\n".join((line, b"[" + b" " * (1 << 18) + b"]", line)))
    assert found(items) == [RECORDS[0]] * 2
    assert [flaw.where for flaw in flaws(items)] == ["f, line 2"]


def test_a_wrong_checksum() -> None:
    """Records in front of a wrong checksum are read as far as they were decompressed before; the damage is told."""
    whole = bytearray(gzip.compress((json.dumps(RECORDS[0]).encode() + b"\n") * 2000))
    whole[-5] ^= 1
    items = read(bytes(whole))
    assert len(found(items)) > 1000
    assert "damaged" in flaws(items)[-1].why


def test_something_behind_the_gzip_data() -> None:
    """A further member is read (a smuggled one too), anything else behind the last is told."""
    packed = gzip.compress(json.dumps(RECORDS[0]).encode())
    assert found(read(packed + packed)) == [RECORDS[0]] * 2
    items = read(packed + b"garbage")
    assert found(items) == RECORDS[:1]
    assert [flaw.why for flaw in flaws(items)] == ["behind its gzip data follows something else"]


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"BZh9", b"\x28\xb5\x2f\xfd", b"PAR1", b"\xfd7zXZ\0"])
def test_formats_that_are_not_read(start: bytes) -> None:
    """They are told by name."""
    (flaw,) = read(start + b"whatever")
    assert isinstance(flaw, Flaw)
    assert "is not read" in flaw.why


def test_compressed_over_and_over() -> None:
    """Twice is read, more often is told: it serves only to hide."""
    data = json.dumps(RECORDS[0]).encode()
    for _ in range(3):
        data = gzip.compress(data)
    assert [flaw.why for flaw in flaws(read(data))] == ["it is compressed over and over, which is not read"]


class _Failing(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data:
            raise OSError(5, "Input/output error")
        return data


def test_a_disk_that_fails() -> None:
    """What was read before the failure counts."""
    items = list(read_items(_Failing(json.dumps(RECORDS[0]).encode()), "f"))
    assert found(items) == RECORDS[:1]
    assert "Input/output error" in flaws(items)[0].why


def test_many_members_over_many_chunks() -> None:
    """Thousands of members, cut by the reader at any place, are all read."""
    line = json.dumps(RECORDS[0]).encode() + b"\n"
    items = read(b"".join(gzip.compress(line, level) for level in (1, 9, 0) * 1000))
    assert len(found(items)) == len(items) == 3000


def test_published_file_damaged_in_the_middle() -> None:
    """Of a real file with a bracket lost in the middle all other records are read, and no part of one becomes one."""
    whole = sorted((DATA / "invictus" / "CloudTrail").iterdir())[0].read_bytes()
    records = json.loads(whole)["Records"]
    for lost in (b'"userIdentity":{', b'{"eventVersion"', b'"attributes":{'):
        at = whole.index(lost, len(whole) // 2) + lost.index(b"{")
        items = read(whole[:at] + whole[at + 1 :])
        assert flaws(items)
        assert len(found(items)) == len(records) - 1
        assert all(record in records for record in found(items))


def test_published_file_half_downloaded() -> None:
    """Of half a gzip file the records in its first half are read."""
    whole = sorted((DATA / "invictus" / "CloudTrail").iterdir())[0].read_bytes()
    records = json.loads(whole)["Records"]
    packed = gzip.compress(whole)
    items = read(packed[: len(packed) // 2])
    assert found(items) == records[: len(found(items))]
    assert len(found(items)) > len(records) // 4
    assert len(flaws(items)) == 3
