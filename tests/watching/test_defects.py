"""What breaks something of ours costs itself alone: it is kept with the reason, and the watch goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.catalogue.detecting import single_records, stateful
from rootwarden.flows.watching.feeding import Feeder
from rootwarden.model.alerting import Alerting
from rootwarden.model.context import Context
from rootwarden.model.golden import golden_records
from rootwarden.model.silence import Voices
from rootwarden.trail.items import Found
from rootwarden.trail.sources import Parcel

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FAILED = next(one.record for one in golden_records() if "RD-004" in one.fires)


def records(count: int) -> Iterator[dict[str, Any]]:
    """Yield failed sign-ins of one account, a second apart."""
    for number in range(count):
        when = NOW - timedelta(seconds=60 - number)
        yield dict(FAILED) | {"eventID": f"failure-{number}", "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}"}


def test_a_detection_that_breaks_is_told_of_and_the_others_go_on() -> None:
    """One that breaks while it remembers, one while it concludes: the rest of the catalogue alerts as ever."""

    def breaks(*_: Any) -> Any:
        raise KeyError("shape")

    ours = [
        replace(one, remember=breaks) if one.detection.code == "RD-102"
        else replace(one, conclude=breaks) if one.detection.code == "RD-107" else one
        for one in stateful()
    ]  # fmt: skip
    told: list[str] = []
    context = Context(lateness=timedelta(hours=24))
    alerting = Alerting(single_records(), ours, context, on_defect=lambda code, error: told.append(code))
    for record in records(6):
        alerting.feed(record)
    decided = alerting.decide(NOW)
    assert {*told} >= {"RD-102"}
    assert {change.alert.code for change, _ in decided.updates} >= {"RD-004", "RD-101"}
    loud = Alerting(single_records(), ours, context)
    with pytest.raises(KeyError):  # where nobody is there to be told, a defect is not hidden
        for record in records(6):
            loud.feed(record)


def test_a_record_that_breaks_something_is_a_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept as it came, with the reason; the record behind it is judged."""
    alerting = Alerting(single_records(), stateful(), Context(lateness=timedelta(hours=24)))
    feed = alerting.feed

    def sometimes(record: Any) -> Any:
        if record["eventID"] == "failure-1":
            raise RecursionError("too deep")
        return feed(record)

    monkeypatch.setattr(alerting, "feed", sometimes)
    parcels = [
        Parcel([Found(record, f"message {number}")], "a queue", b"raw") for number, record in enumerate(records(3))
    ]
    fed = Feeder(alerting, Voices(3, timedelta(hours=1), 50)).feed(parcels, NOW, list)
    assert [one.event.id for one in fed.seen] == ["failure-0", "failure-2"]
    (letter,) = fed.letters
    assert (letter.source, letter.body) == ("message 1", b"raw")
    assert "RecursionError" in letter.why
