"""The program is killed while it watches: nothing is lost, and what may come twice says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from rootwarden.store import casebook
from tests.detections.scenes import failed_sign_in, sign_in
from tests.journeys.terminal import CLEAN
from tests.watching.work import looking, put, told

PATIENCE, SEED = 30.0, 20261125
ACCOUNTS = 12


def configured(place: Path) -> None:
    """Write the configuration of one channel."""
    (place / "rootwarden.toml").write_text(f'[channels.people]\nkind = "file"\npath = "{place / "people.jsonl"}"\n')


@contextmanager
def program(place: Path, store: str) -> Iterator[subprocess.Popen[str]]:
    """Run `rootwarden watch` in a process of its own, killed at the end if nobody ended it."""
    command = [sys.executable, "-m", "rootwarden", "watch", str(place / "in"), "--store", store, "--log", "json"]
    child = subprocess.Popen(command, cwd=place, env=CLEAN, stderr=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def until(child: subprocess.Popen[str], event: str) -> None:
    """Wait until the program says that something happened."""
    assert child.stderr is not None
    said = []
    for line in child.stderr:
        said.append(line)
        if json.loads(line)["event"] == event:
            return
    raise AssertionError(f"it ended without {event}: {said}")


def records() -> list[dict[str, object]]:
    """Return root's doings in a dozen accounts in the last hour, each from an address of its own."""
    now, found = datetime.now(UTC).replace(microsecond=0), []
    for number in range(ACCOUNTS):
        account, source = f"{100_000_000_000 + number}", f"198.51.100.{number}"
        moment = now - timedelta(minutes=50 - number)
        found.append(sign_in(moment, account, sourceIPAddress=source))
        found += [
            failed_sign_in(moment - timedelta(seconds=one), account, sourceIPAddress=source, tag=str(one))
            for one in range(1, 4)
        ]
    return found


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_killed_and_started_again(tmp_path: Path, where: str, request: pytest.FixtureRequest):
    """Four times, at any moment: every record is kept once, every incident told, and no message twice unmarked."""
    store = str(tmp_path / "store.sqlite3") if where == "sqlite" else request.getfixturevalue("postgres").database()
    (tmp_path / "in").mkdir()
    configured(tmp_path)
    scene, dice = records(), Random(SEED)
    quarter = len(scene) // 4
    for number in range(4):
        with program(tmp_path, store) as child:
            until(child, "watching")
            put(tmp_path, f"{number}.json", *scene[number * quarter : (number + 1) * quarter])
            time.sleep(dice.uniform(0.0, 0.6))  # the moment is the point
            child.kill()
    with program(tmp_path, store) as child:
        deadline = time.monotonic() + PATIENCE
        until(child, "watching")
        while not all_told(store):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 0
    with looking(tmp_path, store) as kept:
        cases = casebook.cases(kept, most=1000)
        alerts = [one for case in cases for one in casebook.alerts_of(kept, case.id)[0]]
    counted = {event for one in alerts for event in one.alert.event_ids}
    assert len(counted) == len(scene)
    assert {case.id for case in cases} <= {one["thread"] for one in told(tmp_path)}
    repeats = Counter(one["id"] for one in told(tmp_path))
    again = [one for one in told(tmp_path) if one["may_repeat"]]
    assert all(repeats[name] == 1 or sum(one["id"] == name for one in again) >= repeats[name] - 1 for name in repeats)
    assert len(told(tmp_path)) - len(repeats) <= 4  # one for each time it was killed


def all_told(store: str) -> bool:
    """Return whether every record is judged and nothing waits to be told, as another process sees it."""
    with looking(Path(), store) as kept:
        if len(casebook.cases(kept, most=1000)) < ACCOUNTS:
            return False
        with kept.read() as connection:
            ask = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM outbox WHERE state <> 'delivered')"
            return tuple(connection.exec_driver_sql(ask).one()) == (ACCOUNTS * 4, 0)


def test_it_ends_in_order_when_asked_to(tmp_path: Path):
    """SIGTERM and Ctrl-C: what came in is kept, exit 0, and the next one has nothing to go through again."""
    (tmp_path / "in").mkdir()
    configured(tmp_path)
    store = str(tmp_path / "store.sqlite3")
    for number, how in enumerate((signal.SIGTERM, signal.SIGINT)):
        with program(tmp_path, store) as child:
            until(child, "watching")
            put(tmp_path, f"{number}.json", records()[number * 4])
            until(child, "delivered")
            os.kill(child.pid, how)
            until(child, "ended")
            assert child.wait(PATIENCE) == 0
    with program(tmp_path, store) as child:
        assert child.stderr is not None
        first = next(json.loads(line) for line in child.stderr if json.loads(line)["event"] == "watching")
        assert first["again"] == 0
