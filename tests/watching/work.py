"""A watch at work in this process: a folder that records come into, a file that people read, and hands on its clock."""

from __future__ import annotations

import json
import os
import queue
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rootwarden.aws.opening import Way
from rootwarden.flows.notifying import NotifyRequest
from rootwarden.flows.watching import running
from rootwarden.flows.watching.plan import LATENESS, WatchRequest
from rootwarden.model.context import Context
from rootwarden.store.opening import Store, open_store
from tests.detections.scenes import DAY, Record, sign_in

START = DAY + timedelta(hours=9)
PATIENCE = 10.0  # seconds after which what should have happened has not

Said = queue.Queue[tuple[str, dict[str, Any]]]


class Hands:
    """A clock that goes on as any other, can be put forward, and lets nobody sleep long."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._began, self._ahead = start, time.monotonic(), timedelta()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began) + self._ahead

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead.total_seconds()

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.02))

    def forward(self, by: timedelta) -> None:
        """Put it forward."""
        self._ahead += by


class Work:
    """A watch that runs in a thread of its own; what it says is waited for."""

    def __init__(
        self, place: Path, clock: Hands, watching: running.Watching, said: queue.Queue[tuple[str, dict[str, Any]]]
    ):
        self.place, self.clock, self.watching = place, clock, watching
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.failure: BaseException | None = None
        self._queue = said
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.watching.run()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.failure = error
        self._queue.put(("over", {}))

    @property
    def store(self) -> Store:
        return self.watching.store

    def until(self, event: str, **about: Any) -> dict[str, Any]:
        """Wait until the watch says that something happened, after all that was waited for before."""
        while True:
            try:
                said, found = self._queue.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"no {event} {about}; it said {self.said}") from self.failure
            self.said.append((said, found))
            if said == event and about.items() <= found.items():
                return found
            if said == "over":
                raise AssertionError(f"no {event} {about}, and it is over; it said {self.said}") from self.failure

    def turned(self) -> None:
        """Wait until it has looked at everything twice."""
        for _ in range(2):
            before, deadline = self.watching.numbers.beat._value.get(), time.monotonic() + PATIENCE
            while self.watching.numbers.beat._value.get() == before:
                assert time.monotonic() < deadline
                time.sleep(0.01)

    def forward(self, by: timedelta) -> None:
        """Put the clock forward, and have the watch look at it."""
        self.clock.forward(by)
        self.turned()

    def stop(self) -> None:
        """Have it end in order."""
        self.watching.stop()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def put(place: Path, name: str, *records: Record, content: bytes | None = None) -> None:
    """Put a file of records into the folder, whole and a while ago."""
    folder = place / "in"
    folder.mkdir(exist_ok=True)
    path = place / f"{name}.new"
    path.write_bytes(content if content is not None else json.dumps({"Records": records}).encode())
    long_ago = (DAY - timedelta(days=1)).timestamp()
    os.utime(path, (long_ago, long_ago))
    path.rename(folder / name)


def told(place: Path, channel: str = "people") -> list[dict[str, Any]]:
    """Return the messages that a file channel holds."""
    path = place / f"{channel}.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def entered(clock: Hands, account: str = "111122223333", **fields: Any) -> Record:
    """Return root signing in a minute ago."""
    return sign_in(clock.now().replace(microsecond=0) - timedelta(minutes=1), account, **fields)


def file_channel(place: Path, name: str = "people", **more: Any) -> dict[str, Any]:
    """Return a channel that writes to a file."""
    return {name: {"kind": "file", "path": str(place / f"{name}.jsonl"), **more}}


@contextmanager
def at_work(
    place: Path,
    clock: Hands,
    *,
    store: str = "",
    channels: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    fails: bool = False,
    screen: Any = print,
    **more: Any,
) -> Iterator[Work]:
    """Run a watch over the folder `in`, until the block ends; `fails`: it is to end by itself."""
    (place / "in").mkdir(exist_ok=True)
    said: Said = queue.Queue()
    given = file_channel(place) if channels is None else channels
    fields: dict[str, Any] = {
        "sources": [str(place / "in")], "store": store or str(place / "store.sqlite3"), "way": Way(),
        "context": Context(lateness=LATENESS, windows=()),
        "notify": NotifyRequest(
            channels=given, source="test.toml", environment=environment or {}, way=Way(), screen=screen
        ),
        "log": lambda event, about: said.put((event, dict(about))),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "_TURN", 0.02)  # a turn that waits for records waits less long
        work = Work(place, clock, running.Watching(WatchRequest(**fields | more), clock), said)
        try:
            yield work
        finally:
            work.stop()
    assert (work.failure is not None) is fails, work.failure


@contextmanager
def looking(place: Path, store: str = "") -> Iterator[Store]:
    """Open the store of a watch that has ended."""
    found = open_store(store or str(place / "store.sqlite3"))
    yield found
    found.close()
