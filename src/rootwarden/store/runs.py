"""What the program did, and how it ended: drills, with the marks by which the watch knows their records; root audits.

The marks lie beside the drill, and end by the clock alone: what comes late is the drill's although it is over, and a
drill that was killed does not leave them behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from rootwarden.model.drill import Drill, Marks
from rootwarden.store.opening import Store
from rootwarden.store.tables import runs

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


def not_logged(connection: Connection, names: Iterable[str]) -> set[str]:
    """Return which of these audits are not in the run log; none where no audit ever was: they cannot reach it."""
    audits = select(runs.c.id).where(runs.c.kind == _AUDIT)
    if connection.execute(audits.limit(1)).first() is None:
        return set()
    wanted = {*names}
    return wanted - {row.id for row in connection.execute(audits.where(runs.c.id.in_(wanted)))}
