"""What a watch would keep: alerts, incidents and messages made of records by the real detections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec
from sqlalchemy import text

from rootwarden.catalogue.detecting import stateful
from rootwarden.model.alerting import Alerting, Decided
from rootwarden.model.context import Context
from rootwarden.model.event import read_event
from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion
from rootwarden.store.intake import Batch, DeadLetter, Mark, Ready, Seen
from rootwarden.store.opening import Store
from rootwarden.store.states import Watcher
from rootwarden.store.tables import METADATA
from tests.detections.scenes import DAY, Record
from tests.detections.stage import LATE, rules

RUN = "01RUN"
NOW = DAY + timedelta(hours=9, microseconds=1)


def new_alerting(context: Context | None = None) -> Alerting:
    """Return what knows nothing yet, with everything there is to judge with."""
    return Alerting(rules(), stateful(), context or Context())


def decided(records: Iterable[Record], now: datetime = LATE, alerting: Alerting | None = None) -> Decided:
    """Return what is concluded from records."""
    one = alerting or new_alerting()
    for record in records:
        one.feed(record)
    return one.decide(now)


def seen(record: Record) -> Seen:
    """Return a record as it is kept."""
    return Seen(read_event(record), msgspec.json.encode(record, order="deterministic"), "trail.json, record 1")


def batch(records: Sequence[Record] = (), found: Decided | None = None, **more: Any) -> Batch:
    """Return the batch that a watch makes of records; `found` is what was concluded (None: what there is to)."""
    found = found or decided(records)
    fields: dict[str, Any] = {
        "at": NOW, "seen": [*map(seen, records)], "updates": found.updates,
        "told": {change.thread: "held" for change, _ in found.updates},
    }  # fmt: skip
    return Batch(**fields | more)


def message(name: str = "01M", **other: Any) -> Message:
    """Return a message."""
    fields: dict[str, Any] = {
        "id": name, "thread": "inc-7", "occasion": Occasion.ALERT, "severity": Severity.HIGH,
        "title": "Root signed in", "event_time": DAY, "created": NOW,
    }  # fmt: skip
    return Message(**fields | other)


def ready(name: str = "01M", channel: str = "chat", due: datetime = NOW, *, critical: bool = False, **o: Any) -> Ready:
    """Return a message for a channel."""
    return Ready(channel, message(name, **o), critical, due)


def letter(why: str = "it is no JSON", body: bytes = b"{", source: str = "trail.json") -> DeadLetter:
    """Return something that nobody understood."""
    return DeadLetter(source, why, "look at it", body)


def mark(place: str = "a.json", value: str = "1 2", source: str = "folder x") -> Mark:
    """Return how far a source was read."""
    return Mark(source, place, NOW, value)


def watching(store: Store, run: str = RUN) -> Watcher:
    """Take the right to watch."""
    return Watcher(store, run, NOW)


def contents(store: Store, *but: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables but these, in an order that does not depend on the database."""
    with store.read() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in METADATA.tables.items()
            if name not in but
        }


def numbered(prefix: str) -> Iterable[str]:
    """Yield names without end."""
    return (f"{prefix}{number}" for number in count(1))


def count_events(store: Store) -> int:
    """Return how many records are kept."""
    with store.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM events")).scalar_one())
