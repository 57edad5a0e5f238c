"""The run log: what is about to be changed in AWS is on the disk before the call is made, how it ended right after."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, func, select, text, update

from rootwarden.errors import InputError, RefusedError
from rootwarden.model.announced import Announced
from rootwarden.model.past_run import OPEN, PastRun, UnreadRun
from rootwarden.model.plan import Plan
from rootwarden.model.run import Progress, Run, RunState, StepState, Way, body_of
from rootwarden.store.announcements import see_announced, withdraw_announcement
from rootwarden.store.locks import HeldError, Lock, lock_file
from rootwarden.store.opening import Store
from rootwarden.store.run_rows import KIND, Outline, begun_of, chosen, done_of, lines_of, outline, told_apart, whole
from rootwarden.store.tables import run_steps, runs
from rootwarden.store.withdrawals import Withdrawal, note_withdrawal

# A run in one of these has something open: nobody else may change the same accounts.
_OPEN = (RunState.RUNNING, RunState.UNDOING)
_OPENING = 0x72756E73  # "runs": the advisory lock under which runs are opened


class RunLog:
    """The log of one run, held by this process alone for as long as it is open."""

    def __init__(self, store: Store, run: Run, lock: Lock) -> None:
        """Take over what `begin_run` or `hold_run` opened."""
        self.run, self._store, self._lock = run, store, lock
        self.marks: list[Path] = []  # files that say on this machine that it has no end yet

    def __enter__(self) -> RunLog:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let go of the run; it stands in the store as it is."""
        self.close()

    def close(self) -> None:
        """Let go of the run; where it has an end, nothing of it stays on this machine."""
        for path in self.marks if self.run.state not in _OPEN else ():
            path.unlink(missing_ok=True)
        self._lock.close(done=self.run.state not in _OPEN)

    def progress(self) -> Progress:
        """Return all lines, in order."""
        return steps_of(self._store, self.run.id)

    def begin(self, way: Way, change: str, step: str, call: int, now: datetime) -> int:
        """Write down that a call is about to be made; return the number of the line."""
        with self._store.write() as connection:
            last = select(func.max(run_steps.c.n)).where(run_steps.c.run == self.run.id)
            n = (connection.execute(last).scalar() or 0) + 1
            row = {"run": self.run.id, "n": n, "way": way, "change": change, "step": step, "call": call,
                   "state": StepState.BEGUN, "began": now, "kept": b"", "detail": ""}  # fmt: skip
            connection.execute(run_steps.insert().values(row))
        return n

    def end(self, n: int, state: StepState, now: datetime, kept: Mapping[str, Any], detail: str = "") -> None:
        """Write down how a call ended, and what later ones need of its answer."""
        with self._store.write() as connection:
            mine = update(run_steps).where(run_steps.c.run == self.run.id, run_steps.c.n == n)
            connection.execute(
                mine.values(state=state, ended=now, kept=msgspec.json.encode(dict(kept)), detail=detail[:2000])
            )

    def state(self, run: Run) -> None:
        """Write down how the run stands."""
        self.run = run
        with self._store.write() as connection:
            mine = update(runs).where(runs.c.id == run.id)
            connection.execute(mine.values(state=run.state, finished=run.finished, body=body_of(run)))


def begin_run(store: Store, run: Run, rests_on: Announced | None = None, of: Plan | None = None) -> RunLog:
    """Open a new run, before anything is done; `rests_on` is the announcement that allows it, `of` the whole plan.

    Raises:
        RefusedError: another run changes one of its accounts, or was broken off there; or it was withdrawn; or another
            process began the plan meanwhile.
        InputError: an open run, or one of the plan, cannot be read.
        StoreError: the database does not answer.
    """
    lock = _locked(store, run.id)
    try:
        with store.write() as connection:
            _one_by_one(store, connection)
            for other in _open_runs(store, connection):
                common = [one for one in run.accounts if one in other.accounts]
                if common:
                    raise _in_the_way(store, other, common[0])
            begun = begun_of(connection, of) if of is not None else None
            if begun is not None:
                raise RefusedError(
                    f"this plan was begun meanwhile: run {begun.id}", why=f"by {begun.by}",
                    todo=f"see how it stands with `rootwarden runs show {begun.id}`",
                )  # fmt: skip
            _nobody_since(connection, run)
            if rests_on is not None:
                see_announced(connection, rests_on)
            row = {"id": run.id, "kind": KIND, "started": run.started, "finished": None, "state": run.state,
                   "body": body_of(run)}  # fmt: skip
            connection.execute(runs.insert().values(row))
    except BaseException:
        lock.close(done=True)
        raise
    return RunLog(store, run, lock)


def hold_run(
    store: Store, name: str, state: RunState, former: Sequence[RunState] = tuple(RunState),
    seen: Progress | None = None, rests_on: Announced | None = None, shown: Run | None = None,
) -> RunLog:  # fmt: skip
    """Take hold of a run that is there, to go on with it or to undo it: from now on it stands in this state.

    `shown` is the run when it was looked at, `seen` how far it was; `rests_on` is the announcement that allows what is
    left of it.

    Raises:
        InputError: there is no such run.
        RefusedError: another process is at work on it, has done something with it, or has brought it into another state
            than the `former` ones, or another run changes one of its accounts, or what it rests on was withdrawn.
    """
    run = find_run(store, name)
    lock = _locked(store, run.id)
    try:
        with store.write() as connection:
            _one_by_one(store, connection)
            for other in _open_runs(store, connection):
                common = [one for one in run.accounts if one in other.accounts and other.id != run.id]
                if common:
                    raise _in_the_way(store, other, common[0])
            now = whole(connection.execute(select(runs).where(runs.c.id == run.id)).one())
            if now.state not in former:
                raise _otherwise(run, f"the run {run.id} is {now.state} by now")
            if seen is not None and lines_of(connection, run.id) != seen:
                raise _otherwise(run, f"somebody else went on with the run {run.id} meanwhile")
            if shown not in (None, now):
                raise _otherwise(run, f"somebody else did something with the run {run.id} meanwhile")
            if rests_on is not None:
                see_announced(connection, rests_on)
            connection.execute(update(runs).where(runs.c.id == run.id).values(state=state, finished=None))
    except BaseException:
        lock.close()
        raise
    return RunLog(store, replace(now, state=state, finished=None), lock)


def write_act(store: Store, before: Run, after: Run) -> None:
    """Write down what was found of a run that nobody is at work on, if it stands as it did when it was read.

    Raises:
        RefusedError: somebody has written to it meanwhile.
    """
    with store.write() as connection:
        row = connection.execute(select(runs).where(runs.c.id == before.id)).first()
        if row is None or whole(row) != before:
            raise _otherwise(before, f"somebody else did something with the run {before.id} meanwhile")
        connection.execute(update(runs).where(runs.c.id == before.id).values(body=body_of(after)))


def find_run(store: Store, name: str) -> Run:
    """Return the run with this id, or the only one whose id begins so.

    Raises:
        InputError: there is none, there are several, or a newer program wrote it.
    """
    with store.read() as connection:
        rows = connection.execute(
            select(runs).where(runs.c.kind == KIND, runs.c.id.startswith(name.upper(), autoescape=True)).limit(2)
        ).all()
    todo = "list them with `rootwarden runs`"
    if len(rows) != 1 or not name:
        what = f"several runs begin with {name!r}" if rows else f"there is no run {name!r} in {store.place}"
        raise InputError(what, todo=todo)
    return whole(rows[0])


def past_runs(
    store: Store, most: int | None = 50, states: Sequence[RunState] = (), after: str = ""
) -> list[Run]:  # fmt: skip
    """Return the runs, the newest first: in these states (none: in any), with a later id than `after`.

    Raises:
        InputError: one of them cannot be read.
    """
    with store.read() as connection:
        return list(map(whole, connection.execute(chosen(states, most, after))))


def readable_runs(
    store: Store, most: int | None = 50, states: Sequence[RunState] = ()
) -> tuple[list[Run], list[UnreadRun]]:  # fmt: skip
    """Return the runs as `past_runs` does, and those that cannot be read."""
    with store.read() as connection:
        return told_apart(connection.execute(chosen(states, most)))


def begun_run(store: Store, plan: Plan) -> Run | None:
    """Return the newest run of a plan that did something and has no end; None where there is none.

    Raises:
        InputError: a run that did something of this plan cannot be read.
    """
    with store.read() as connection:
        return begun_of(connection, plan)


def done_run(store: Store, plan: Plan) -> Run | None:
    """Return the newest run that made all of a plan; None where there is none, or it cannot be read."""
    with store.read() as connection:
        return done_of(connection, plan)


def count_runs(store: Store) -> int:
    """Return how many runs there are."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).where(runs.c.kind == KIND)).scalar() or 0)


def withdraw(store: Store, announced: Announced, by: str, now: datetime, telling: Withdrawal | None = None) -> None:
    """Let go of an announcement: no run that rests on it is begun or gone on with from now on. `by` is who says so.

    `telling` says who is to be told of it.

    Runs are opened in transactions that look at it, one by one: either the run is there first, or the withdrawal.

    Raises:
        InputError: it is not there any more.
        RefusedError: a run that rests on it is under way.
    """
    with store.write() as connection:
        _one_by_one(store, connection)
        for row in connection.execute(chosen((RunState.RUNNING,))):
            # One that nobody is at work on is looked at when it is gone on with, and need not be read here.
            if is_held(store, row.id) and (run := outline(row)).announced == announced.digest:
                raise RefusedError(
                    "the plan is being applied", why=f"{run.id} is under way, started by {run.by}",
                    todo="stop it (Ctrl-C ends it between two calls), and withdraw the announcement then",
                )  # fmt: skip
        if not withdraw_announcement(connection, announced, by, now):
            raise InputError(f"no plan {announced.name!r} is announced any more", todo="see `rootwarden runs`")
        if telling is not None:
            note_withdrawal(connection, telling)


def steps_of(store: Store, name: str) -> Progress:
    """Return the log of a run."""
    with store.read() as connection:
        return lines_of(connection, name)


def is_held(store: Store, name: str) -> bool:
    """Return whether a process is at work on a run now."""
    if not store.shared and not Path(lock_file(store, _name(name))).exists():
        return False
    try:
        _locked(store, name).close()
    except RefusedError:
        return True
    return False


def past_run(store: Store, run: Run) -> PastRun:
    """Return a run with its log, and whether a process is at work on it now.

    Raises:
        InputError: its log cannot be read.
    """
    return PastRun(run, steps_of(store, run.id), held=run.state in OPEN and is_held(store, run.id))


def _one_by_one(store: Store, connection: Connection) -> None:
    """Let one transaction at a time look which runs are open and open another; SQLite has one writer anyway."""
    if store.shared:
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _OPENING})


def _nobody_since(connection: Connection, run: Run) -> None:
    """See that nobody changed the same accounts since it was looked for this run.

    Raises:
        RefusedError: somebody did, so that what was seen may no longer be so.
    """
    ended = select(runs).where(runs.c.kind == KIND, runs.c.finished >= run.started)
    for other in map(outline, connection.execute(ended)):
        common = [one for one in run.accounts if one in other.accounts]
        if common:
            raise RefusedError(
                f"another run has just changed account {common[0]}", why=f"{other.id}, by {other.by}",
                todo="apply the plan again: it looks anew",
            )  # fmt: skip


def _locked(store: Store, name: str) -> Lock:
    number = int.from_bytes(hashlib.sha256(f"run {name}".encode()).digest()[:8]) >> 1
    try:
        return Lock(store, _name(name), number)
    except HeldError as error:
        why = "one process at a time works on a run"
        raise RefusedError(f"the run {name} is under way", why=why, todo="wait for it, or stop it") from error


def _otherwise(run: Run, what: str) -> RefusedError:
    return RefusedError(what, todo=f"see how it stands with `rootwarden runs show {run.id}`")


def _name(run: str) -> str:
    return f"run-{run}"


def _open_runs(store: Store, connection: Connection) -> list[Outline]:
    found = list(map(outline, connection.execute(chosen(_OPEN))))
    return [one for one in found if one.state != RunState.UNDOING or _is_undoing(store, connection, one)]


def _is_undoing(store: Store, connection: Connection, one: Outline) -> bool:
    """Return whether anything was taken back, or somebody is at it: who was killed before that is in nobody's way."""
    return any(line.way is Way.UNDO for line in lines_of(connection, one.id).log) or is_held(store, one.id)


def _in_the_way(store: Store, other: Outline, account: str) -> RefusedError:
    if is_held(store, other.id):
        return RefusedError(
            f"another run changes account {account}", why=f"{other.id} is under way, started by {other.by}",
            todo="wait for it",
        )  # fmt: skip
    if other.state == RunState.UNDOING:
        return RefusedError(
            f"a run on account {account} is half undone", why=f"{other.id} of {other.started:%Y-%m-%d %H:%M} UTC",
            todo=f"`rootwarden undo {other.id}` goes on with taking it back; then apply this again",
        )  # fmt: skip
    return RefusedError(
        f"a run on account {account} was broken off", why=f"{other.id} of {other.started:%Y-%m-%d %H:%M} UTC",
        todo=f"go on with `rootwarden apply --resume {other.id}`, or take it back with `rootwarden undo {other.id}`",
    )  # fmt: skip
