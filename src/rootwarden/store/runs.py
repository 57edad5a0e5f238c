"""What the program did, and how it ended: drills, with the marks by which the watch knows their records."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select, update

from rootwarden.model.drill import Drill, Marks
from rootwarden.store.opening import Store
from rootwarden.store.tables import runs

_DRILL = "drill"
RUNNING, PASSED, FAILED = "running", "passed", "failed"


def begin_drill(store: Store, marks: Marks) -> None:
    """Note that a drill begins, before it does anything."""
    row = {
        "id": marks.drill,
        "kind": _DRILL,
        "started": marks.begins,
        "finished": None,
        "state": RUNNING,
        "body": msgspec.json.encode(marks),
    }
    with store.write() as connection:
        connection.execute(runs.insert().values(row))


def mark_drill(store: Store, marks: Marks) -> None:
    """Note more of what a running drill is known by."""
    with store.write() as connection:
        mine = update(runs).where(runs.c.id == marks.drill, runs.c.state == RUNNING)
        connection.execute(mine.values(body=msgspec.json.encode(marks)))


def end_drill(store: Store, drill: Drill) -> None:
    """Keep the result of a drill."""
    state = PASSED if drill.passed else FAILED
    with store.write() as connection:
        mine = update(runs).where(runs.c.id == drill.id)
        connection.execute(mine.values(state=state, finished=drill.finished, body=msgspec.json.encode(drill)))


def running_drills(store: Store, now: datetime) -> list[Marks]:
    """Return by what the drills are known whose records may still come."""
    wanted = select(runs.c.body).where(runs.c.kind == _DRILL, runs.c.state == RUNNING)
    with store.read() as connection:
        found = [msgspec.json.decode(row.body, type=Marks) for row in connection.execute(wanted)]
    return [one for one in found if one.ends > now]


def drills(store: Store, most: int = 200) -> list[bytes]:
    """Return the results of the drills that ended, the newest first, as they were kept."""
    ended = select(runs.c.body).where(runs.c.kind == _DRILL, runs.c.state.in_((PASSED, FAILED)))
    with store.read() as connection:
        return [bytes(row.body) for row in connection.execute(ended.order_by(runs.c.started.desc()).limit(most))]
