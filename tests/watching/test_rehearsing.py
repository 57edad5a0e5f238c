"""The drills that a watch runs by itself: when they are due, and what people are told when something goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.opening import Way
from rootwarden.errors import RefusedError
from rootwarden.flows.drilling.plan import DrillRequest
from rootwarden.flows.notifying import NotifyRequest
from rootwarden.flows.watching import rehearsing
from rootwarden.flows.watching.plan import Rehearsal, WatchRequest
from rootwarden.flows.watching.rehearsing import Rehearsals
from rootwarden.flows.watching.tellers import Links, Taker, Tellers
from rootwarden.model.context import Context
from rootwarden.model.drill import Drill, Hop, Marks, Method, Passed
from rootwarden.model.findings import Severity
from rootwarden.model.message import Message
from rootwarden.store.opening import Store, StoreError, open_store
from rootwarden.store.runs import begin_drill, end_drill


class Ring:
    """Stands in for a drill: what comes of each, in turn; one that went through is kept as a real one is."""

    def __init__(self, store: Store, *ends: Exception | bool) -> None:
        self._store, self._ends, self.rung = store, [*ends], 0

    def __call__(self, request: DrillRequest, *_: Any) -> Ring:
        return self

    def run(self, say: Any) -> Drill:
        self.rung += 1
        end = self._ends.pop(0)
        if isinstance(end, Exception):
            raise end
        now = SystemClock().now()
        hop = Hop(name="record", state=Passed.PASSED if end else Passed.FAILED, detail="" if end else "nothing came")
        drill = Drill(
            id=f"drill-{self.rung}", method=Method.SYNTHETIC, path="event bus of us-east-1", account="1", region="r",
            started=now, finished=now, hops=(hop,), cleaned=True, configuration="as it is",
        )  # fmt: skip
        begin_drill(self._store, Marks(drill=drill.id, begins=now, ends=now))
        end_drill(self._store, drill)
        return drill


class Rehearsed(msgspec.Struct):
    """The thread of drills with a store of its own, and how to look at what it told."""

    store: Store
    thread: Rehearsals
    ring: Ring

    def told(self, count: int, seconds: float = 5) -> list[Message]:
        """Wait until so much was told."""
        until = time.monotonic() + seconds
        found: list[Message] = []
        while len(found) < count and time.monotonic() < until:
            with self.store.read() as connection:
                rows = connection.execute(text("SELECT body FROM outbox ORDER BY created, id"))
                found = [msgspec.json.decode(row[0], type=Message) for row in rows]
            time.sleep(0.02)
        return found

    def wait(self, times: int) -> None:
        """Wait until it rang so often."""
        until = time.monotonic() + 5
        while self.ring.rung < times and time.monotonic() < until:
            time.sleep(0.02)
        assert self.ring.rung == times


@pytest.fixture(name="rehearsed")
def _rehearsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(rehearsing, "_FIRST", 0.02)
    monkeypatch.setattr(rehearsing, "_LOOK", 0.02)
    url = str(tmp_path / "store.sqlite3")
    store, begun = open_store(url), list[Rehearsals]()

    def begin(*ends: Exception | bool, again: timedelta = timedelta()) -> Rehearsed:
        monkeypatch.setattr(rehearsing, "_AGAIN", again)
        ring = Ring(store, *ends)
        monkeypatch.setattr(rehearsing, "Running", ring)
        notify = NotifyRequest(channels={}, source="", environment={}, way=Way(), screen=print)
        request = WatchRequest(sources=(), store=url, way=Way(), context=Context(), notify=notify)
        drill = DrillRequest(
            method=Method.SYNTHETIC, store=url, way=Way(), region="us-east-1", configuration="as it is"
        )  # fmt: skip
        tellers = Tellers((Taker("people", frozenset(Severity)),), Links("", b"k" * 32))
        plan = Rehearsal(drill, timedelta(days=28))
        thread = Rehearsals(plan, request, store, tellers, SystemClock())
        begun.append(thread)
        thread.start()
        return Rehearsed(store, thread, ring)

    yield begin
    for thread in begun:
        thread.stop(5)
    store.close()


def test_once_while_it_is_young(rehearsed: Any) -> None:
    """However often it is looked, and nobody is told."""
    one = rehearsed(True, True)
    one.wait(1)
    time.sleep(0.3)
    assert one.ring.rung == 1
    assert one.told(0) == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RefusedError("the alarm rings already", why="it does", todo="see why"), "the alarm rings already"),
        (OSError("no route to host"), "a defect of Rootwarden's: OSError: no route to host"),
        (ValueError("odd"), "a defect of Rootwarden's: ValueError: odd"),
    ],
)
def test_what_cannot_be_run_is_told_and_the_watch_goes_on(rehearsed: Any, error: Exception, words: str) -> None:
    """Whatever it was; and when one passes again, that is told too, in the same thread."""
    one = rehearsed(error, False, True)
    could_not, failed, cleared = one.told(3)
    assert "could not be run" in could_not.title
    assert words in could_not.lines[0]
    assert "failed" in failed.title
    assert "it broke at: record; nothing came" in failed.lines[0]
    assert (cleared.occasion.value, cleared.severity) == ("cleared", Severity.HIGH)
    assert could_not.thread == failed.thread == cleared.thread
    time.sleep(0.2)
    assert one.ring.rung == 3


def test_after_one_that_failed_a_day_is_waited(rehearsed: Any) -> None:
    """People know by then."""
    one = rehearsed(False, True, again=timedelta(days=1))
    assert len(one.told(1)) == 1
    time.sleep(0.2)
    assert one.ring.rung == 1


def test_one_that_the_store_broke_off_is_tried_again_at_once(rehearsed: Any) -> None:
    """It says nothing of the chain; nor does one that only began before the watch was killed."""
    one = rehearsed(StoreError("gone", why="away", todo="wait"), True, again=timedelta(days=1))
    one.wait(2)
    assert one.told(0) == []
