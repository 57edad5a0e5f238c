"""What was applied and what is announced: read from the store, AWS is not asked."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock
from rootwarden.errors import InputError
from rootwarden.model.announced import LASTS, Came, Outcome, outcome
from rootwarden.model.past_run import PastRun, PastRuns, UnreadRun
from rootwarden.model.ports import Clock
from rootwarden.store.announcements import announcements, former_announcements
from rootwarden.store.opening import Store, is_store, open_store, reopen_store, store_place
from rootwarden.store.run_log import count_runs, find_run, past_run, readable_runs
from rootwarden.store.run_rows import resting_of


def listed(url: str, most: int = 50, clock: Clock | None = None) -> PastRuns:
    """Return the newest runs of a store, and what is announced; where there is no store it says so, and none is made.

    A run that cannot be read is named apart.

    Raises:
        UsageError, InputError, StoreError: the store cannot be read.
    """
    if not is_store(url):
        return PastRuns((), (), 0, store=store_place(url), exists=False)
    now = (clock or SystemClock()).now()
    with closing(open_store(url)) as store:
        found, unread = readable_runs(store, most)
        runs: list[PastRun] = []
        for one in found:
            try:
                runs.append(past_run(store, one))
            except InputError as error:
                unread.append(UnreadRun(one.id, one.started, one.state, error.why))
        told = _outcomes(store, now)
        waiting = tuple(one.of for one in told if one.came is Came.WAITS)
        former = tuple(one for one in told if one.came is not Came.WAITS)[:most]
        return PastRuns(tuple(runs), waiting, count_runs(store), tuple(unread), store=store_place(url), former=former)


def _outcomes(store: Store, now: datetime) -> list[Outcome]:
    """Return what was announced with what came of it, the newest first."""
    told = sorted((*announcements(store), *former_announcements(store)), key=lambda one: one.at, reverse=True)
    if not told:
        return []
    with store.read() as connection:
        rest = resting_of(connection, told[-1].at)
    found = []
    for one in told:
        later = [other.at for other in told if other.digest == one.digest and other.at > one.at]
        until = min(later, default=now + LASTS)
        mine = [name for name, started in rest.get(one.digest, ()) if one.at <= started < until]
        found.append(outcome(one, next(iter(mine), ""), now))
    return found


def shown(url: str, name: str) -> PastRuns:
    """Return the run with this id, or the only one whose id begins so.

    Raises:
        InputError: there is none, or there are several.
        StoreError: the store cannot be read.
    """
    with closing(reopen_store(url)) as store:
        one = past_run(store, find_run(store, name))
        told = (each for each in _outcomes(store, SystemClock().now()) if each.of.digest == one.run.announced)
        mine = (each.of for each in told if each.of.at <= one.run.started)
        found = replace(one, rests_on=next(mine, None)) if one.run.announced else one
        return PastRuns((found,), (), 1, store=store_place(url))
