"""Writes what became of incidents: they grow, are joined, open again when more comes, or turn out to be none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from rootwarden.model.alert import Act, Update
from rootwarden.model.incident_book import Open, Placed
from rootwarden.store.legible import fit
from rootwarden.store.statements import in_parts, insert_into
from rootwarden.store.tables import alerts, incidents

Updates = Sequence[tuple[Update, Placed]]


def write_incidents(
    connection: Connection,
    updates: Updates,
    told: Mapping[str, str],
    reminders: Mapping[str, datetime],
    urgent: Sequence[str],
    cleared: Sequence[str],
    now: datetime,
) -> None:
    """Write the incidents of changed alerts; what is given is that of a Batch.

    One that is `urgent` is open again though somebody looks after it: what they know of it is no longer all.
    """
    joined = {name: placed.incident.id for _, placed in updates for name in placed.joined}
    touched = {placed.incident.id: placed.incident for _, placed in updates if placed.incident.id not in joined}
    rows = [_incident_row(one, now) for one in touched.values()]
    if rows:
        statement = insert_into(connection, incidents)
        kept = {"opened", "joined_to", "by", "at", "note", "step", "remind", "state"}
        new = {column.name: statement.excluded[column.name] for column in incidents.c if column.name not in kept}
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=new), rows)
    for name, into in joined.items():
        _join(connection, name, into, now)
    _open_again(connection, updates, told, now)
    for part in in_parts(urgent):
        again = update(incidents).where(incidents.c.id.in_(part), incidents.c.state == "acknowledged")
        connection.execute(again.values(state="open", by="", at=None, remind=None, step=0, updated=now))
    for name, when in reminders.items():
        _wake(connection, name, when, 0)
    for part in in_parts(cleared):
        gone = update(incidents).where(incidents.c.id.in_(part), incidents.c.state == "open")
        why = {"by": "rootwarden", "at": now, "note": "all of it was withdrawn"}
        connection.execute(gone.values(state="closed", remind=None, updated=now, **why))


def _open_again(connection: Connection, updates: Updates, told: Mapping[str, str], now: datetime) -> None:
    """Have incidents that were closed open again when there is more of them than what waits for a digest."""
    more = {
        placed.incident.id
        for change, placed in updates
        if (how := told.get(change.thread, "held")) == "at-once" or (how == "held" and change.act is Act.RAISED)
        if change.act is not Act.WITHDRAWN
    }
    for part in in_parts(sorted(more)):
        closed = update(incidents).where(incidents.c.id.in_(part), incidents.c.state == "closed")
        connection.execute(closed.values(state="open", by="", at=None, remind=None, step=0, updated=now))


def _wake(connection: Connection, name: str, when: datetime, step: int) -> None:
    """Have somebody reminded of an incident at this time, or earlier if that is so already; unless it is looked after.

    `step` is how often somebody was reminded before.
    """
    mine = update(incidents).where(incidents.c.id == name, incidents.c.state == "open", incidents.c.remind.is_(None))
    connection.execute(mine.values(remind=when, step=step))


def _join(connection: Connection, name: str, into: str, now: datetime) -> None:
    """Make an incident part of another; whoever was to be reminded of it is to be reminded of that."""
    wanted = select(incidents.c.state, incidents.c.step, incidents.c.remind).where(incidents.c.id == name)
    was = connection.execute(wanted).first()
    gone = {"state": "joined", "joined_to": into, "remind": None, "updated": now}
    connection.execute(update(incidents).where(incidents.c.id == name).values(gone))
    connection.execute(update(incidents).where(incidents.c.joined_to == name).values(joined_to=into))
    connection.execute(update(alerts).where(alerts.c.incident == name).values(incident=into))
    if was is not None and was.state == "open" and was.remind is not None:
        settled = incidents.c.state.in_(("closed", "acknowledged"))
        reopened = update(incidents).where(incidents.c.id == into, settled)
        connection.execute(reopened.values(state="open", by="", at=None, remind=None, updated=now))
        _wake(connection, into, was.remind, was.step)


def _incident_row(one: Open, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": "open",
        "severity": one.severity.value,
        "rank": one.severity.rank,
        "title": fit(one.title, 500),
        "subjects": fit(",".join(one.subjects), 4000),
        "counts": msgspec.json.encode(one.counts).decode(),
        "first": one.first,
        "last": one.last,
        "opened": now,
        "updated": now,
        "joined_to": "",
        "by": "",
        "at": None,
        "note": "",
        "step": 0,
        "remind": None,
    }
