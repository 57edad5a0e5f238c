"""People learn of dead letters, but not of each: one message an hour says how many, and why the first ones came."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.watching.work import Hands, at_work, put, told

HOUR = timedelta(hours=1)


def of_letters(place: Path) -> list[dict[str, Any]]:
    """Return what people were told of dead letters."""
    return [one for one in told(place) if one["thread"] == "dead-letters"]


def test_people_are_told_of_dead_letters_once_an_hour(tmp_path: Path, address: str) -> None:
    """At once of the first, of the next ones an hour later together, and of none twice."""
    clock = Hands()
    with at_work(tmp_path, clock, store=address) as work:
        put(tmp_path, "1.json", content=b"{garbage\x1b[2J")
        work.until("delivered")
        (first,) = of_letters(tmp_path)
        assert (first["severity"], first["title"]) == ("medium", "1 thing came that could not be understood")
        assert "1.json" in first["lines"][1]
        for number in range(2, 5):
            put(tmp_path, f"{number}.json", content=b"{garbage %d" % number)
            work.forward(15 * timedelta(minutes=1))
        assert len(of_letters(tmp_path)) == 1
        work.forward(HOUR)
        work.until("delivered")
        assert of_letters(tmp_path)[1]["title"].startswith("3 things came")
        work.forward(2 * HOUR)
        assert len(of_letters(tmp_path)) == 2
    with at_work(tmp_path, clock, store=address) as work:
        work.forward(2 * HOUR)
        put(tmp_path, "5.json", content=b"")
        work.turned()
        work.forward(timedelta(seconds=20))
        work.until("delivered")
    assert [one["data"]["letters"] for one in of_letters(tmp_path)] == [1, 3, 1]
