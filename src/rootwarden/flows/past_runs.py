"""What was applied and what is announced: read from the store, AWS is not asked."""

from __future__ import annotations

from contextlib import closing

from rootwarden.aws.clock import SystemClock
from rootwarden.errors import InputError
from rootwarden.model.past_run import PastRun, PastRuns, UnreadRun
from rootwarden.model.ports import Clock
from rootwarden.store.announcements import announcements
from rootwarden.store.opening import is_store, open_store, reopen_store, store_place
from rootwarden.store.run_log import count_runs, find_run, past_run, readable_runs


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
        waiting = tuple(one for one in announcements(store) if one.counts(now))
        return PastRuns(tuple(runs), waiting, count_runs(store), tuple(unread), store=store_place(url))


def shown(url: str, name: str) -> PastRuns:
    """Return the run with this id, or the only one whose id begins so.

    Raises:
        InputError: there is none, or there are several.
        StoreError: the store cannot be read.
    """
    with closing(reopen_store(url)) as store:
        return PastRuns((past_run(store, find_run(store, name)),), (), 1, store=store_place(url))
