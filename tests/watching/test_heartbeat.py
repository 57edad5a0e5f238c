"""A watch to which nothing comes shows that it lives, and notices that another has taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from rootwarden.errors import Exit
from rootwarden.store.intake import OustedError
from rootwarden.store.states import saved_state
from tests.watching.work import Hands, at_work

QUIET = timedelta(seconds=16)


@pytest.fixture(name="clock")
def _clock() -> Hands:
    return Hands()


def test_an_idle_watch_is_heard(tmp_path, clock, address):
    """Every fifteen seconds in the store, which is where doctor, alerts and drills look whether it lives."""
    with at_work(tmp_path, clock, store=address) as work:
        work.until("watching")
        for _ in range(4):
            work.forward(QUIET)
            seen = saved_state(work.store, "watcher")
            assert seen is not None
            assert clock.now() - seen[1] < timedelta(seconds=15)


def test_an_idle_watch_that_is_ousted_ends(tmp_path, clock, address):
    """It learns of it by its own sign of life, and ends with the code of a guard."""
    with at_work(tmp_path, clock, store=address, fails=True) as work:
        work.until("watching")
        with work.store.write() as connection:
            connection.execute(text("UPDATE states SET value = :it WHERE name = 'watcher'"), {"it": b"other"})
        clock.forward(QUIET)
        with pytest.raises(AssertionError, match="it is over"):
            work.until("delivered")
        assert isinstance(work.failure, OustedError)
        assert work.failure.exit_code == Exit.REFUSED


def test_a_store_that_is_away_for_a_moment_is_no_end(tmp_path, clock):
    """The sign of life is tried again, as everything else that is kept."""
    with at_work(tmp_path, clock) as work:
        work.until("watching")
        with work.store.write() as connection:
            connection.execute(text("ALTER TABLE states RENAME TO elsewhere"))
        clock.forward(QUIET)
        work.until("store-failed")
        with work.store.write() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO states"))
        work.turned()
        seen = saved_state(work.store, "watcher")
        assert seen is not None
        assert clock.now() - seen[1] < timedelta(seconds=15)
