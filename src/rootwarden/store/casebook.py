"""What people do with incidents: look at them, acknowledge, close, and mute what is known, with a reason and an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, case, func, literal_column, or_, select, update

from rootwarden.model.alert import Alert
from rootwarden.model.caseload import Mute
from rootwarden.model.context import STANDING
from rootwarden.model.summing import Kin
from rootwarden.store.legible import fit
from rootwarden.store.opening import Store
from rootwarden.store.statements import insert_new
from rootwarden.store.tables import alerts, incidents, mutes, outbox, used_links

OPEN, ACKNOWLEDGED, CLOSED, JOINED = "open", "acknowledged", "closed", "joined"


class Case(Struct, frozen=True, kw_only=True):
    """An incident as it is kept; `by`, `at` and `note` are of whoever acknowledged or closed it last."""

    id: str
    state: str
    severity: str
    title: str
    subjects: tuple[str, ...]
    counts: dict[str, int]
    first: datetime
    last: datetime
    opened: datetime
    updated: datetime
    joined_to: str
    by: str
    at: datetime | None
    note: str
    step: int
    remind: datetime | None


class Kept(Struct, frozen=True):
    """An alert as it is kept: how people were told of it, and whether it stands."""

    thread: str
    told: str
    state: str
    revision: int
    raised: datetime
    updated: datetime
    alert: Alert


def cases(store: Store, states: Sequence[str] = (OPEN, ACKNOWLEDGED), most: int = 200) -> list[Case]:
    """Return incidents in these states, the worst and latest first."""
    wanted = select(incidents).where(incidents.c.state.in_(states)).order_by(incidents.c.rank, incidents.c.last.desc())
    with store.read() as connection:
        return [_case(row) for row in connection.execute(wanted.limit(most))]


def find_case(store: Store, name: str) -> Case | None:
    """Return the incident of this name, or of an alert of it, or how either begins; the one it was joined to."""
    name = fit(name, 100)
    with store.read() as connection:
        row = connection.execute(select(incidents).where(incidents.c.id == name)).first()
        if row is None and len(name) >= 6:
            begun = select(incidents).where(incidents.c.id.startswith(name, autoescape=True)).limit(2)
            found = connection.execute(begun).all()
            row = found[0] if len(found) == 1 else None
        if row is None and len(name) >= 6:
            mine = alerts.c.thread.startswith(name, autoescape=True)
            incident = connection.execute(select(alerts.c.incident).where(mine).limit(1)).scalar()
            row = connection.execute(select(incidents).where(incidents.c.id == incident)).first()
        while row is not None and row.state == JOINED:
            row = connection.execute(select(incidents).where(incidents.c.id == row.joined_to)).first()
    return None if row is None else _case(row)


def alerts_of(store: Store, incident: str, most: int = 200) -> tuple[list[Kept], int]:
    """Return the worst alerts of an incident in the order of event time, and how many there are in all."""
    mine = alerts.c.incident == incident
    with store.read() as connection:
        total = connection.execute(select(func.count()).select_from(alerts).where(mine)).scalar_one()
        wanted = select(alerts).where(mine).order_by(alerts.c.state, alerts.c.rank, alerts.c.event_time).limit(most)
        found = [_kept(row) for row in connection.execute(wanted)]
    return sorted(found, key=lambda one: (one.alert.event_time, one.alert.severity.rank, one.thread)), int(total)


def acknowledge(store: Store, incident: str, by: str, note: str, now: datetime) -> bool:
    """Note that somebody looks after an incident; return False if it is not open."""
    return _settle(store, incident, ACKNOWLEDGED, (OPEN,), by, note, now)


def close(store: Store, incident: str, by: str, note: str, now: datetime) -> bool:
    """Note that an incident is over; return False if it is closed already."""
    return _settle(store, incident, CLOSED, (OPEN, ACKNOWLEDGED), by, note, now)


def _settle(store: Store, incident: str, state: str, before: Sequence[str], by: str, note: str, now: datetime) -> bool:
    with store.write() as connection:
        return settle(connection, incident, state, before, by, note, now)


def settle(
    connection: Connection, incident: str, state: str, before: Sequence[str], by: str, note: str, now: datetime
) -> bool:
    """Change the state of an incident within a transaction; nobody is reminded of it any more."""
    line = f"{now:%Y-%m-%d %H:%M:%S} UTC {state} by {fit(by, 255)}{f': {fit(note, 2000)}' if note else ''}"
    before_it = case((incidents.c.note == "", ""), else_=incidents.c.note + "\n")
    new = {"state": state, "by": fit(by, 255), "note": before_it + line, "at": now, "remind": None, "updated": now}
    mine = update(incidents).where(incidents.c.id == incident, incidents.c.state.in_(before))
    if connection.execute(mine.values(new)).rowcount != 1:
        return False
    # Reminders that were not sent yet need not be.
    reminding = outbox.c.message.startswith("remind-")
    drop = update(outbox).where(outbox.c.thread == incident, outbox.c.state == "waiting", reminding)
    connection.execute(drop.values(state="given-up", error=f"{state} by {fit(by, 255)}"))
    return True


def use_link(store: Store, incident: str, nonce: str, by: str, now: datetime) -> str:
    """Acknowledge by a link; return "acknowledged", "used" if the link was used before, or the incident's state."""
    incident, nonce = fit(incident, 100), fit(nonce, 64)
    with store.write() as connection:
        first = insert_new(connection, used_links, "nonce").values(nonce=nonce, at=now, by=fit(by, 255))
        if connection.execute(first.returning(used_links.c.nonce)).first() is None:
            return "used"
        if settle(connection, incident, ACKNOWLEDGED, (OPEN,), by, "by link", now):
            return ACKNOWLEDGED
        return str(
            connection.execute(select(incidents.c.state).where(incidents.c.id == incident)).scalar() or "unknown"
        )


def mute(store: Store, one: Mute) -> None:
    """Keep a mute."""
    row = msgspec.structs.asdict(one) | {
        "ended": None, "code": fit(one.code, 64), "account": fit(one.account, 64), "reason": fit(one.reason, 2000),
        "owner": fit(one.owner, 255),
    }  # fmt: skip
    with store.write() as connection:
        connection.execute(mutes.insert().values(row))


def has_code(store: Store, code: str) -> bool:
    """Return whether there was ever an alert of a detection."""
    with store.read() as connection:
        wanted = select(alerts.c.code).where(alerts.c.code == fit(code, 64)).limit(1)
        return connection.execute(wanted).first() is not None


def unmute(store: Store, name: str, now: datetime) -> bool:
    """End a mute; return False if there is none of that name that still holds."""
    mine = update(mutes).where(mutes.c.id == name, mutes.c.ended.is_(None))
    with store.write() as connection:
        return connection.execute(mine.values(ended=now)).rowcount == 1


def mutes_at(store: Store, now: datetime) -> list[Mute]:
    """Return the mutes that hold at an instant."""
    holds = select(mutes).where(mutes.c.until > now, or_(mutes.c.ended.is_(None), mutes.c.ended > now))
    with store.read() as connection:
        return [
            Mute(
                id=row.id, code=row.code, account=row.account, reason=row.reason, owner=row.owner,
                created=row.created, until=row.until,
            )
            for row in connection.execute(holds.order_by(mutes.c.created))
        ]  # fmt: skip


def closed_since(store: Store, since: datetime) -> list[str]:
    """Return the incidents that people closed after an instant."""
    mine = (incidents.c.state == CLOSED, incidents.c.at > since, incidents.c.by != "rootwarden")
    with store.read() as connection:
        return [row.id for row in connection.execute(select(incidents.c.id).where(*mine))]


def all_mutes(store: Store) -> list[Mute]:
    """Return every mute there ever was, ended ones until their end: for going through again what happened then."""
    with store.read() as connection:
        return [
            Mute(
                id=row.id, code=row.code, account=row.account, reason=row.reason, owner=row.owner, created=row.created,
                until=min(row.until, row.ended or row.until),
            )
            for row in connection.execute(select(mutes))
        ]  # fmt: skip


def to_remind(store: Store, now: datetime) -> list[Case]:
    """Return the open incidents that somebody is to be reminded of by now."""
    due = select(incidents).where(incidents.c.state == OPEN, incidents.c.remind <= now).order_by(incidents.c.rank)
    with store.read() as connection:
        return [_case(row) for row in connection.execute(due)]


def remind_later(connection: Connection, incident: str, step: int, when: datetime | None) -> bool:
    """Note how often somebody was reminded, and when to do it next; return False if nobody need be any more."""
    mine = update(incidents).where(incidents.c.id == incident, incidents.c.state == OPEN)
    return connection.execute(mine.values(step=step, remind=when)).rowcount == 1


# The code of an alert, but for what a standing window expects: all that one run of a job did is one kind.
_KIND: ColumnElement[str] = literal_column(
    f"CASE WHEN substr(alerts.\"window\", 1, {len(STANDING)}) = '{STANDING}' THEN '' ELSE alerts.code END"
)


def for_digest(connection: Connection, until: datetime, most: int = 200) -> list[Kin]:
    """Return what waits for the digest, and what a storm held back, up to an instant: by kind, the most first."""
    waits = (alerts.c.told.in_(("digest", "held")), alerts.c.state == "open", alerts.c.raised <= until)
    kinds = (alerts.c.told, _KIND, alerts.c.window)
    wanted = (
        select(
            alerts.c.told,
            _KIND.label("code"),
            alerts.c.window,
            func.count().label("alerts"),
            func.count(alerts.c.subject.distinct()).label("accounts"),
            func.min(alerts.c.subject).label("account"),
            func.min(alerts.c.event_time).label("first"),
            func.max(alerts.c.event_time).label("last"),
            func.min(alerts.c.thread).label("thread"),
        )
        .where(*waits)
        .group_by(*kinds)
        .order_by(alerts.c.window.startswith(STANDING).desc(), func.count().desc(), *kinds)
        .limit(most)
    )
    rows = list(connection.execute(wanted))
    bodies = select(alerts.c.thread, alerts.c.body).where(alerts.c.thread.in_([row.thread for row in rows]))
    titles = {row.thread: msgspec.json.decode(row.body, type=Alert).title for row in connection.execute(bodies)}
    return [
        Kin(
            told=row.told, code=row.code, title=titles[row.thread], window=row.window, alerts=row.alerts,
            accounts=row.accounts, account=row.account, first=row.first, last=row.last,
        )
        for row in rows
    ]  # fmt: skip


def digested(connection: Connection, until: datetime) -> None:
    """Note that the digest told of all that waited for it up to an instant."""
    waits = (alerts.c.told.in_(("digest", "held")), alerts.c.state == "open", alerts.c.raised <= until)
    connection.execute(update(alerts).where(*waits).values(told="digested"))


def counts_by_state(store: Store) -> dict[str, int]:
    """Return how many incidents are in each state."""
    with store.read() as connection:
        rows = connection.execute(select(incidents.c.state, func.count()).group_by(incidents.c.state))
        return {row[0]: row[1] for row in rows}


def _case(row: Row[tuple[object, ...]]) -> Case:
    found = row._asdict()
    found.pop("rank")
    subjects = tuple(one for one in found.pop("subjects").split(",") if one)
    counts = msgspec.json.decode(found.pop("counts"), type=dict[str, int])
    return Case(subjects=subjects, counts=counts, **found)


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    found = row._asdict()
    alert = msgspec.json.decode(found["body"], type=Alert)
    return Kept(
        found["thread"], found["told"], found["state"], found["revision"], found["raised"], found["updated"], alert
    )
