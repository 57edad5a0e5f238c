"""From records to what is told: a crash at any moment changes nothing of it, and a storm hides nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from rootwarden.model.alert import Act
from rootwarden.model.alerting import Alerting, Decided
from rootwarden.model.context import Context, QuietHours, Standing, Window
from rootwarden.model.findings import Severity
from rootwarden.model.golden import golden_records
from rootwarden.model.message import Occasion
from rootwarden.model.telling import waits
from tests.detections.scenes import ACCOUNT, DAY, MANAGEMENT, act, assume_root, at, failed_sign_in, iso, sign_in
from tests.laws.effort import EFFORT, FULL, tried
from tests.store.samples import new_alerting

LIVE = Context(lateness=timedelta(hours=24), windows=(), origin_wait=timedelta(minutes=15))
# Far enough apart that all is forgotten now and then, near enough that most of it belongs together.
MINUTES = st.integers(0, 90) | st.integers(0, 4000)


# -- a crash at any moment -------------------------------------------------------------------------------------
class Turn(Struct, frozen=True):
    """What came in at an instant; what of it counts is kept for a replay."""

    now: datetime
    records: list[dict[str, Any]]


@st.composite
def streams(draw: st.DrawFn) -> list[Turn]:
    """Return records that come in one batch after the other, late ones among them, and turns in which nothing came."""
    golden = golden_records()
    numbers = st.integers(0, len(golden) - 1)
    turns, now = [], DAY
    for batch in draw(st.lists(st.lists(st.tuples(numbers, MINUTES), max_size=6), min_size=2, max_size=12)):
        now += timedelta(minutes=draw(MINUTES))
        records = []
        for number, late in batch:
            record = json.loads(json.dumps(golden[number].record))
            if isinstance(record.get("eventTime"), str):
                record["eventTime"] = iso(now - timedelta(minutes=late))
            # One content for one id, as CloudTrail promises; some of them come again.
            record["eventID"] = f"{number}-{record.get('eventTime')}"
            records.append(record)
        turns.append(Turn(now, records))
    return turns


def live(alerting: Alerting, turn: Turn) -> tuple[Decided, list[dict[str, Any]]]:
    """Let a watch take a turn; return what it decided and what of the records counts."""
    counted = [record for record in turn.records if alerting.feed(record).event is not None]
    return alerting.decide(turn.now), counted


def state(alerting: Alerting) -> dict[str, Any]:
    """Return all that is known, whatever its order; but how many records came of which kind: not all are kept."""
    found: dict[str, Any] = {}
    for piece in map(json.loads, alerting.dump()):
        for name, value in piece.items():
            place = f"{piece['type']} {name}"
            if isinstance(value, list):
                found.setdefault(place, []).extend(value)
            elif isinstance(value, dict):
                found.setdefault(place, {}).update(value)
            else:
                found.setdefault(place, value)
    del found["watch kinds"]
    for name in ("watch notes", "threads threads", "threads issued", "threads marks", "book open"):
        found[name].sort(key=lambda one: json.dumps(one, sort_keys=True))
    return found


def news_of(decided: Decided) -> list[tuple[Any, ...]]:
    """Return what is told, but for the objects it is told with."""
    return [
        (one.occasion, one.incident.id, [alert.fingerprint for alert in one.alerts], one.number, one.storm, one.held,
         one.withdrawn)
        for one in decided.news
    ]  # fmt: skip


@tried
@given(streams(), st.data())
def test_whoever_goes_on_after_a_crash_ends_in_the_same_state(turns, data):
    """From what was written down at any moment before, by what was kept since; and tells the same."""
    saved_at = data.draw(st.integers(0, len(turns) - 1))
    killed_at = data.draw(st.integers(saved_at, len(turns) - 1))
    whole, saved, kept = new_alerting(LIVE), iter(()), []
    told = []
    for number, turn in enumerate(turns):
        decided, counted = live(whole, turn)
        told.append(news_of(decided))
        if number == saved_at:
            saved = whole.dump()
        elif number > saved_at and (counted or decided.updates or decided.news):  # as a watch keeps batches
            kept.append((number, Turn(turn.now, counted)))
    again = new_alerting(LIVE)
    again.load(saved)
    for number, turn in kept:
        if number <= killed_at:
            assert news_of(live(again, turn)[0]) == told[number]
    for number, turn in enumerate(turns[killed_at + 1 :], killed_at + 1):
        assert news_of(live(again, turn)[0]) == told[number]
    for one in (whole, again):
        one.decide(turns[-1].now + timedelta(minutes=20))
    assert state(again) == state(whole)


@tried
@given(streams())
def test_what_is_told_is_of_incidents_that_there_are(turns):
    """Each alert is in one incident, each incident once; what was joined to another is not told of any more."""
    alerting, gone = new_alerting(LIVE), set()
    for turn in turns:
        decided, _ = live(alerting, turn)
        gone |= {name for _, placed in decided.updates for name in placed.joined}
        names = {placed.incident.id for _, placed in decided.updates}
        assert {news.incident.id for news in decided.news} <= names
        assert not names & gone
        for change, placed in decided.updates:
            assert placed.incident.counts[change.alert.code] >= 1 or change.act is not Act.RAISED
            assert placed.incident.standing >= 0


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b"\xff", b'{"schema": "alerting/1"}'])
def test_what_is_no_state_is_refused(text):
    """With what it is not."""
    with pytest.raises(ValueError, match="no state of alerting"):
        new_alerting().load([text])


def test_a_state_of_another_schema_is_refused():
    """By name."""
    with pytest.raises(ValueError, match="alerting/9"):
        new_alerting().load(line.replace(b"alerting/2", b"alerting/9") for line in new_alerting().dump())


# -- standing windows ------------------------------------------------------------------------------------------
CALLER = f"arn:aws:iam::{MANAGEMENT}:role/audit/RootwardenAudit"
SESSION = f"arn:aws:sts::{MANAGEMENT}:assumed-role/RootwardenAudit/rootwarden"
TASK = "IAMAuditRootUserCredentials"
AUDIT = Standing(
    name="our-audit", caller=CALLER, task=TASK, source_identity="rw-audit-*", hours=QuietHours(1, 5),
    expires=at("00:00", DAY + timedelta(days=30)),
)  # fmt: skip


TWO, THREE = at("02:00"), at("03:00")


def issued(when=TWO, caller=SESSION, identity="rw-audit-17", task=TASK, **fields):
    """Return the AssumeRoot that our audit makes, or one that is not quite it."""
    record = assume_root(when, ACCOUNT, "ASIA5AUDIT1", task, **fields)
    who = record["userIdentity"]
    who["arn"] = caller
    if identity:
        who.setdefault("sessionContext", {})["sourceIdentity"] = identity
    else:
        who.get("sessionContext", {}).pop("sourceIdentity", None)
    return record


def run(*batches, standing=(AUDIT,), now=THREE):
    """Return what is told of records, and how many alerts there are in all."""
    alerting = new_alerting(Context(lateness=timedelta(hours=24), windows=(), standing=standing))
    decided = []
    for batch in batches:
        for record in batch:
            alerting.feed(record)
        decided.append(alerting.decide(now))
    return decided


def session(when=TWO + timedelta(minutes=1)):
    """Return what the audit does with its session."""
    return act(when, key="ASIA5AUDIT1", mfa="false", eventName="GetAccountSummary")


def test_what_a_known_job_does_waits_for_the_digest():
    """The call and what its session does; all of it is kept, and says by which window."""
    (decided,) = run([issued(), session()])
    assert len(decided.updates) >= 2
    assert decided.news == ()
    assert all(waits(change.alert) for change, _ in decided.updates)
    assert {change.alert.window for change, _ in decided.updates} - {""} == {"standing:our-audit:rw-audit-17"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"caller": f"arn:aws:sts::{MANAGEMENT}:assumed-role/Another/rootwarden"},
        {"caller": f"arn:aws:sts::{ACCOUNT}:assumed-role/RootwardenAudit/rootwarden"},
        {"caller": f"arn:aws:iam::{MANAGEMENT}:user/RootwardenAudit"},
        {"task": "S3UnlockBucketPolicy"},
        {"identity": "alice"},
        {"identity": ""},
        {"when": at("00:59")},
        {"when": at("05:00")},
        {"when": at("02:00", DAY + timedelta(days=30))},
    ],
    ids=["role", "account", "user", "task", "source identity", "none", "too early", "too late", "expired"],
)
def test_anything_else_is_told_in_full(wrong):
    """One of it wrong is enough."""
    when = wrong.get("when", at("02:00"))
    (decided,) = run([issued(**wrong), session(when + timedelta(minutes=1))], now=when + timedelta(hours=1))
    assert decided.news
    assert not any(change.alert.window.startswith("standing:") for change, _ in decided.updates)


def test_a_refused_call_is_no_run_of_the_job():
    """Somebody tries what the role may not."""
    (decided,) = run([issued(errorCode="AccessDenied")])
    assert not any(change.alert.window for change, _ in decided.updates)


def test_a_job_without_a_source_identity_has_an_end():
    """Then the role is enough, until it."""
    any_identity = Standing(name="tool", caller=CALLER, expires=at("02:30"))
    assert run([issued(identity="")], standing=(any_identity,))[0].news == ()
    assert run([issued(at("02:30"), identity="")], standing=(any_identity,))[0].news


def test_a_call_that_comes_late_explains_what_was_told():
    """Until it comes the session may be root itself and is told; then that it was expected, or nothing at all."""
    first, second = run([session()], [issued()])
    assert first.news
    changed = [one for one in second.news if one.occasion in (Occasion.UPDATE, Occasion.CLEARED)]
    assert changed
    assert all(news.withdrawn or news.alerts[0].window.startswith("standing:") for news in changed)
    assert not any(news.occasion is Occasion.ALERT for news in second.news)


def test_a_session_of_somebody_else_is_told_beside_the_job():
    """Though the account is the same and the time too."""
    (decided,) = run([issued(), session(), act(at("02:02"), mfa="false", key="ASIA5THIEF22")])
    assert decided.news
    assert {key for news in decided.news for one in news.alerts for key in [one.access_key]} == {"ASIA5THIEF22"}


def test_an_approved_window_is_told_and_is_no_standing_one():
    """Somebody comes as root, as approved: that is told, less loudly."""
    window = Window(id="W-1", account=ACCOUNT, opens=at("01:00"), closes=at("05:00"))
    alerting = new_alerting(Context(windows=(window,), standing=(AUDIT,)))
    alerting.feed(sign_in(at("02:00")))
    decided = alerting.decide(at("02:01"))
    assert [news.alerts[0].window for news in decided.news] == ["W-1"] * len(decided.news)
    assert decided.news


# -- the storm -------------------------------------------------------------------------------------------------
STORM = 100_000 if EFFORT is FULL else 5_000
ACCOUNTS, BATCH = 1000, 500
# Seconds of processor time for one batch, with room for a slow machine.
MOST = 2.0


def attack(count: int, addresses: int) -> Iterator[list[dict[str, Any]]]:
    """Yield batches of sign-ins that fail: so many, over a thousand accounts, thirty a second."""
    text = json.dumps(failed_sign_in(DAY))
    for start in range(0, count, BATCH):
        batch = []
        for number in range(start, min(count, start + BATCH)):
            record = json.loads(text.replace(ACCOUNT, account(number)))
            where = number * 7919 % addresses
            record["eventID"], record["eventTime"] = f"failed-{number}", iso(DAY + timedelta(seconds=number // 30))
            record["sourceIPAddress"] = f"198.{18 + where // 65536}.{where // 256 % 256}.{where % 256}"
            batch.append(record)
        yield batch


def account(number: int) -> str:
    return f"{100_000_000_000 + number % ACCOUNTS}"


@pytest.mark.parametrize("addresses", [1, 1000, STORM], ids=["one address", "a thousand addresses", "one for each"])
def test_one_that_got_in_among_a_hundred_thousand_that_did_not(addresses):
    """Somebody reads it: at once, and among fewer than twenty messages."""
    alerting = new_alerting(Context(lateness=timedelta(hours=24)))
    news, took, at_once = [], [], None
    for number, batch in enumerate(attack(STORM, addresses)):
        if number * BATCH == STORM // 2:
            when, where = batch[249]["eventTime"], batch[249]["sourceIPAddress"]
            entered = sign_in(datetime.fromisoformat(when), account(249), sourceIPAddress=where)
            batch.insert(250, entered)
        for record in batch:
            alerting.feed(record)
        began = time.process_time()
        decided = alerting.decide(datetime.fromisoformat(batch[-1]["eventTime"]))
        took.append(time.process_time() - began)
        news += decided.news
        if number * BATCH == STORM // 2:
            at_once = [one for one in decided.news if f"{account(249)}/{entered['eventID']}" in one.alerts[0].event_ids]
    print(
        f"{STORM:,} failures from {addresses:,} addresses: {len(news)} messages;"
        f" a batch of {BATCH} took {sum(took) / len(took):.3f} s on average, {max(took):.3f} s at most,"
        f" {took[-1]:.3f} s at the end"
    )
    assert at_once
    assert at_once[0].severity in (Severity.CRITICAL, Severity.HIGH)
    assert len(news) < 20
    assert max(took) < MOST
