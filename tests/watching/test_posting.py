"""Delivery: in order, whatever store and channels do; nothing stays under way, nothing critical is held up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from rootwarden.flows.watching.numbers import Numbers
from rootwarden.flows.watching.posting import Post
from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError, Message, Occasion, Receipt
from rootwarden.store import outbox
from rootwarden.store.intake import Ready, put_messages
from rootwarden.store.opening import Store, StoreError, open_store
from rootwarden.store.tables import outbox as table
from tests.store.samples import message
from tests.watching.work import PATIENCE, Hands

Sends = Callable[[Message], None]


def takes(_: Message) -> None:
    """Take everything."""


class Told:
    """A channel: what it says to a message, and what it took."""

    def __init__(self, name: str, says: Sends, got: list[Message]) -> None:
        self.name, self._says, self._got = name, says, got

    def send(self, one: Message) -> Receipt:
        self._says(one)
        self._got.append(one)
        return Receipt()

    def close(self) -> None:
        """Nothing is open."""


class Office:
    """A post office over a store: what its channels took, and what it logged."""

    def __init__(self, place: Path, **channels: Sends) -> None:
        self.clock, self.numbers = Hands(), Numbers()
        self.store: Store = open_store(str(place / "store.sqlite3"))
        self.got: dict[str, list[Message]] = {name: [] for name in channels}
        self.logged: list[tuple[str, dict[str, Any]]] = []
        self.post = Post(
            self.store, self.clock, self.numbers, lambda event, about: self.logged.append((event, dict(about)))
        )
        self._says = channels

    def open(self) -> None:
        self.post.start({
            name: (Told(name, says, self.got[name]), Told(name, says, self.got[name]))
            for name, says in self._says.items()
        })  # fmt: skip

    def put(self, *names: str, channel: str = "chat", critical: bool = False, **fields: Any) -> None:
        """Put messages into the outbox, one after the other; each of a thread of its own unless it is given."""
        for name in names:
            given = {"thread": f"inc-{name}", "severity": Severity.CRITICAL if critical else Severity.HIGH} | fields
            now = self.clock.now()
            with self.store.write() as connection:
                put_messages(connection, [Ready(channel, message(name, **given), critical, now)], now)
        self.post.wake()

    def until(self, what: Callable[[], object]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < deadline, (self.took(), self.logged, self.states())
            assert self.post.failure is None, self.post.failure
            time.sleep(0.01)

    def took(self, channel: str = "chat") -> list[str]:
        return [one.id for one in self.got[channel]]

    def states(self) -> dict[str, str]:
        with self.store.read() as connection:
            return {row.id: row.state for row in connection.execute(select(table))}

    def count(self, event: str) -> int:
        return sum(one == event for one, _ in self.logged)


@contextmanager
def office(place: Path, *, opened: bool = True, **channels: Sends) -> Iterator[Office]:
    """Run a post office until the block ends."""
    one = Office(place, **channels or {"chat": takes})
    if opened:
        one.open()
    try:
        yield one
    finally:
        one.post.stop(PATIENCE)
        one.store.close()


@contextmanager
def gone(store: Store) -> Iterator[Callable[[], None]]:
    """Take the table of messages away; gives the way to put it back."""

    def back() -> None:
        with store.write() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))

    with store.write() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    yield back


# -- a store that does not answer --------------------------------------------------------------------------------
@pytest.mark.parametrize("refused", [True, False])
def test_what_became_of_a_message_is_written_when_the_store_is_back(tmp_path: Path, refused: bool) -> None:
    """It was refused or taken while the store was gone: sent again in the first case, and not in the second."""
    back: list[Callable[[], None]] = []

    def says(one: Message) -> None:
        if not back:
            with gone(work.store) as found:
                back.append(found)
            if refused:
                raise DeliveryError("HTTP 503")

    with office(tmp_path, chat=says) as work:
        work.put("1", critical=True)
        work.until(lambda: work.count("store-failed") >= 2)
        assert work.took() == ([] if refused else ["1"])
        back[0]()
        work.until(lambda: work.states() == {"1@chat": "delivered"})
        work.put("2", critical=True)
        work.until(lambda: work.took() == ["1", "2"])
        assert not any(one.may_repeat for one in work.got["chat"])


def test_a_lane_takes_nothing_else_before(tmp_path: Path) -> None:
    """As long as it is not written what became of one, the next one waits; the channel's other lane goes on."""
    back: list[Callable[[], None]] = []

    def says(one: Message) -> None:
        if one.id == "1":
            with gone(work.store) as found:
                back.append(found)

    with office(tmp_path, opened=False, chat=says) as work:
        work.put("1", "2")
        work.open()
        work.until(lambda: work.count("store-failed") >= 2)
        assert work.took() == ["1"]
        back[0]()
        work.until(lambda: work.took() == ["1", "2"])


def test_what_was_marked_and_not_sent_does_not_stay_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store marks it as being sent, and the answer is lost on its way."""
    take, lost = outbox.take, list[Any]()

    def sometimes(*given: Any, **more: Any) -> Any:
        found = take(*given, **more)
        if found is not None and not lost:
            lost.append(found)
            raise StoreError("the store does not answer", why="the connection was lost")
        return found

    monkeypatch.setattr(outbox, "take", sometimes)
    with office(tmp_path) as work:
        work.put("1")
        work.until(lambda: work.states() == {"1@chat": "delivered"})
        assert lost
        assert work.took() == ["1"]


# -- a channel that does not take it -----------------------------------------------------------------------------
@pytest.mark.parametrize("retryable", [False, True])
def test_what_nobody_wants_holds_nothing_critical_up(tmp_path: Path, retryable: bool) -> None:
    """A channel that refuses lesser messages for good, or fails over them, takes a critical one at once."""

    def says(one: Message) -> None:
        if one.id.startswith("low"):
            raise DeliveryError("HTTP 400", retryable=retryable)

    with office(tmp_path, chat=says) as work:
        work.put(*(f"low{number}" for number in range(7)))
        work.until(lambda: work.count("delivery-failed") >= 5)
        began = time.monotonic()
        work.put("crit", critical=True)
        work.until(lambda: work.took() == ["crit"])
        assert time.monotonic() - began < 2


def test_refusals_for_good_leave_no_channel_alone(tmp_path: Path) -> None:
    """The seventh is tried like the first; the channel answers, after all."""

    def says(one: Message) -> None:
        if one.id != "good":
            raise DeliveryError("HTTP 400", retryable=False)

    with office(tmp_path, chat=says) as work:
        work.put(*(f"bad{number}" for number in range(7)), "good")
        work.until(lambda: work.took() == ["good"])
        assert work.numbers.broken.labels("chat")._value.get() == 0


def test_a_critical_message_always_gets_a_try(tmp_path: Path) -> None:
    """Also while its lane is left alone, because other critical ones failed; lesser ones wait then."""

    def says(one: Message) -> None:
        if one.id.startswith("down"):
            raise DeliveryError("HTTP 503")

    with office(tmp_path, chat=says) as work:
        work.put(*(f"down{number}" for number in range(6)), critical=True)
        work.until(lambda: work.count("delivery-failed") >= 6)
        assert work.numbers.broken.labels("chat")._value.get() == 1
        work.put("news", critical=True)
        work.until(lambda: work.took() == ["news"])


def test_of_a_thread_nothing_overtakes(tmp_path: Path) -> None:
    """An alert that fails twice comes before its update and its all-clear; another thread does not wait."""
    failures = iter(range(2))

    def says(one: Message) -> None:
        if one.id == "1-alert" and next(failures, None) is not None:
            raise DeliveryError("HTTP 503")

    with office(tmp_path, opened=False, chat=says) as work:
        work.put("1-alert", thread="inc-1", critical=True)
        work.put("2-update", thread="inc-1", occasion=Occasion.UPDATE)
        work.put("3-clear", thread="inc-1", occasion=Occasion.CLEARED)
        work.put("other")
        work.open()
        work.until(lambda: len(work.took()) == 4)
        assert [name for name in work.took() if name != "other"] == ["1-alert", "2-update", "3-clear"]
        assert work.took()[0] == "other"


# -- giving up ---------------------------------------------------------------------------------------------------
def test_what_is_given_up_is_told_once_to_the_others(tmp_path: Path) -> None:
    """With all that it said; and the news of it is not told of again when that is given up too."""

    def down(one: Message) -> None:
        raise DeliveryError("HTTP 500: the receiver says no")

    with office(tmp_path, chat=down, pager=takes, mail=down) as work:
        work.put("1", lines=("Who: root",), critical=True)
        work.until(lambda: work.count("delivery-failed"))
        work.clock.forward(timedelta(days=3, minutes=6))
        work.post.wake()
        work.until(lambda: work.took("pager"))
        work.until(lambda: work.states()["1@chat"] == "given-up")
        (news,) = work.got["pager"]
        assert news.title == "Not delivered to chat: Root signed in"
        assert news.thread == "inc-1"
        assert news.severity is Severity.CRITICAL
        assert "the receiver says no" in news.lines[0]
        assert "Who: root" in news.lines
        work.clock.forward(timedelta(days=3, minutes=6))
        work.post.wake()
        work.until(lambda: work.states()[f"{news.id}@mail"] == "given-up")
        assert len(work.states()) == 3


def test_a_channel_that_is_down_for_days_floods_no_other(tmp_path: Path) -> None:
    """A few an hour are told, and everything that is critical."""

    def down(one: Message) -> None:
        raise DeliveryError("HTTP 500", retryable=False)

    with office(tmp_path, chat=down, pager=takes) as work:
        work.put(*(f"m{number}" for number in range(12)))
        work.put(*(f"c{number}" for number in range(7)), critical=True)
        work.until(lambda: work.count("delivery-failed") >= 19)
        work.clock.forward(timedelta(days=3, minutes=6))
        work.post.wake()
        work.until(lambda: work.count("given-up") == 19)
        work.until(work.post.idle)
        told = [one.severity for one in work.got["pager"]]
        assert told.count(Severity.CRITICAL) == 7
        assert told.count(Severity.HIGH) <= 5
