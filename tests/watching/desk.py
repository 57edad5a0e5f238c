"""The desk of a watch alone, with a store and a clock that is put forward by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text

from rootwarden.aws.clock import new_ulid
from rootwarden.aws.opening import Way
from rootwarden.flows.notifying import NotifyRequest
from rootwarden.flows.watching.judging import Desk
from rootwarden.flows.watching.numbers import Numbers
from rootwarden.flows.watching.plan import WatchRequest
from rootwarden.flows.watching.tellers import Links, Taker, Tellers
from rootwarden.model.context import Context
from rootwarden.model.findings import Severity
from rootwarden.model.message import Message
from rootwarden.store.opening import open_store
from rootwarden.store.states import Watcher
from rootwarden.trail.sources import Parcel
from rootwarden.trail.sources.queue import read_body

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Hands:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOW).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Watched:
    """The desk of a watch with its store; what comes is read as it comes from a queue."""

    def __init__(self, place: Path, context: Context) -> None:
        self.clock, self.store, run = Hands(), open_store(str(place / f"{new_ulid()}.sqlite3")), new_ulid()
        self.watcher = Watcher(self.store, run, NOW)
        notify = NotifyRequest(channels={}, source="", environment={}, way=Way(), screen=print)
        asked: dict[str, Any] = {"sources": (), "way": Way(), "notify": notify, "log": lambda *_: None}
        request = WatchRequest(store="", context=context, **asked)
        tellers = Tellers((Taker("people", frozenset(Severity)),), Links("", b"k" * 32))
        self.another_desk = lambda: Desk(request, self.store, run, tellers, Numbers(), self.clock, new_ulid)
        self.desk = self.another_desk()
        self._told: set[str] = set()

    def come(self, *bodies: Any, after: timedelta = timedelta(seconds=2)) -> list[Message]:
        """Let bodies of messages come at once; return what people are told."""
        self.clock.time += after
        raw = [json.dumps(one).encode() for one in bodies]
        self.desk.take([Parcel(list(read_body(one, "a message", self.clock.now())), "a queue", one) for one in raw])
        found = [
            row for row in self.ask("SELECT id, body FROM outbox ORDER BY created, id") if row[0] not in self._told
        ]
        self._told |= {name for name, _ in found}
        return [msgspec.json.decode(body, type=Message) for _, body in found]

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the store."""
        with self.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(question))]

    @property
    def letters(self) -> list[str]:
        """Why something was not understood."""
        return [why for (why,) in self.ask("SELECT why FROM dead_letters ORDER BY id")]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was kept: names of records, each with the drill it is of."""
        return [(name, drill) for name, drill in self.ask("SELECT name, drill FROM events ORDER BY id")]

    def close(self) -> None:
        """Let go of everything."""
        self.watcher.close()
        self.store.close()
