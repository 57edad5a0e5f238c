"""Lines come out of a gzip file however its members divide them, and of a cut one as many as are whole."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.store.cut_lines import CutShortError, DamagedError, whole_lines

lines = st.lists(st.binary(min_size=1, max_size=40).map(lambda data: data.hex().encode() * 7 + b"\n"), max_size=12)


def out_of(data: bytes) -> list[bytes]:
    """Return the lines of a file without their ends."""
    return [line.rstrip(b"\n") for line in whole_lines(io.BytesIO(data))]


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(lines, st.data())
def test_members_may_divide_lines_anywhere(written: list[bytes], data: st.DataObject) -> None:
    """One member for all, one for each line, or cuts in the middle of lines: the lines are the same."""
    text = b"".join(written)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    expected = text.split(b"\n")[:-1]
    for members in ([text], written or [b""], pieces):
        assert out_of(b"".join(map(gzip.compress, members))) == expected


def test_a_long_line_spans_many_reads() -> None:
    """A member that hardly shrinks is longer than what is read at once."""
    noise = bytes(range(11, 256)) * 2000
    assert out_of(gzip.compress(noise, compresslevel=0) + gzip.compress(b"\nlast\n")) == [noise, b"last"]


def test_zeros_between_members_are_no_data() -> None:
    """Tapes and discs fill up with zeros; readers of gzip pass over them."""
    assert out_of(gzip.compress(b"one\n") + bytes(70_000) + gzip.compress(b"two\n") + bytes(9)) == [b"one", b"two"]


def test_whatever_follows_a_member_must_be_one() -> None:
    """Anything else after the last member is damage, and is told after the lines before it."""
    found: list[bytes] = []
    with pytest.raises(DamagedError):
        found.extend(whole_lines(io.BytesIO(gzip.compress(b"one\n") + b"no gzip, and long enough to be one")))
    with pytest.raises(CutShortError):
        found.extend(whole_lines(io.BytesIO(gzip.compress(b"one\n") + gzip.compress(b"two\n")[:-3])))
