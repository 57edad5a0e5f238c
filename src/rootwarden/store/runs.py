"""What the program did, and how it ended: drills, with the marks by which the watch knows their records; root audits.

The marks lie beside the drill, and end by the clock alone: what comes late is the drill's although it is over, and a
drill that was killed does not leave them behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, func, select, update

from rootwarden.model.drill import Drill, Marks
from rootwarden.store.opening import Store
from rootwarden.store.tables import runs

# By so much the clocks of AWS and of whoever runs an audit may differ.
_CLOCKS = timedelta(minutes=5)
_DRILL, _MARKS, _AUDIT = "drill", "drill-marks", "root-audit"
RUNNING, PASSED, FAILED, OPENED = "running", "passed", "failed", "opened"


def begin_drill(store: Store, marks: Marks) -> None:
    """Note that a drill begins, before it does anything; marks that have ended are let go of."""
    row = {"started": marks.begins, "state": RUNNING, "body": msgspec.json.encode(marks)}
    drill = row | {"id": marks.drill, "kind": _DRILL, "finished": None}
    known_by = row | {"id": _marks_of(marks.drill), "kind": _MARKS, "finished": marks.ends}
    with store.write() as connection:
        connection.execute(runs.delete().where(runs.c.kind == _MARKS, runs.c.finished <= marks.begins))
        connection.execute(runs.insert(), [drill, known_by])


def mark_drill(store: Store, marks: Marks) -> None:
    """Note more of what a drill is known by."""
    with store.write() as connection:
        mine = update(runs).where(runs.c.id == _marks_of(marks.drill))
        connection.execute(mine.values(body=msgspec.json.encode(marks)))


def end_drill(store: Store, drill: Drill) -> None:
    """Keep the result of a drill; its marks stay until they end."""
    state = PASSED if drill.passed else FAILED
    with store.write() as connection:
        mine = update(runs).where(runs.c.id == drill.id)
        connection.execute(mine.values(state=state, finished=drill.finished, body=msgspec.json.encode(drill)))


def running_drills(store: Store, now: datetime) -> list[Marks]:
    """Return by what the drills are known whose records may still come, over or not."""
    wanted = select(runs.c.body).where(runs.c.kind == _MARKS, runs.c.finished > now).order_by(runs.c.started)
    with store.read() as connection:
        return [msgspec.json.decode(row.body, type=Marks) for row in connection.execute(wanted)]


def _marks_of(drill: str) -> str:
    """Return the name under which the marks of a drill are kept."""
    return f"marks-{drill.removeprefix('drill-')}"


def last_drills(store: Store) -> dict[str, datetime]:
    """Return when the last drill ended that passed, and the last that failed, by "passed" and "failed"."""
    ended = select(runs.c.state, func.max(runs.c.finished)).where(runs.c.kind == _DRILL, runs.c.state != RUNNING)
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(ended.group_by(runs.c.state)) if row[1] is not None}


def drills(store: Store, most: int = 200) -> list[bytes]:
    """Return the results of the drills that ended, the newest first, as they were kept."""
    ended = select(runs.c.body).where(runs.c.kind == _DRILL, runs.c.state.in_((PASSED, FAILED)))
    with store.read() as connection:
        return [bytes(row.body) for row in connection.execute(ended.order_by(runs.c.started.desc()).limit(most))]


def log_audit(store: Store, name: str, begins: datetime, ends: datetime, window: bytes) -> None:
    """Note that an audit is about to open root sessions, before the first; `window` is all that is expected of them."""
    row = {"id": name, "kind": _AUDIT, "started": begins, "finished": ends, "state": OPENED, "body": window}
    with store.write() as connection:
        connection.execute(runs.insert().values(row))


def not_logged(connection: Connection, seen: Mapping[str, tuple[datetime, datetime]]) -> set[str]:
    """Return which audits that were seen from then until then are not in the run log, or were not under way then.

    None where no audit ever was logged: they are run where the store is out of reach.
    """
    audits = select(runs.c.id, runs.c.started, runs.c.finished).where(runs.c.kind == _AUDIT)
    if connection.execute(audits.limit(1)).first() is None:
        return set()
    found = {row.id: row for row in connection.execute(audits.where(runs.c.id.in_([*seen])))}
    return {
        name
        for name, (first, last) in seen.items()
        if name not in found or first < found[name].started - _CLOCKS or last > found[name].finished + _CLOCKS
    }
