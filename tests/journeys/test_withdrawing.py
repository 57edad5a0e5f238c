"""Whoever was told that something will be deleted is told that it will not be: once, also after a kill."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from rootwarden.cli import main
from rootwarden.errors import RefusedError
from rootwarden.flows.withdrawing import Voices, withdrawn
from rootwarden.model.announced import Announced
from rootwarden.model.message import Message
from rootwarden.store.announcements import announcement_of, keep_announcement
from rootwarden.store.opening import Store, open_store
from rootwarden.store.states import save_state
from rootwarden.store.withdrawals import withdrawal_of
from tests.journeys.terminal import Answer

DIGEST = "3f2a9c1d07be" + "0" * 52
TITLE = "2: Delete root's password"
Cancel = Callable[..., Answer]


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(name="store")
def _store(place: Path) -> Iterator[Store]:
    """The store of that folder."""
    with closing(open_store(str(place / "kept.sqlite3"))) as store:
        yield store


@pytest.fixture(name="cancel")
def _cancel(place: Path, capsys: pytest.CaptureFixture[str]) -> Cancel:
    """Withdraw the announcement where these channels, each a file, are configured."""

    def run(*channels: str) -> Answer:
        lines = ["[watch]", 'store = "kept.sqlite3"']
        for name in channels:
            lines += [f"[channels.{name}]", 'kind = "file"', f'path = "{name}.jsonl"']
        (place / "rootwarden.toml").write_text("\n".join(lines))
        capsys.readouterr()
        return Answer(main.run(["runs", "cancel", "3f2a", "--yes"]), *capsys.readouterr())

    return run


def announced(store: Store, told: tuple[str, ...] | None, days: int = 0) -> Announced:
    """Announce a plan of which these channels were told."""
    at = datetime.now(UTC) - timedelta(days=days)
    one = Announced(digest=DIGEST, at=at, by="arn:eve", accounts=("2",), titles=(TITLE,), told=told)
    keep_announcement(store, one)
    return one


def heard(place: Path, name: str) -> list[dict[str, Any]]:
    """Return the messages that a channel took."""
    path = place / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_who_was_told_is_told(cancel: Cancel, store: Store, place: Path) -> None:
    """The channels of the announcement and no other: what was announced, when, by whom, and that it is off."""
    announced(store, ("people", "board", "former"))
    answer = cancel("people", "board", "newcomer")
    assert answer.code == 0, answer.err
    (told,) = heard(place, "people")
    assert "withdrawn: 1 change that cannot be taken back" in told["title"]
    assert TITLE in told["lines"] and any("by arn:eve" in line for line in told["lines"])
    assert told["may_repeat"] is False
    assert [len(heard(place, name)) for name in ("board", "newcomer")] == [1, 0]
    assert "former was told of the announcement and is not configured here" in answer.err
    assert (announcement_of(store, DIGEST), withdrawal_of(store, DIGEST)) == (None, None)
    assert cancel("people", "board").code == 2
    assert len(heard(place, "people")) == 1


def test_one_that_cannot_be_told_is_told_by_the_same_command(cancel: Cancel, store: Store, place: Path) -> None:
    """It is withdrawn all the same; 5 until everybody knows, and nobody hears of it twice."""
    announced(store, ("people", "deaf"))
    (place / "deaf.jsonl").mkdir()
    first = cancel("people", "deaf")
    assert first.code == 5, first.err
    assert "NOT told: deaf" in first.err and "`rootwarden runs cancel 3f2a9c1d07be` tells whom" in first.err
    assert announcement_of(store, DIGEST) is None
    (place / "deaf.jsonl").rmdir()
    again = cancel("people", "deaf")
    assert again.code == 0 and "is withdrawn already" in again.err
    assert [len(heard(place, name)) for name in ("people", "deaf")] == [1, 1]


@pytest.mark.parametrize(("told", "days", "times"), [(None, 0, 1), ((), 0, 0), (("people",), 8, 0)])
def test_whom_it_concerns(
    cancel: Cancel, store: Store, place: Path, told: tuple[str, ...] | None, days: int, times: int
) -> None:
    """Of an announcement by a former version everybody is told; of one that is over, or nobody heard of, nobody."""
    announced(store, told, days)
    assert cancel("people").code == 0
    assert len(heard(place, "people")) == times


# Killed while the second of three channels is told: the first has it, of the second nobody knows.
KILLED = """
import os, signal, sys
from rootwarden.flows.withdrawing import Voices, withdrawn

def tell(name, message):
    with open("heard", "a") as out:
        out.write(f"{name} {message.id} {message.may_repeat}\\n")
    if name == "b":
        os.kill(os.getpid(), signal.SIGKILL)
    return ""

withdrawn("kept.sqlite3", "3f2a", lambda _: True, Voices(("a", "b", "c"), tell))
"""


def test_killed_on_the_way_nobody_is_told_twice(store: Store, place: Path) -> None:
    """After kill -9 the first is not told again; the one in hand is, under the same id, and is told that it may be."""
    announced(store, ("a", "b", "c"))
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=place, check=False).returncode == -9
    assert announcement_of(store, DIGEST) is None
    before = [line.split() for line in (place / "heard").read_text().splitlines()]
    told: list[Message] = []

    def tell(name: str, message: Message) -> str:
        told.append(message)
        return ""

    found = withdrawn("kept.sqlite3", "3f2a", lambda _: pytest.fail("asked again"), Voices(("a", "b", "c"), tell))
    assert found is not None and found.before and found.told == ("b", "c")
    assert [one.may_repeat for one in told] == [True, False]
    assert {name for _, name, _ in before} == {one.id for one in told}
    assert [name for name, *_ in before] == ["a", "b"]
    assert withdrawal_of(store, DIGEST) is None


def test_two_at_once_tell_once(store: Store) -> None:
    """While one process is telling, another is refused."""
    announced(store, ("a",))

    def tell(*_: object) -> str:
        with pytest.raises(RefusedError, match="another process is telling"):
            withdrawn("kept.sqlite3", "3f2a", lambda _: True, Voices(("a",)))
        return ""

    found = withdrawn("kept.sqlite3", "3f2a", lambda _: True, Voices(("a",), tell))
    assert found is not None and found.told == ("a",)


def test_an_announcement_of_a_former_version_is_read(store: Store) -> None:
    """One that does not tell the names of channels is one of which they are not known."""
    one = announced(store, ())
    kept = json.loads(msgspec.json.encode(one))
    del kept["told"]
    save_state(store, f"announced-{DIGEST[:40]}", json.dumps(kept).encode(), one.at)
    assert announcement_of(store, DIGEST) == replace(one, told=None)
