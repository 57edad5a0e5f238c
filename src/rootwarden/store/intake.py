"""Commits what a watch has concluded: records, alerts, incidents and messages in one transaction, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, and_, select, update

from rootwarden.errors import RefusedError
from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.event import Event
from rootwarden.model.incident_book import Open, Placed
from rootwarden.model.message import Message
from rootwarden.store.incident_rows import write_incidents
from rootwarden.store.legible import fit, fit_key
from rootwarden.store.letters import write_letters
from rootwarden.store.opening import Store
from rootwarden.store.statements import in_parts, insert_into, insert_new
from rootwarden.store.tables import alerts, batches, events, outbox, states, watermarks

NOTICE = "notice"
# Characters of what a source or an account is known by; more is no mark.
_VALUE = 4000


class Seen(Struct, frozen=True):
    """A record that counts, as it was written, or a notice (`record` is then the event itself); where it was read."""

    event: Event
    record: bytes
    where: str
    notice: bool = False
    drill: str = ""

    @property
    def digest(self) -> str:
        """What tells two contents under one identity apart."""
        return hashlib.sha256(self.record).hexdigest()[:32]


class DeadLetter(Struct, frozen=True):
    """What could not be understood: from where, why, what to do, and the bytes as they came."""

    source: str
    why: str
    todo: str
    body: bytes


class Ready(Struct, frozen=True):
    """A message for one channel; due at an instant, at once if that is past."""

    channel: str
    message: Message
    critical: bool
    due: datetime


class Mark(Struct, frozen=True):
    """How far a source was read, or when something was last heard."""

    source: str
    place: str
    at: datetime
    value: str = ""


class Batch(Struct, frozen=True, kw_only=True):
    """Everything that one judgement brought about; `told` says of alerts how people learn of them.

    `reminders` says when somebody is to be reminded of an incident, `cleared` which ones turned out to be none.
    """

    at: datetime
    seen: Sequence[Seen] = ()
    updates: Sequence[tuple[Update, Placed]] = ()
    told: Mapping[str, str] = {}
    reminders: Mapping[str, datetime] = {}
    urgent: Sequence[str] = ()
    cleared: Sequence[str] = ()
    ready: Sequence[Ready] = ()
    letters: Sequence[DeadLetter] = ()
    marks: Sequence[Mark] = ()


class OustedError(RefusedError):
    """Another watcher has taken over this store: whatever this one concludes counts no more."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "another watcher has taken over this store", why="one process at a time", todo="let only one of them run"
        )


def commit(store: Store, batch: Batch, run: str) -> None:
    """Write a batch, as the watcher `run`.

    Raises:
        OustedError: another watcher has taken over; nothing is written.
        StoreError: the database refuses or is gone; nothing is written.
    """
    with store.write() as connection:
        claim = update(states).where(states.c.name == "watcher", states.c.value == run.encode()).values(at=batch.at)
        if connection.execute(claim).rowcount != 1:
            raise OustedError
        if batch.seen or batch.updates or batch.ready:
            _write_seen(connection, batch)
        write_incidents(connection, batch.updates, batch.told, batch.reminders, batch.urgent, batch.cleared, batch.at)
        _write_alerts(connection, batch)
        put_messages(connection, batch.ready, batch.at)
        write_letters(connection, batch.letters, batch.at)
        write_marks(connection, batch.marks)


def _write_seen(connection: Connection, batch: Batch) -> None:
    number = connection.execute(batches.insert().values(at=batch.at)).inserted_primary_key
    assert number is not None  # both databases return the key of a row they made
    rows = [
        {
            "batch": number[0],
            "account": fit(one.event.account, 64),
            "event_id": fit(one.event.id, 255),
            "digest": one.digest,
            "time": one.event.time,
            "kind": NOTICE if one.notice else one.event.kind.value,
            "name": fit(one.event.name, 255),
            "region": fit(one.event.region, 64),
            "read_at": fit(one.where, 1000),
            "drill": one.drill,
            "record": one.record,
        }
        for one in batch.seen
    ]
    if rows:
        connection.execute(insert_new(connection, events, "account", "event_id", "digest"), rows)


def _write_alerts(connection: Connection, batch: Batch) -> None:
    last = {change.thread: (change, placed) for change, placed in batch.updates}
    rows = [_alert_row(change, placed.incident, batch) for change, placed in last.values()]
    if rows:
        # How an alert was told at first stays so, unless it is told at once now.
        kept = {"told", "raised"}
        statement = insert_into(connection, alerts)
        new = {column.name: statement.excluded[column.name] for column in alerts.c if column.name not in kept}
        connection.execute(statement.on_conflict_do_update(index_elements=["thread"], set_=new), rows)
        told = [thread for thread, how in batch.told.items() if how == "at-once" and thread in last]
        for part in in_parts(told):
            connection.execute(update(alerts).where(alerts.c.thread.in_(part)).values(told="at-once"))


def _alert_row(change: Update, incident: Open, batch: Batch) -> dict[str, Any]:
    alert = change.alert
    return {
        "thread": change.thread,
        "incident": incident.id,
        "code": fit(alert.code, 64),
        "severity": alert.severity.value,
        "rank": alert.severity.rank,
        "account": fit(alert.account, 64),
        "subject": fit(alert.subject, 255),
        "window": fit(alert.window, 255),
        "event_time": alert.event_time,
        "revision": change.revision,
        "state": "withdrawn" if change.act is Act.WITHDRAWN else "open",
        "told": batch.told.get(change.thread, "held"),
        "raised": batch.at,
        "updated": batch.at,
        "body": msgspec.json.encode(alert),
    }


def put_messages(connection: Connection, ready: Iterable[Ready], now: datetime) -> None:
    """Put messages into the outbox; one that is there already stays as it is."""
    rows = [
        {
            "id": f"{one.message.id}@{one.channel}",
            "message": one.message.id,
            "channel": one.channel,
            "thread": fit(one.message.thread, 80),
            "critical": one.critical,
            "state": "waiting",
            "created": now,
            "due": one.due,
            "attempts": 0,
            "may_repeat": False,
            "error": "",
            "delivered": None,
            "body": msgspec.json.encode(one.message),
        }
        for one in ready
    ]
    if rows:
        connection.execute(insert_new(connection, outbox, "id"), rows)


def write_marks(connection: Connection, marks: Sequence[Mark]) -> None:
    """Write down how far sources were read."""
    rows = [
        {
            "source": fit_key(one.source, 512),
            "place": fit_key(one.place, 1024),
            "at": one.at,
            "value": fit(one.value, _VALUE),
        }
        for one in {(one.source, one.place): one for one in marks}.values()
    ]
    if rows:
        statement = insert_into(connection, watermarks)
        new = {"at": statement.excluded.at, "value": statement.excluded.value}
        connection.execute(statement.on_conflict_do_update(index_elements=["source", "place"], set_=new), rows)


def marks_of(store: Store, source: str) -> Iterator[Mark]:
    """Yield how far a source was read."""
    with store.read() as connection:
        for row in connection.execute(select(watermarks).where(watermarks.c.source == fit_key(source, 512))):
            yield Mark(row.source, row.place, row.at, row.value)


def known_threads(store: Store, threads: Sequence[str]) -> dict[str, int]:
    """Return of these alerts the ones that are kept, with their revisions."""
    found: dict[str, int] = {}
    with store.read() as connection:
        for part in in_parts(threads):
            rows = connection.execute(select(alerts.c.thread, alerts.c.revision).where(alerts.c.thread.in_(part)))
            found.update((row.thread, row.revision) for row in rows)
    return found


def worst_of(store: Store, incident: str, most: int) -> list[Alert]:
    """Return the worst alerts of an incident that stand, at most so many, oldest first among equals."""
    wanted = (
        select(alerts.c.body)
        .where(and_(alerts.c.incident == incident, alerts.c.state == "open"))
        .order_by(alerts.c.rank, alerts.c.event_time)
        .limit(most)
    )
    with store.read() as connection:
        return [msgspec.json.decode(row.body, type=Alert) for row in connection.execute(wanted)]
