"""Killed again and again: nothing is lost, what may come twice says so; a storm is few messages. Small numbers."""

from __future__ import annotations

import pytest

from tests.shown import crash, storm

RECORDS, KILLS, FAILURES = 400, 4, 1500


@pytest.mark.parametrize("store", [crash.on_sqlite, crash.on_postgresql], ids=["sqlite", "postgresql"])
def test_killed_again_and_again(store: object, capsys: pytest.CaptureFixture[str]) -> None:
    """Losses 0, repeats at most kills and marked, whatever the moment."""
    with store() as (url, rows):  # type: ignore[operator]
        found = crash.crash(url, rows, RECORDS, KILLS)
    with capsys.disabled():
        print(found)
    assert crash.holds(found), found
    assert found["kills"] == KILLS
    assert found["messages"] > 5


def test_a_storm_is_few_messages(capsys: pytest.CaptureFixture[str]) -> None:
    """The one success among failures comes through; the figures of time are not judged here."""
    found = storm.storm("1,000 addresses", FAILURES, 1000)
    with capsys.disabled():
        print(found)
    assert found["messages"] < storm.FEWER_THAN
    assert found["success_ms"] is not None
    assert found["records_kept"] == FAILURES + 1
