"""What a watch knows is written down beside its work, and holds nobody up."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rootwarden.aws.clock import SystemClock
from rootwarden.flows.watching import saving
from rootwarden.flows.watching.numbers import Numbers
from rootwarden.flows.watching.saving import Saver, saved
from rootwarden.model.context import Context
from rootwarden.store.opening import Store, StoreError, open_store
from rootwarden.store.states import Watcher
from tests.detections.scenes import DAY, SECOND, act, failed_sign_in
from tests.watching.desk import Watched


def saver(store: Store, told: list[Any], run: str = "") -> Saver:
    """Return what writes a state down."""
    return Saver(store, "alerting", run, SystemClock(), lambda what, more: told.append((what, more)), Numbers().state)


def wait(one: Saver) -> None:
    """Wait until it is not busy any more, as a watch does that goes on."""
    until = time.monotonic() + 10
    while one.busy and time.monotonic() < until:
        time.sleep(0.01)
    assert not one.busy


def lines_of(sizes: Sequence[int]) -> list[bytes]:
    """Return lines so long."""
    return [str(number % 10).encode() * size for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    "sizes",
    [[100_000] * 70, [1 << 21], [1 << 20] * 4, [5], [(1 << 21) - 1, 1], [1] * 3000, [3 << 20, 1]],
    ids=["many", "one that fills a piece", "the last fills a piece", "little", "just", "short", "one left over"],
)  # fmt: skip
def test_lines_come_back_in_their_order_however_many(tmp_path: Path, sizes: list[int]) -> None:
    """In one piece or several, wherever they end; the batch with them."""
    store, lines = open_store(str(tmp_path / "store.sqlite3")), lines_of(sizes)
    one = saver(store, [])
    one.came(1)
    one.finish(lambda: (7, iter(lines)))
    found = saved(store, "alerting")
    assert found is not None
    assert (found[0], [*found[1]]) == (7, lines)
    store.close()


def test_who_begins_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is busy until the last line is made; then what was made is kept, and no other is begun meanwhile."""
    monkeypatch.setattr(saving, "_RECORDS", 1)
    store, go = open_store(str(tmp_path / "store.sqlite3")), Event()

    def lines() -> Iterator[bytes]:
        go.wait(10)
        yield b"{}"

    one = saver(store, [])
    one.turn(lambda: (1, lines()))
    assert not one.busy  # nothing came
    one.came(1)
    one.turn(lambda: (1, lines()))
    one.came(1)
    one.turn(lambda: (2, lines()))
    assert one.busy
    assert saved(store, "alerting") is None
    go.set()
    wait(one)
    assert (saved(store, "alerting") or (0,))[0] == 1
    store.close()


def breaks(error: Exception) -> Iterator[bytes]:
    """Yield a line, then fail."""
    yield b"{}"
    raise error


def test_a_store_that_fails_is_tried_again_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state before counts on, and what the new one knew is not forgotten."""
    monkeypatch.setattr(saving, "_RECORDS", 2)
    store, told = open_store(str(tmp_path / "store.sqlite3")), list[Any]()
    one = saver(store, told)
    one.came(2)
    one.finish(lambda: (1, iter([b"{}"])))
    one.came(2)
    one.turn(lambda: (2, breaks(StoreError("full", why="no room", todo="make room"))))
    wait(one)
    assert [what for what, _ in told] == ["state-not-saved"]
    for _ in range(3):
        one.turn(lambda: (3, iter([b"{}"])))
        assert not one.busy
    monkeypatch.setattr(saving, "_PAUSE", 0.0)
    assert (saved(store, "alerting") or (0,))[0] == 1
    one.finish(lambda: (3, iter([b"{}"])))
    assert (saved(store, "alerting") or (0,))[0] == 3
    store.close()


def test_a_defect_ends_the_program(tmp_path: Path) -> None:
    """Else no state would ever be written again, and nobody would know."""
    store, told = open_store(str(tmp_path / "store.sqlite3")), list[Any]()
    one = saver(store, told)
    one.came(1)
    one.finish(lambda: (1, breaks(ArithmeticError("odd"))))
    with pytest.raises(ArithmeticError, match="odd"):
        one.turn(lambda: (1, iter([b"{}"])))
    assert told == []
    store.close()


def test_an_ousted_watcher_takes_nothing_from_its_successor(tmp_path: Path) -> None:
    """Not even the pieces of a state that is not finished yet."""
    store, between = open_store(str(tmp_path / "store.sqlite3")), list[bool]()
    Watcher(store, "01RUN", DAY).close()
    old, new = saver(store, [], "01RUN"), saver(store, [], "02RUN")
    lines = lines_of([3 << 20, 3 << 20, 5])

    def one_by_one() -> Iterator[bytes]:
        yield from lines[:2]
        old.came(1)
        old.finish(lambda: (9, iter([b"{}"])))
        between.append(True)
        yield lines[2]

    watcher = Watcher(store, "02RUN", DAY)
    new.came(1)
    new.finish(lambda: (5, one_by_one()))
    found = saved(store, "alerting")
    assert between
    assert found is not None
    assert (found[0], [*found[1]]) == (5, lines)
    watcher.close()
    store.close()


def test_what_comes_while_it_is_written_is_gone_through_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is as it was when its writing began, however late its lines are made."""
    monkeypatch.setattr(saving, "_RECORDS", 3)
    watched, go = Watched(tmp_path, Context()), Event()
    desk = watched.desk
    dump = desk._alerting.dump

    def slowly() -> Any:
        lines = dump()

        def one_by_one() -> Any:
            go.wait(10)
            yield from lines

        return one_by_one()

    monkeypatch.setattr(desk._alerting, "dump", slowly)
    watched.come(*({"detail": failed_sign_in(DAY + timedelta(hours=one), SECOND)} for one in range(3)))
    desk.save()
    assert watched.come({"detail": act(DAY, SECOND)})
    desk.save()  # the first is still under way
    go.set()
    wait(desk._saver)
    again = watched.another_desk()
    assert again.recover() == 1
    assert again._alerting.watch.standing() == desk._alerting.watch.standing()
    assert not watched.come()
    desk.save_at_once()
    assert watched.another_desk().recover() == 0
