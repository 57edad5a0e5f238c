"""Snapshot files: a cut at any byte leaves a valid partial snapshot, and everything else that is wrong is named."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.errors import InputError, OutputError
from rootwarden.model.readings import Unknown
from rootwarden.model.snapshot import AskedFor, Facts, Header
from rootwarden.store import cut_lines
from rootwarden.store.snapshots import SnapshotWriter, open_snapshot

HEADER = Header(
    tool_version="1", collected_at=datetime(2026, 11, 23, tzinfo=UTC), partition="aws",
    scope=AskedFor(org=True), accounts_expected=3,
)  # fmt: skip
FACTS = st.dictionaries(
    st.sampled_from(["iam.account_summary", "events.rules"]), st.recursive(st.integers() | st.text(), st.lists)
)


def write(path: Path, accounts: list[dict[str, Any]], organization: bool = True) -> Path:
    """Write a snapshot of three expected accounts."""
    with SnapshotWriter(path) as file:
        file.header(HEADER)
        if organization:
            file.organization({"org.organization": {"Id": "o-1"}})
        for number, facts in enumerate(accounts):
            file.account(f"{number:012}", facts)
    return path


def ids(path: Path) -> list[str]:
    """Return the accounts of a snapshot."""
    return [line.account for line in open_snapshot(path).accounts()]


@settings(max_examples=60, deadline=None)
@given(accounts=st.lists(FACTS, min_size=3, max_size=3), plain=st.booleans(), data=st.data())
def test_a_cut_leaves_a_valid_partial_snapshot(
    tmp_path_factory: pytest.TempPathFactory, accounts: list[dict[str, Any]], plain: bool, data: st.DataObject
) -> None:
    """Cut anywhere, gzip or plain: whole lines are delivered in order, the cut is known, and nothing else is raised."""
    path = write(tmp_path_factory.mktemp("cut") / "s.gz", accounts)
    whole = gzip.decompress(path.read_bytes()) if plain else path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:at])
    try:
        snapshot = open_snapshot(path)
    except InputError as error:
        assert at < 200, "only a file without its whole first line is no snapshot"
        assert str(path) in str(error)
        return
    first = [line.account for line in snapshot.accounts()]
    assert first == [f"{n:012}" for n in range(len(first))]
    assert snapshot.truncated or len(first) == 3
    assert not (snapshot.truncated and at == len(whole))
    assert [line.account for line in snapshot.accounts()] == first


def test_reads_again_and_again(tmp_path: Path) -> None:
    """Accounts can be gone through twice; a file without an organization line has no organization."""
    path = write(tmp_path / "s.gz", [{}, {}, {}], organization=False)
    snapshot = open_snapshot(path)
    assert snapshot.organization is None
    assert len(list(snapshot.accounts())) == len(list(snapshot.accounts())) == 3
    assert not snapshot.truncated


def test_is_private_and_the_same_every_time(tmp_path: Path) -> None:
    """Only the owner may read it, even where a wider file stood before; the same facts give the same bytes."""
    path = tmp_path / "s.gz"
    path.write_text("old")
    path.chmod(0o644)
    first = write(path, [{"a": 1}]).read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert write(path, [{"a": 1}]).read_bytes() == first


def test_writes_where_nothing_can_be_synced() -> None:
    """A device is written to as it is: not truncated, synced or given other permissions."""
    before = Path(os.devnull).stat().st_mode
    write(Path(os.devnull), [{}])
    assert Path(os.devnull).stat().st_mode == before


def test_unwritable_path_is_named(tmp_path: Path) -> None:
    """A missing folder, and a folder in place of a file, are output errors that name the path."""
    for path in (tmp_path / "no" / "s.gz", tmp_path):
        with pytest.raises(OutputError, match=str(path)):
            SnapshotWriter(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_full_disk_is_named() -> None:
    """A disk that fills up is an output error, not a traceback."""
    with pytest.raises(OutputError, match="/dev/full"):
        write(Path("/dev/full"), [{}])


def test_plain_lines_written_by_hand(tmp_path: Path) -> None:
    """Uncompressed JSON lines are read as well, with or without an end of the last line."""
    whole = gzip.decompress(write(tmp_path / "s.gz", [{}, {}, {}]).read_bytes())
    path = tmp_path / "s.jsonl"
    for text in (whole, whole.rstrip(b"\n")):
        path.write_bytes(text)
        assert ids(path) == ["000000000000", "000000000001", "000000000002"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x1f\x8b", "cut within its first line"),
        (gzip.compress(b"")[:10] + b"\xff" * 40, "damaged"),
        (b"hello\n", "not a snapshot"),
        (gzip.compress(b"[1]\n"), "not a snapshot"),
        (gzip.compress(b'{"rootwarden": "snapshot/9"}\n'), "snapshot/9"),
    ],
    ids=["empty", "two bytes", "damaged", "plain text", "a list", "newer schema"],
)
def test_what_is_no_snapshot(tmp_path: Path, content: bytes, words: str) -> None:
    """Anything else is refused with the file's name and the reason."""
    path = tmp_path / "other.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        open_snapshot(path)
    assert str(path) in str(caught.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    """A file that is not there and a folder are named."""
    for path in (tmp_path / "none.gz", tmp_path):
        with pytest.raises(InputError, match=str(path)):
            open_snapshot(path)


def test_hand_edited_line_is_named(tmp_path: Path) -> None:
    """A syntax error in a finished line is an error with file and line, not a cut."""
    path = write(tmp_path / "s.gz", [{}])
    path.write_bytes(path.read_bytes() + gzip.compress(b'{"account": "1", "facts": {,}}\n') + gzip.compress(b"{}\n"))
    with pytest.raises(InputError, match="line 4"):
        ids(path)


def test_changed_byte_is_never_read_as_something_else(tmp_path: Path) -> None:
    """A flipped bit in compressed data is an error: gzip's checksum sees it."""
    path = write(tmp_path / "s.gz", [{"iam.account_summary": {"AccountMFAEnabled": 1}}])
    whole = path.read_bytes()
    expected = [json.dumps(sorted(line.facts)) for line in open_snapshot(path).accounts()]
    for at in range(len(whole) - 60, len(whole) - 12):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            seen = [json.dumps(sorted(line.facts)) for line in open_snapshot(path).accounts()]
        except InputError:
            continue
        assert seen in (expected, [])


@pytest.mark.parametrize("packed", [True, False])
def test_a_line_without_end_is_refused(tmp_path: Path, packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to gigabytes ends as an error, long before memory does; lines that end may add up."""
    monkeypatch.setattr(cut_lines, "LONGEST_LINE", 1 << 20)
    path = write(tmp_path / "s.gz", [{"a": "x" * 700_000}, {"a": "x" * 700_000}])
    assert len(ids(path)) == 2
    bomb = b'{"account": "1", "facts": {"a": "' + b"x" * (5 << 20)
    whole = path.read_bytes() if packed else gzip.decompress(path.read_bytes())
    path.write_bytes(whole + (gzip.compress(bomb) if packed else bomb))
    with pytest.raises(InputError, match="longer than 1 MiB"):
        ids(path)


@pytest.mark.parametrize("deep", [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 2000 + b"]" * 2000])
def test_deep_nesting_is_named_or_kept(tmp_path: Path, deep: bytes) -> None:
    """Nested deeper than Python can follow: an error with the line, or a fact that is not legible."""
    path = write(tmp_path / "s.gz", [])
    head = gzip.decompress(path.read_bytes())
    path.write_bytes(head + b'{"account": "111122223333", "facts": {"iam.account_summary": ' + deep + b"}}\n")
    try:
        facts = [Facts(line.facts).get("iam.account_summary")[0] for line in open_snapshot(path).accounts()]
    except InputError as error:
        assert "line 3" in str(error)
    else:
        assert isinstance(facts[0], Unknown)
    for line in (b'{"rootwarden": ' + deep + b"}\n", head.splitlines()[0] + b'\n{"organization": ' + deep + b"}\n"):
        path.write_bytes(line)
        with pytest.raises(InputError):
            open_snapshot(path)


@pytest.mark.parametrize(
    "instant", ["0001-01-01T00:00:00Z", "2005-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2026-11-23T00:00:00"]
)
def test_a_header_of_another_age_is_refused(tmp_path: Path, instant: str) -> None:
    """No arithmetic with times may leave the calendar; an instant without an offset is none."""
    path = write(tmp_path / "s.gz", [{}])
    whole = gzip.decompress(path.read_bytes())
    path.write_bytes(whole.replace(b"2026-11-23T00:00:00Z", instant.encode()))
    with pytest.raises(InputError, match="collected_at"):
        open_snapshot(path)


def test_an_account_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """Which of the two counts nobody can say; both lines are named."""
    path = write(tmp_path / "s.gz", [{}, {}])
    path.write_bytes(path.read_bytes() + gzip.compress(b'{"account": "000000000000", "facts": {}}\n'))
    with pytest.raises(InputError, match="line 3 and again on line 5"):
        ids(path)


def test_what_can_be_read_once_is_read_as_often_as_needed(tmp_path: Path) -> None:
    """A pipe is copied; two readers at once do not disturb each other, and no file is left."""
    pipe, path = tmp_path / "pipe", write(tmp_path / "s.gz", [{}, {}, {}])
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", "--no-preserve=all", str(path), str(pipe)]):
        snapshot = open_snapshot(pipe)
    both = list(zip(snapshot.accounts(), snapshot.accounts(), strict=True))
    assert [one.account for one, _ in both] == [other.account for _, other in both] == ids(path)
    assert not snapshot.truncated
    assert sorted(tmp_path.iterdir()) == [pipe, path]


def test_an_endless_device_is_no_snapshot() -> None:
    """Not copied until the disk is full."""
    with pytest.raises(InputError, match="not a snapshot"):
        open_snapshot("/dev/urandom")
