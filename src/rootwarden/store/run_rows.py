"""Runs as the store holds them: read whole, or only what must be known of one that this program cannot read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Select, select

from rootwarden.errors import InputError
from rootwarden.model.past_run import UnreadRun
from rootwarden.model.plan import Plan
from rootwarden.model.run import Logged, Progress, Run, RunState, StepState, Way, run_from
from rootwarden.store.tables import run_steps, runs

KIND = "apply"
# A run in one of these has no end that could be left alone.
UNFINISHED = (RunState.RUNNING, RunState.STOPPED, RunState.UNDOING)


class _Change(Struct, frozen=True):
    account: str
    steps: tuple[msgspec.Raw, ...] = ()


class _Plan(Struct, frozen=True):
    changes: tuple[_Change, ...]


class _Outline(Struct, frozen=True):
    """What of a run can be read of whatever program wrote it."""

    plan: _Plan
    by: str
    announced: str = ""


class Outline(Struct, frozen=True, kw_only=True):
    """What must be known of a run to leave its accounts alone, whichever program wrote it."""

    id: str
    state: str
    started: datetime
    by: str
    accounts: tuple[str, ...]
    announced: str


def chosen(states: Sequence[RunState] = (), most: int | None = None, after: str = "") -> Select[Any]:
    """Return what asks for runs, the newest first: in these states (none: in any), with a later id than `after`."""
    found = select(runs).where(runs.c.kind == KIND, runs.c.id > after).order_by(runs.c.id.desc())
    return (found.where(runs.c.state.in_(states)) if states else found).limit(most)


def whole(row: Any) -> Run:
    """Return a run.

    Raises:
        InputError: another program wrote it, or it is damaged.
    """
    try:
        return run_from(row.id, row.state, row.started, row.finished, bytes(row.body))
    except (msgspec.DecodeError, ValueError) as error:
        raise _unread(row, error) from error


def outline(row: Any) -> Outline:
    """Return what must be known of a run.

    Raises:
        InputError: it is damaged.
    """
    try:
        held = msgspec.json.decode(bytes(row.body), type=_Outline)
    except (msgspec.DecodeError, ValueError) as error:
        raise _unread(row, error) from error
    accounts = tuple(dict.fromkeys(one.account for one in held.plan.changes if one.steps))
    return Outline(
        id=row.id, state=row.state, started=row.started, by=held.by, accounts=accounts, announced=held.announced
    )


def resting_of(connection: Connection, since: datetime) -> dict[str, list[tuple[str, datetime]]]:
    """Return which runs rest on which announcement, each with when it started, the newest first; not older ones."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    for row in connection.execute(chosen().where(runs.c.started >= since)):
        try:
            one = outline(row)
        except InputError:  # listed as unreadable
            continue
        if one.announced:
            found.setdefault(one.announced, []).append((one.id, one.started))
    return found


def told_apart(rows: Iterable[Any]) -> tuple[list[Run], list[UnreadRun]]:
    """Return the runs, and those that cannot be read."""
    found: list[Run] = []
    unread: list[UnreadRun] = []
    for row in rows:
        try:
            found.append(whole(row))
        except InputError as error:
            unread.append(UnreadRun(row.id, row.started, row.state, error.why))
    return found, unread


def lines_of(connection: Connection, name: str) -> Progress:
    """Return the log of a run.

    Raises:
        InputError: a line of it cannot be read.
    """
    rows = connection.execute(select(run_steps).where(run_steps.c.run == name).order_by(run_steps.c.n))
    try:
        return Progress(tuple(map(_line, rows)))
    except (msgspec.DecodeError, ValueError) as error:
        todo = "use the Rootwarden that wrote it"
        raise InputError(f"the log of the run {name} cannot be read", why=str(error), todo=todo) from error


def begun_of(connection: Connection, plan: Plan) -> Run | None:
    """Return the newest run of a plan that did something and has no end; None where there is none.

    Which runs may be of it is told by the ids of the changes in their logs: other runs are not read.

    Raises:
        InputError: a run that did something of this plan cannot be read.
    """
    did = select(run_steps.c.run, run_steps.c.change).distinct()
    did = did.join(runs, runs.c.id == run_steps.c.run).where(
        runs.c.kind == KIND, runs.c.state.in_(UNFINISHED),
        run_steps.c.way == Way.DO, run_steps.c.state != StepState.FAILED,
    )  # fmt: skip
    ids = _ids(plan)
    names = {row.run for row in connection.execute(did) if row.change in ids}
    rows = (connection.execute(select(runs).where(runs.c.id == name)).one() for name in sorted(names, reverse=True))
    return next((one for one in map(whole, rows) if one.is_of(plan)), None)


def done_of(connection: Connection, plan: Plan) -> Run | None:
    """Return the newest run that made all of a plan; None where there is none, or it cannot be read."""
    wanted = {one.id for one in plan.changes if one.steps}
    if not wanted:
        return None
    did = select(run_steps.c.run).distinct().join(runs, runs.c.id == run_steps.c.run)
    did = did.where(runs.c.kind == KIND, runs.c.state == RunState.DONE, run_steps.c.change == min(wanted))
    for name in sorted(connection.execute(did).scalars(), reverse=True):
        found, _ = told_apart(connection.execute(select(runs).where(runs.c.id == name)))
        if any(one.is_of(plan) and wanted <= _ids(one.plan) for one in found):
            return found[0]
    return None


def _ids(plan: Plan) -> set[str]:
    return {one.id for one in plan.changes}


def _line(row: Any) -> Logged:
    return Logged(
        n=row.n, way=Way(row.way), change=row.change, step=row.step, call=row.call, state=StepState(row.state),
        began=row.began, ended=row.ended,
        kept=msgspec.json.decode(row.kept, type=dict[str, Any]) if row.kept else {}, detail=row.detail,
    )  # fmt: skip


def _unread(row: Any, error: Exception) -> InputError:
    return InputError(
        f"the run {row.id} cannot be read", why=str(error), todo="use the Rootwarden that wrote it"
    )  # fmt: skip
