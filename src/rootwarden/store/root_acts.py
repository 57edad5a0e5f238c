"""What the watch saw root do: records that somebody with root's power caused, from the store, by time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec
from sqlalchemy import select

from rootwarden.model.event import Event, read_event
from rootwarden.store.opening import Store
from rootwarden.store.tables import events


def kept_events(store: Store, kinds: Collection[str], since: datetime, until: datetime) -> Iterator[tuple[Event, str]]:
    """Go through the events of these kinds in [since, until), by time, each with where its record was read.

    Events of drills are left out: nobody acted as root.

    Raises:
        StoreError: the store does not answer.
    """
    wanted = (
        select(events.c.record, events.c.read_at)
        .where(events.c.kind.in_(list(kinds)), events.c.time >= since, events.c.time < until, events.c.drill == "")
        .order_by(events.c.time, events.c.id)
    )
    with store.read() as connection:
        for row in connection.execution_options(yield_per=1000).execute(wanted):
            yield read_event(msgspec.json.decode(bytes(row.record))), str(row.read_at)
