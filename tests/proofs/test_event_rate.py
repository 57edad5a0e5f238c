"""From a few pages of an event history to the events of a month: what comes steadily is counted right."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.readings import Unknown
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.proofs.event_rate import (
    ASSUMED,
    FACT,
    PAGES,
    Page,
    events_of,
    monthly_events,
    organization_accounts,
    rate,
    region_events,
    samples,
)

NOW = datetime(2026, 11, 26, 12, 0, 0, 500_000, UTC)
A_MONTH = 730
REFUSED = Unknown("AccessDenied", "cloudtrail.LookupEvents", ("cloudtrail:LookupEvents",)).mark()


def history(seconds: list[float], most: int = 50) -> Callable[[datetime, datetime], Page]:
    """Answer as LookupEvents does, for events so many seconds before now: the newest first, whole seconds only."""
    times = sorted(NOW.timestamp() - one for one in seconds)
    whole = [int(one) for one in times]

    def look(start: datetime, end: datetime) -> Page:
        first, last = bisect_left(whole, start.timestamp()), bisect_right(whole, end.timestamp())
        page = whole[max(first, last - most) : last]
        oldest = datetime.fromtimestamp(page[0], UTC) if page else None
        return Page(len(page), oldest, last - first > most)

    return look


def estimate(seconds: list[float]) -> tuple[float, float]:
    """Return what is made of such a history, in events an hour."""
    found = list(samples(history(seconds), NOW))
    return rate((_length(one), one["events"]) for one in found)


def _length(one: dict[str, Any]) -> float:
    return (datetime.fromisoformat(one["to"]) - datetime.fromisoformat(one["from"])).total_seconds()


@given(an_hour=st.floats(0.02, 3000), phase=st.floats(0, 1))
def test_a_steady_stream_is_bracketed(an_hour: float, phase: float) -> None:
    """Whatever its rate: counted whole, or from six pages; and the bracket is no wider than chance asks for."""
    gap = 3600 / an_hour
    week = 7 * 24 * 3600 + 3600
    # Only what a page can reach is made: a page of 50 events, before each of the ends.
    ends = [900 + number * 29 * 3600 for number in range(PAGES)]
    reach = 52 * gap
    if an_hour < 5:
        seconds = [(number + phase) * gap for number in range(int(week / gap) + 1)]
    else:
        numbers = {number for end in ends for number in range(int((end - 2) / gap), int((end + reach + 2) / gap) + 2)}
        seconds = [(number + phase) * gap for number in numbers]
    low, high = estimate(seconds)
    assert low <= an_hour <= high
    if 5 <= an_hour <= 3000:
        assert high / 1.5 <= an_hour <= low * 1.7


@given(st.lists(st.tuples(st.floats(0, 10_000_000), st.integers(0, 50)), min_size=1, max_size=PAGES))
def test_low_is_never_above_high(counted: list[tuple[float, int]]) -> None:
    low, high = rate(counted)
    assert 0 <= low <= high


def test_a_quiet_region_is_counted_with_one_call_and_no_region_with_more_than_six() -> None:
    asked: list[datetime] = []

    def counting(look: Callable[[datetime, datetime], Page]) -> Callable[[datetime, datetime], Page]:
        def one(start: datetime, end: datetime) -> Page:
            asked.append(end)
            return look(start, end)

        return one

    (whole,) = samples(counting(history([3600.0] * 50)), NOW)
    assert (whole["events"], len(asked)) == (50, 1)
    assert whole["from"] == "2026-11-19T11:45:00+00:00"
    asked.clear()
    busy = list(samples(counting(history([float(one) for one in range(0, 7 * 86_400, 60)])), NOW))
    assert len(busy) == len(asked) == PAGES
    assert len({end.hour for end in asked}) == len({end.date() for end in asked}) == PAGES


def test_by_day_and_by_night_make_a_wider_bracket_than_a_steady_stream() -> None:
    """Ten times as many from 8 to 18 o'clock: the mean lies between low and high."""
    night = [float(one) for one in range(0, 8 * 86_400, 600)]
    day = [one * 60.0 for one in range(8 * 1440) if 8 <= (NOW - timedelta(minutes=one)).hour < 18]
    low, high = estimate(night + day)
    assert low <= (6 * 24 + 60 * 10) / 24 <= high


def test_what_was_seen_before_a_refusal_counts() -> None:
    answers = iter([Page(50, NOW - timedelta(hours=2), more=True), None])
    assert [one["events"] for one in samples(lambda *_: next(answers), NOW)] == [50]


def test_a_page_without_events_that_promises_more_says_nothing() -> None:
    assert not list(samples(lambda *_: Page(0, None, more=True), NOW))


# -- what is made of it --------------------------------------------------------------------------------------------


def seen(own: Any = None, *, asked: tuple[str, ...] = (), others: dict[str, Any] | None = None) -> View:
    """Return an account of an organization, with its own fact and those of other accounts."""
    shared = Shared()
    for account, value in (others or {}).items():
        shared.add(account, FACT, value)
    listed = [{"Id": "1"}, {"Id": "2", "State": "ACTIVE"}, {"Id": "3", "State": "SUSPENDED"}]
    facts = Facts({} if own is None else {FACT: own})
    return View(Subject(account="1", partition="aws"), facts, Facts({"org.accounts": listed}), shared, asked)


def region(name: str, events: int = 50, hours: float = 10.0) -> dict[str, Any]:
    """Return one sample of a Region."""
    end = datetime(2026, 11, 26, 11, 45, tzinfo=UTC)
    sample = {"from": (end - timedelta(hours=hours)).isoformat(), "to": end.isoformat(), "events": events}
    return {"region": name, "samples": [sample]}


def test_regions_are_added_and_it_is_said_how_it_was_measured() -> None:
    found = monthly_events(seen([region("eu-west-1"), region("us-east-1", events=100)]))
    assert found.measured
    assert found.low <= 15 * A_MONTH <= found.high
    assert found.how == (
        "8,300 to 1,000,000 events a month, measured on 2026-11-26 from 2 samples of the event history in 2 Regions; "
        "bursts between samples cannot be seen, so the high figure is at least 1,000,000"
    )


def test_a_week_that_was_counted_whole_is_believed() -> None:
    """50 and 100 events a week in two Regions; one Region of samples is enough for a busy account to be possible."""
    week = [region("eu-west-1", hours=168), region("us-east-1", events=0, hours=168)]
    found = monthly_events(seen(week))
    assert found.low <= 50 / 168 * A_MONTH <= found.high < 400
    assert found.how.endswith(" from 2 samples of the event history in 2 Regions")
    assert monthly_events(seen([*week, region("eu-north-1", hours=167)])).high == ASSUMED.high
    assert monthly_events(seen([region("eu-west-1", events=50_000)])).high > ASSUMED.high


@given(burst=st.integers(0, 23), began=st.integers(0, 23))
def test_a_burst_that_no_sample_meets_is_reckoned_with(burst: int, began: int) -> None:
    """A million events in one hour of each night, and a hundred in the others: high is a busy account at least."""
    now = datetime(2026, 11, 26, began, 30, tzinfo=UTC)

    def look(_: datetime, end: datetime) -> Page:
        gap = 3600 / (1_000_000 if end.hour == burst else 100)
        return Page(50, end - timedelta(seconds=int(49 * gap)), more=True)

    found = monthly_events(seen([{"region": "eu-west-1", "samples": list(samples(look, now))}]))
    assert found.low <= 30 * (23 * 100 + 1_000_000)
    assert found.high >= ASSUMED.high
    assert "bursts between samples cannot be seen" in found.how


def test_a_snapshot_without_it_keeps_the_assumed_range() -> None:
    assert monthly_events(seen()) == ASSUMED
    assert not ASSUMED.measured


def test_a_refusal_is_told() -> None:
    found = monthly_events(seen([{"region": "eu-west-1"} | REFUSED]))
    assert (found.low, found.high, found.measured) == (ASSUMED.low, ASSUMED.high, False)
    assert found.how == (
        "20,000 to 1,000,000 events a month, assumed, for the event history could not be read (AccessDenied on "
        "cloudtrail.LookupEvents (needs cloudtrail:LookupEvents))"
    )


@pytest.mark.parametrize(
    ("own", "asked", "said"),
    [
        ([region("eu-west-1"), {"region": "us-east-1"} | REFUSED], (), "1 Region could not be read (AccessDenied"),
        ([region("eu-west-1"), {"region": "us-east-1", "samples": []}], (), "1 Region could not be read (no_sample)"),
        ([region("eu-west-1"), region("us-east-1", hours=-1)], (), "1 Region could not be read (malformed"),
        ([region("eu-west-1")], ("eu-west-1",), "no other Regions were asked for"),
    ],
)
def test_what_was_not_read_makes_the_high_figure_no_lower(own: list[Any], asked: tuple[str, ...], said: str) -> None:
    whole, found = monthly_events(seen([region("eu-west-1")])), monthly_events(seen(own, asked=asked))
    assert said in found.how
    assert (found.low, found.high) == (whole.low, whole.high + ASSUMED.high)


def test_a_trail_of_the_organization_records_every_open_account() -> None:
    """Measured ones are added up, the others assumed, and closed ones record nothing."""
    view = seen([region("eu-west-1")], others={"1": [region("eu-west-1")], "2": [region("eu-west-1")]})
    assert organization_accounts(view) == ("1", "2")
    alone, both = events_of(view, ("1",)), events_of(view, ("1", "2"))
    assert (both.low, both.high) == (2 * alone.low, 2 * alone.high)
    assert both.how.endswith("in 2 Regions of 2 accounts; bursts between samples cannot be seen, so the high figure is "
                             "at least 1,000,000 for each")  # fmt: skip
    without = events_of(seen([region("eu-west-1")]), ("1", "2"))
    assert (without.low, without.high) == (alone.low + ASSUMED.low, alone.high + ASSUMED.high)
    assert without.how.endswith("; those of 1 account assumed")
    assert events_of(seen(), ("1", "2")).how == "40,000 to 2,000,000 events a month, assumed for 2 accounts"


def test_a_region_by_itself() -> None:
    view = seen([region("eu-west-1", hours=168), region("us-east-1", events=0)], asked=("eu-west-1", "us-east-1"))
    assert region_events(view, "eu-west-1").how.endswith("1 sample of the event history in 1 Region")
    assert (region_events(view, "us-east-1").low, region_events(view, "us-east-1").high) == (0, ASSUMED.high)
    assert not region_events(view, "eu-north-1").measured
