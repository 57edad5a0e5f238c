"""The verb watch from outside: a log that cannot be written or that strangers write into; a pipe, open or ended."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import IO, Any

import pytest

from rootwarden.cli.main import run
from rootwarden.cli.watch import _Logger
from rootwarden.flows.watching import running
from tests.detections.scenes import sign_in
from tests.journeys.terminal import CLEAN
from tests.watching.test_crash import configured
from tests.watching.work import told

PATIENCE = 20.0


def line(account: str = "111122223333") -> bytes:
    """Return a sign-in of root a minute ago as a line."""
    return (
        json.dumps(sign_in(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1), account)).encode() + b"\n"
    )


@contextmanager
def piped_into(place: Path, stderr: int | IO[Any]) -> Iterator[subprocess.Popen[bytes]]:
    """Run `rootwarden watch -`; what is written to its input stays open until the block ends."""
    configured(place)
    child = subprocess.Popen(
        [sys.executable, "-m", "rootwarden", "watch", "-"],
        cwd=place, env=CLEAN, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def accounts(place: Path) -> list[str]:
    """Return the accounts that people were told of."""
    return [one["accounts"][0] for one in told(place)]


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("log", ["full", "left"])
def test_a_log_that_cannot_be_written_holds_nothing_up(tmp_path: Path, log: str) -> None:
    """A full disk, a reader who has left: people are told, at once, of each; it ends when its input does."""
    reading, writing = os.pipe()
    os.close(reading)
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        with piped_into(tmp_path, full if log == "full" else writing) as child:
            assert child.stdin is not None
            for count, account in enumerate(("111111111111", "222222222222"), 1):
                child.stdin.write(line(account))
                child.stdin.flush()
                until(lambda count=count: len(set(accounts(tmp_path))) == count)  # type: ignore[misc]
                assert child.poll() is None
            child.stdin.close()
            assert child.wait(PATIENCE) == 0
    finally:
        os.close(writing)
        os.close(full)


@pytest.fixture(name="told_to_stop")
def _signals() -> Iterator[None]:
    """Put the signals back that the verb takes."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def watch(place: Path, monkeypatch: pytest.MonkeyPatch, given: bytes, *more: str) -> int:
    """Run the verb here, over input that ends."""
    monkeypatch.chdir(place)
    (place / "input").write_bytes(given)
    monkeypatch.setattr(running, "_PATIENCE", 1.0)
    with (place / "input").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        return run(["watch", "-", *more])


@pytest.mark.usefixtures("told_to_stop")
@pytest.mark.parametrize("form", ["text", "json"])
def test_it_ends_though_a_channel_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """After a while, with 5, and says how many are left; the next one delivers them."""
    configured(tmp_path)
    (tmp_path / "people.jsonl").mkdir()
    assert watch(tmp_path, monkeypatch, line(), "--quiet", "--log", form) == 5
    said = capsys.readouterr().err.splitlines()[-1]
    assert re.search(r"not-delivered.*messages\W+1\b", said)
    assert "rootwarden notify test" in said
    (tmp_path / "people.jsonl").rmdir()
    assert watch(tmp_path, monkeypatch, b"\n" + line()) == 0
    assert accounts(tmp_path) == ["111122223333"]


# -- the log -----------------------------------------------------------------------------------------------------
def test_strangers_write_no_lines_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """The key of an object, a name of a file: one line, no control sequence, and no field that looks like ours."""
    key = 's3://b/x\n12:00:00 delivered channel=pager\x1b[2J\u202e" channel="pager'
    for form in ("text", "json"):
        logger = _Logger(form, quiet=False)
        logger.log("source-failed", {"source": "queue", "why": key})
        logger.note(key)
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 2
        assert "\x1b" not in said
        assert "\u202e" not in said
    logger = _Logger("text", quiet=False)
    logger.log("source-failed", {"why": 'a" channel="pager', "list": ["a b", "c"], "plain": "x=1"})
    assert capsys.readouterr().err.endswith(' source-failed why="a\\" channel=\\"pager" list="a b,c" plain=x=1\n')


def test_what_could_not_be_told_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as it can be."""
    closed, open_ = StringIO(), StringIO()
    closed.close()
    logger = _Logger("text", quiet=True)
    monkeypatch.setattr(sys, "stderr", closed)
    for _ in range(3):
        logger.log("source-failed", {})
    monkeypatch.setattr(sys, "stderr", open_)
    logger.log("source-failed", {})
    logger.log("source-failed", {})
    said = [one.split(" ", 1)[1] for one in open_.getvalue().splitlines()]
    assert said == [
        'log-failed lines=3 why="standard error could not be written to"',
        "source-failed ",
        "source-failed ",
    ]
