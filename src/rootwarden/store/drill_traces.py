"""What a drill left in the store: its record, its alert, and its messages with their deliveries."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select

from rootwarden.model.findings import Severity
from rootwarden.store.opening import Store
from rootwarden.store.tables import alerts, batches, events, incidents, outbox


class Traces(Struct, frozen=True, kw_only=True):
    """When each thing was first there (None: not yet).

    `channels` are those that a message of the drill is addressed to, `delivered` when each took its first one, `errors`
    what each said when it did not.
    """

    record: datetime | None
    alert: datetime | None
    message: datetime | None
    acknowledged: datetime | None
    severity: Severity | None
    channels: tuple[str, ...]
    delivered: dict[str, datetime]
    errors: dict[str, str]


def traces(store: Store, drill: str) -> Traces:
    """Return what is there by now."""
    record = select(func.min(batches.c.at)).select_from(events.join(batches, events.c.batch == batches.c.id))
    alert = select(func.min(alerts.c.raised), func.min(alerts.c.rank)).where(alerts.c.incident == drill)
    case = select(incidents.c.at).where(incidents.c.id == drill, incidents.c.state == "acknowledged")
    mine = select(outbox.c.channel, outbox.c.created, outbox.c.delivered, outbox.c.error)
    with store.read() as connection:
        seen = connection.execute(record.where(events.c.drill == drill)).scalar()
        raised, rank = connection.execute(alert).one()
        acknowledged = connection.execute(case).scalar()
        sent = list(connection.execute(mine.where(outbox.c.thread == drill).order_by(outbox.c.created)))
    took: dict[str, datetime] = {}
    for row in sent:
        if row.delivered is not None and (row.channel not in took or row.delivered < took[row.channel]):
            took[row.channel] = row.delivered
    return Traces(
        record=seen,
        alert=raised,
        message=min((row.created for row in sent), default=None),
        acknowledged=acknowledged,
        severity=tuple(Severity)[rank] if rank is not None else None,
        channels=tuple(dict.fromkeys(row.channel for row in sent)),
        delivered=took,
        errors={row.channel: row.error for row in sent if row.error},
    )
