"""What a watch knows is written down beside its work, and holds nobody up."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rootwarden.aws.clock import SystemClock
from rootwarden.flows.watching import judging
from rootwarden.flows.watching.saving import Saver, saved
from rootwarden.model.context import Context
from rootwarden.store.opening import Store, StoreError, open_store
from rootwarden.store.states import Watcher
from tests.detections.scenes import DAY, SECOND, act, failed_sign_in
from tests.watching.desk import Watched


def saver(store: Store, told: list[Any]) -> Saver:
    """Return what writes a state down."""
    return Saver(store, "alerting", "", SystemClock(), lambda what, more: told.append((what, more)))


def test_lines_come_back_in_their_order_however_many(tmp_path: Path) -> None:
    """Several pieces of them; the batch with them."""
    store = open_store(str(tmp_path / "store.sqlite3"))
    lines = [json.dumps({"line": number, "filled": "x" * 100_000}).encode() for number in range(70)]
    one = saver(store, [])
    one.begin(7, iter(lines))
    one.finish()
    assert not one.failed
    found = saved(store, "alerting")
    assert found is not None
    assert (found[0], [*found[1]]) == (7, lines)
    store.close()


def test_who_begins_does_not_wait(tmp_path: Path) -> None:
    """It is busy until the last line is made; then what was made is kept."""
    store, go = open_store(str(tmp_path / "store.sqlite3")), Event()

    def lines() -> Any:
        go.wait(10)
        yield b"{}"

    one = saver(store, [])
    one.begin(1, lines())
    assert one.busy
    assert saved(store, "alerting") is None
    go.set()
    one.finish()
    assert not one.busy
    assert saved(store, "alerting") is not None
    store.close()


def test_a_defect_ends_the_program_and_a_store_that_fails_does_not(tmp_path: Path) -> None:
    """The one before counts on; whoever was ousted learns of it elsewhere."""
    store, told = open_store(str(tmp_path / "store.sqlite3")), []

    def breaks(error: Exception) -> Any:
        raise error
        yield b""

    one = saver(store, told)
    one.begin(1, breaks(StoreError("full", why="no room", todo="make room")))
    one.finish()
    assert one.failed
    assert [what for what, _ in told] == ["state-not-saved"]
    watcher = Watcher(store, "02RUN", DAY)
    ousted = Saver(store, "alerting", "01RUN", SystemClock(), lambda *_: None)
    ousted.begin(1, iter([b"{}"]))
    ousted.finish()
    assert ousted.failed
    watcher.close()
    one.begin(1, breaks(ArithmeticError("odd")))
    one.finish()
    with pytest.raises(ArithmeticError, match="odd"):
        _ = one.failed
    store.close()


def test_what_comes_while_it_is_written_is_gone_through_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is as it was when its writing began, however late its lines are made."""
    monkeypatch.setattr(judging, "_RECORDS", 3)
    watched, wait = Watched(tmp_path, Context()), Event()
    desk = watched.desk
    dump = desk._alerting.dump

    def slowly() -> Any:
        lines = dump()

        def one_by_one() -> Any:
            wait.wait(10)
            yield from lines

        return one_by_one()

    monkeypatch.setattr(desk._alerting, "dump", slowly)
    watched.come(*({"detail": failed_sign_in(DAY + timedelta(hours=one), SECOND)} for one in range(3)))
    desk.save()
    assert watched.come({"detail": act(DAY, SECOND)})
    desk.save()  # the first is still under way
    wait.set()
    until = time.monotonic() + 10
    while desk._saver.busy and time.monotonic() < until:
        time.sleep(0.01)
    again = watched.another_desk()
    assert again.recover() == 1
    assert again._alerting.watch.standing() == desk._alerting.watch.standing()
    assert not watched.come()
    desk.save_at_once()
    assert watched.another_desk().recover() == 0
