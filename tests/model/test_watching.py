"""A watch: the same alerts in the end, whatever arrives how often and when; nothing it holds grows for ever."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from rootwarden.model.alert import Act, Origin
from rootwarden.model.context import Context
from rootwarden.model.findings import Severity
from rootwarden.model.root_activity import Kind
from tests.detections.scenes import (
    ACCOUNT,
    DAY,
    HOLDER,
    MANAGEMENT,
    SECOND,
    act,
    assume_root,
    at,
    compromised_root,
    failed_sign_in,
    shot,
    sign_in,
)
from tests.detections.stage import LATE, alerts, give, ids, new_watch

TWO_HOURS = Context(lateness=timedelta(hours=2))


def codes(news):
    """Return what was told of which detection."""
    return [(update.act, update.alert.code) for update in news]


def held(watch):
    """Return how many notes and alerts a watch holds."""
    pieces = [json.loads(line) for line in watch.dump()]
    notes = sum(len(kept["notes"]) for piece in pieces for kept in piece.get("notes", ()))
    return notes + sum(len(piece.get("threads", ())) for piece in pieces)


# -- identity --------------------------------------------------------------------------------------------------
def test_a_record_counts_once_however_often_it_arrives():
    """Also after the news of it were told."""
    watch = give(new_watch(), [act(DAY)] * 3)
    assert codes(watch.flush(DAY)) == [(Act.RAISED, "RD-001")]
    assert not give(watch, [act(DAY)]).flush(DAY)


def test_the_same_event_id_in_two_accounts_is_two_records():
    """An id is unique within an account's trail."""
    one, other = act(DAY), act(DAY, SECOND)
    other["eventID"] = one["eventID"]
    assert len(alerts("RD-001", [one, other])) == 2


def test_records_without_an_id_are_told_apart_by_what_they_hold():
    """Old records have none; the order of fields does not count."""
    one, other = act(DAY), act(DAY, eventName="ListRoles")
    for record in (one, other):
        del record["eventID"], record["requestID"]
    turned = dict(reversed(one.items()))
    found = alerts("RD-001", [one, other, turned])
    assert len({alert.fingerprint for alert in found}) == len(found) == 2


def test_equal_times_are_no_trouble():
    """CloudTrail tells the time to the second: a crowd in one second is a burst all the same."""
    crowd = [failed_sign_in(DAY, tag=str(one)) for one in range(9)]
    (found,) = alerts("RD-101", reversed(crowd))
    assert len(found.event_ids) == 9
    for record in (crowd, list(reversed(crowd))):
        assert alerts("RD-101", record) == [found]


def test_within_a_second_steps_follow_each_other():
    """Failures before the success, the reset before the device, the key before its use, the sign-in before the act."""
    crowd = [failed_sign_in(DAY, tag=str(one)) for one in range(3)]
    for tag in "abcdef":
        assert alerts("RD-103", [*crowd, sign_in(DAY, tag=tag)])
        assert alerts("RD-111", [shot("root-password-changed", DAY, tag=tag), shot("root-registers-mfa", DAY, tag=tag)])
        assert alerts("RD-113", [sign_in(DAY, tag=tag), shot("root-deletes-trail", DAY, tag=tag)])
        assert alerts("RD-118", [shot("root-key-made", DAY, tag=tag), shot("root-key-used", DAY, tag=tag)])


def test_times_with_an_offset_are_the_same_instant():
    """Only the instant counts."""
    record = act(DAY, eventTime="2026-11-24T05:30:00+05:30")
    (found,) = alerts("RD-001", [record])
    assert found.event_time == DAY


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1999-01-01T00:00:00Z", "then", ""])
def test_times_that_cannot_be_are_judged_alone(moment):
    """Nothing breaks; the record is told, but belongs to no sequence."""
    record = act(DAY, mfa="false", eventTime=moment)
    watch = give(new_watch(TWO_HOURS), [record, act(DAY)])
    told = [update.alert for update in watch.flush(LATE) if update.alert.event_ids == ids(record)]
    assert {alert.code for alert in told} <= {"RD-001", "RD-033"}
    assert told[0].event_time == datetime(1970, 1, 1, tzinfo=UTC)


# -- who acted -------------------------------------------------------------------------------------------------
def test_an_unknown_issuer_is_waited_for():
    """One level lower until fifteen minutes after the event; then in full, by the clock alone."""
    watch = give(new_watch(), [act(DAY, mfa="false")])
    first = {update.alert.code: update.alert for update in watch.flush(at("00:14:59"))}
    assert first["RD-001"].severity is Severity.LOW
    assert first["RD-001"].origin is Origin.PENDING
    assert first["RD-001"].notes[0].startswith("origin_pending")
    second = {update.alert.code: update.alert for update in watch.flush(at("00:15"))}
    assert second["RD-001"].severity is Severity.MEDIUM
    assert second["RD-001"].origin is Origin.SETTLED
    assert not watch.flush(at("00:16"))


@pytest.mark.parametrize("first", [0, 1])
def test_the_issuer_may_come_before_or_after(first):
    """From another account; then it was a root session, and no session without MFA."""
    scene = [assume_root(DAY, ACCOUNT, "ASIA1MADE"), act(at("00:01"), mfa="false", key="ASIA1MADE")]
    watch = new_watch()
    give(watch, [scene[first]]).flush(at("00:02"))
    give(watch, [scene[1 - first]]).flush(at("00:03"))
    found = {alert.code: alert for alert in watch.standing() if alert.event_ids == ids(scene[1])}
    assert "RD-031" not in found
    assert found["RD-001"].kind is Kind.ROOT_SESSION
    assert found["RD-001"].origin is Origin.SETTLED
    assert found["RD-001"].severity is Severity.MEDIUM


def test_a_copy_of_the_issue_in_another_account_changes_nothing():
    """Copies have ids of their own."""
    issue = assume_root(DAY, ACCOUNT, "ASIA1MADE")
    copied = issue | {"eventID": "another", "recipientAccountId": ACCOUNT}
    call = act(at("00:01"), mfa="false", key="ASIA1MADE")
    for scene in ([issue, copied, call], [copied, call, issue]):
        assert not alerts("RD-031", scene)


def test_a_denied_assume_root_issued_nothing():
    """Whatever its answer holds."""
    denied = assume_root(DAY, ACCOUNT, "ASIA1MADE")
    denied["errorCode"] = "AccessDenied"
    assert alerts("RD-031", [denied, act(at("00:01"), mfa="false", key="ASIA1MADE")])


# -- time goes on ----------------------------------------------------------------------------------------------
def days_of_use(days, account=ACCOUNT):
    """Return one ordinary act every hour."""
    return [act(DAY + timedelta(hours=hour), account, sourceIPAddress=HOLDER) for hour in range(24 * days)]


def live(watch, records):
    """Let records arrive one by one, at their time; return the news."""
    news = []
    for record in records:
        news += give(watch, [record]).flush(datetime.fromisoformat(record["eventTime"]))
    return news


def test_what_is_held_does_not_grow_with_time():
    """Ordinary use of a month takes no more room than that of ten days."""
    watch = new_watch(TWO_HOURS)
    month = days_of_use(30)
    live(watch, month[:240])
    after_ten_days = held(watch)
    live(watch, month[240:])
    assert held(watch) <= after_ten_days


def test_what_strangers_try_does_not_grow_for_ever():
    """Each failed sign-in comes from another network, with another program: what is held has an end."""
    watch = new_watch(TWO_HOURS)
    half_hours = [DAY + timedelta(minutes=30 * one) for one in range(2_400)]
    records = [
        failed_sign_in(moment, sourceIPAddress=f"10.{one // 250}.{one % 250}.1", userAgent=f"tool {one}")
        for one, moment in enumerate(half_hours)
    ]
    sizes = []
    live(watch, [sign_in(DAY - timedelta(hours=1))])
    for first in range(0, len(records), 20):
        give(watch, records[first : first + 20]).flush(half_hours[first + 19])
        sizes.append(held(watch))
    assert max(sizes[-20:]) <= max(sizes[:80]) < 3_000


def test_a_record_from_the_future_makes_nothing_old():
    """A wrong clock, or somebody who wants the rest to be forgotten, changes nothing for what is true."""
    future = act(DAY, eventTime="2099-01-01T00:00:00Z")
    watch = new_watch(TWO_HOURS)
    live(watch, [act(DAY - timedelta(hours=3))])
    assert (Act.RAISED, "RD-001") in codes(give(watch, [future]).flush(DAY))
    failures = [failed_sign_in(DAY + timedelta(seconds=60 * one)) for one in range(5)]
    assert (Act.RAISED, "RD-101") in codes(live(watch, failures))


def test_a_record_that_comes_too_late_is_still_told():
    """Days late, when all about its time is forgotten: once, and it is not taken back."""
    watch = new_watch(Context(lateness=timedelta(hours=2), windows=()))
    live(watch, days_of_use(4))
    late = act(at("01:30"), mfa="false")
    news = give(watch, [late]).flush(DAY + timedelta(days=4))
    assert {"RD-001", "RD-031", "RD-104"} <= {update.alert.code for update in news}
    assert {update.act for update in news} == {Act.RAISED}
    again = live(watch, [act(DAY + timedelta(days=4, hours=hour), sourceIPAddress=HOLDER) for hour in range(9)])
    assert Act.WITHDRAWN not in {update.act for update in again}
    assert not [update for update in again if update.alert.event_ids == ids(late)]


def test_what_was_concluded_long_ago_is_not_told_again():
    """Though notes of it are kept, to know what is usual."""
    watch = new_watch(TWO_HOURS)
    scene = compromised_root()
    told = Counter(update.alert.code for update in live(watch, scene) if update.act is Act.RAISED)
    later = live(watch, [act(DAY + timedelta(hours=12 + hour), sourceIPAddress=HOLDER) for hour in range(200)])
    assert told["RD-107"] == 2
    assert not {"RD-107", "RD-109", "RD-114", "RD-118"} & {update.alert.code for update in later}


def test_a_region_stays_new_for_a_day():
    """A console looks around before it launches; machines in a new Region weigh more all the same."""
    home, looks = act(DAY), act(at("02:00"), eventName="DescribeInstances", awsRegion="ap-south-2")
    for clock, severity in (("02:05", Severity.CRITICAL), ("26:00", Severity.CRITICAL), ("26:00:01", Severity.HIGH)):
        launch = shot("root-launches-instances", at(clock), awsRegion="ap-south-2")
        (found,) = alerts("RD-040", [home, looks, launch])
        assert found.severity is severity


def test_deletions_in_a_burst_weigh_more():
    """Ten within ten minutes; one more that comes late raises all of them."""
    whole = [shot("root-terminates-instance", DAY + timedelta(seconds=66 * one)) for one in range(10)]
    watch = give(new_watch(), whole[1:])
    watch.flush(LATE)
    assert {alert.severity for alert in watch.standing() if alert.code == "RD-041"} == {Severity.HIGH}
    news = give(watch, whole[:1]).flush(LATE)
    assert Counter(update.act for update in news if update.alert.code == "RD-041") == {Act.REVISED: 9, Act.RAISED: 1}
    assert {alert.severity for alert in watch.standing() if alert.code == "RD-041"} == {Severity.CRITICAL}


# -- writing down ----------------------------------------------------------------------------------------------
def test_what_was_written_down_goes_on():
    """Waiting, threads and memories; nothing is told twice."""
    scene = compromised_root()
    watch = give(new_watch(TWO_HOURS), scene[:-1])
    watch.flush(at("02:40"))
    again = new_watch(TWO_HOURS)
    again.load(watch.dump())
    assert [*again.dump()] == [*watch.dump()]
    assert not again.flush(at("02:40"))
    for one in (watch, again):
        give(one, scene[-1:])
    assert again.flush(at("03:30")) == watch.flush(at("03:30"))
    assert again.kinds == watch.kinds == {Kind.ROOT_DIRECT: 11}


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"schema": 1}', b"\xff"])
def test_what_is_no_state_is_refused(text):
    """With what it is not."""
    with pytest.raises(ValueError, match="no state of a watch"):
        new_watch().load([text])


def test_a_state_of_another_schema_is_refused():
    """By name."""
    state = [line.replace(b"watch/2", b"watch/7") for line in new_watch().dump()]
    with pytest.raises(ValueError, match="watch/7"):
        new_watch().load(state)


# -- storms ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "made",
    [
        lambda when, tag: act(when, tag=tag),
        lambda when, tag: failed_sign_in(when, tag=tag),
        lambda when, tag: act(when, mfa="false", tag=tag),
    ],
    ids=["calls", "failed sign-ins", "calls without MFA"],
)
def test_a_storm_is_weathered(made):
    """Five thousand records of one account in fifty batches; the work may grow faster than they, but not by much."""
    watch = new_watch()
    records = [made(DAY + timedelta(seconds=2 * one), str(one)) for one in range(5_000)]
    began = time.process_time()
    for first in range(0, len(records), 100):
        give(watch, records[first : first + 100]).flush(DAY + timedelta(seconds=2 * first + 200))
    assert time.process_time() - began < 10
    assert len(watch.standing()) >= 5_000


def test_the_management_account_may_issue_for_many():
    """A thousand sessions, each with its own key: every call finds its own."""
    issues = [assume_root(DAY + timedelta(seconds=one), ACCOUNT, f"ASIA{one}") for one in range(1_000)]
    calls = [act(DAY + timedelta(seconds=one + 5), mfa="false", key=f"ASIA{one}") for one in range(1_000)]
    assert issues[0]["recipientAccountId"] == MANAGEMENT
    assert not alerts("RD-031", [*calls, *issues])


def test_a_record_without_a_time_is_told_once():
    """However late it comes again, and though all that is old was forgotten in between."""
    timeless = shot("event-without-time", DAY) | {"eventTime": None}
    watch = new_watch(Context(lateness=timedelta(hours=2)))
    give(watch, [timeless])
    first = watch.flush(DAY)
    for hours in range(1, 12):
        give(watch, [act(DAY + timedelta(hours=hours))])
        watch.flush(DAY + timedelta(hours=hours))
    give(watch, [timeless])
    again = watch.flush(DAY + timedelta(hours=12))
    assert first
    assert not {one.thread for one in first} & {one.thread for one in again}
