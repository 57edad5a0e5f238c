"""Records come into a folder, people are told by a file and a webhook: at once, again if nobody answers, or never."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from rootwarden.errors import RefusedError, UsageError
from rootwarden.flows.watching.plan import LATENESS, Digest, Escalation, Silence, Step
from rootwarden.model.context import Context, Standing
from rootwarden.model.findings import Severity
from rootwarden.store import casebook, outbox
from rootwarden.store.casebook import Mute
from rootwarden.store.intake import OustedError
from tests.detections.scenes import ACCOUNT, MANAGEMENT, SECOND, THIRD, act, assume_root, failed_sign_in
from tests.notify.receivers import nobody_listens, receiving
from tests.store.samples import contents, count_events
from tests.watching.work import START, Hands, at_work, entered, file_channel, looking, put, told

MINUTES, HOUR, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(name="clock")
def _clock() -> Hands:
    return Hands()


def rows(store, question):
    """Ask a store."""
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


# -- people are told -------------------------------------------------------------------------------------------
def test_root_signs_in_and_people_are_told(tmp_path, clock, address):
    """By every channel that takes it: who, where, when, what to do; and all of it is kept."""
    with receiving() as hook:
        channels = file_channel(tmp_path) | {
            "hook": {"kind": "webhook", "url": hook.url},
            "trifles": {"kind": "file", "path": str(tmp_path / "trifles.jsonl"), "levels": ["info"]},
        }
        with at_work(tmp_path, clock, store=address, channels=channels) as work:
            record = entered(clock, sourceIPAddress="198.51.100.66")
            put(tmp_path, "trail.json", record, act(clock.now() - HOUR, userIdentity={"type": "AWSService"}))
            work.until("delivered", channel="people")
            work.until("delivered", channel="hook") if len(hook.requests) == 0 else None
            case, *others = casebook.cases(work.store)
            assert not others
            assert count_events(work.store) == 1
    (message, *_) = told(tmp_path)
    assert message["thread"] == case.id
    assert message["accounts"] == [ACCOUNT]
    assert message["event_ids"] == [f"{ACCOUNT}/{record['eventID']}"]
    assert any("198.51.100.66" in line for line in message["lines"])
    assert message["steps"]
    assert {request.json["id"] for request in hook.requests} == {one["id"] for one in told(tmp_path)}
    assert told(tmp_path, "trifles") == []


def test_what_nobody_wants_is_told_to_everybody(tmp_path, clock):
    """Rather than to nobody."""
    with at_work(tmp_path, clock, channels=file_channel(tmp_path, levels=["info"])) as work:
        put(tmp_path, "trail.json", entered(clock))
        work.until("delivered")
    assert told(tmp_path)


# -- reminders -------------------------------------------------------------------------------------------------
STEPS = Escalation(lowest=Severity.LOW, steps=(Step(15 * MINUTES, ("people",)), Step(30 * MINUTES, ("boss", "people"))))


def both(place):
    """Return the channels that are told first and last; the last is told nothing else."""
    return file_channel(place) | file_channel(place, "boss", levels=["info"])


def test_somebody_is_reminded_until_somebody_acknowledges(tmp_path, clock, address):
    """After a quarter of an hour, then after half an hour more somebody else too; then it stops by itself."""
    with at_work(tmp_path, clock, store=address, channels=both(tmp_path), escalation=STEPS) as work:
        put(tmp_path, "trail.json", entered(clock))
        work.until("delivered")
        first = len(told(tmp_path))
        work.forward(14 * MINUTES)
        assert len(told(tmp_path)) == first
        work.forward(MINUTES)
        work.until("delivered", channel="people")
        work.forward(30 * MINUTES)
        work.until("delivered", channel="boss")
        work.forward(3 * HOUR)
    reminders = [one for one in told(tmp_path) if one["occasion"] == "reminder"]
    assert [one["data"]["step"] for one in reminders] == [1, 2]
    assert [one["occasion"] for one in told(tmp_path, "boss")] == ["reminder"]
    assert len({one["thread"] for one in told(tmp_path)}) == 1


def test_nobody_is_reminded_of_what_was_acknowledged(tmp_path, clock):
    """Nor of what is less bad than configured, nor without steps."""
    with at_work(tmp_path, clock, channels=both(tmp_path), escalation=STEPS) as work:
        put(tmp_path, "trail.json", entered(clock))
        work.until("delivered")
        (case,) = casebook.cases(work.store)
        assert casebook.acknowledge(work.store, case.id, "alice", "", clock.now())
        work.forward(3 * HOUR)
        put(tmp_path, "more.json", entered(clock, SECOND, sourceIPAddress="198.51.100.99"))
        work.until("delivered")
    assert {one["occasion"] for one in told(tmp_path)} == {"alert"}


def test_who_gets_into_another_account_is_told_of_again(tmp_path, clock):
    """From the same address it is the same incident, and somebody has to know which accounts."""
    with at_work(tmp_path, clock) as work:
        for number, account in enumerate((ACCOUNT, SECOND, THIRD)):
            put(tmp_path, f"{number}.json", entered(clock, account))
            work.until("delivered")
    assert [one["accounts"] for one in told(tmp_path)] == [[ACCOUNT], [SECOND], [THIRD]]
    assert len({one["thread"] for one in told(tmp_path)}) == 1


def test_after_a_restart_somebody_is_still_reminded(tmp_path, clock):
    """When it is due, also while nobody watched; once."""
    with at_work(tmp_path, clock, channels=both(tmp_path), escalation=STEPS) as work:
        put(tmp_path, "trail.json", entered(clock))
        work.until("delivered")
    clock.forward(15 * MINUTES)
    with at_work(tmp_path, clock, channels=both(tmp_path), escalation=STEPS) as work:
        work.until("delivered")
        work.turned()
    assert [one["occasion"] for one in told(tmp_path)].count("reminder") == 1


def test_reminders_that_are_configured_no_more_stop(tmp_path, clock):
    """And nobody waits for them for ever."""
    with at_work(tmp_path, clock, channels=both(tmp_path), escalation=STEPS) as work:
        put(tmp_path, "trail.json", entered(clock))
        work.until("delivered")
    with at_work(tmp_path, clock, channels=both(tmp_path)) as work:
        work.forward(HOUR)
        assert casebook.to_remind(work.store, clock.now() + 9 * DAYS) == []
    assert "reminder" not in [one["occasion"] for one in told(tmp_path)]


# -- what wakes nobody -----------------------------------------------------------------------------------------
AUDIT = Standing(
    name="our-audit", caller=f"arn:aws:iam::{MANAGEMENT}:role/RootwardenAudit", source_identity="rw-audit-*"
)


def audits(clock, number=1):
    """Return what our own audit does."""
    record = assume_root(
        clock.now().replace(microsecond=0) - timedelta(minutes=2), ACCOUNT, f"ASIA5AUDIT{number}",
        "IAMAuditRootUserCredentials",
    )  # fmt: skip
    record["userIdentity"]["arn"] = f"arn:aws:sts::{MANAGEMENT}:assumed-role/RootwardenAudit/rw"
    record["userIdentity"].setdefault("sessionContext", {})["sourceIdentity"] = f"rw-audit-{number}"
    return record


def waiting(work):
    """Return what waits for the digest."""
    with work.store.read() as connection:
        return casebook.for_digest(connection, work.clock.now())


def test_what_is_expected_is_summed_up_once_a_day(tmp_path, clock, address):
    """In one message a day, one line a run; each alert in one digest only."""
    context = Context(windows=(), standing=(AUDIT,))
    channels = file_channel(tmp_path) | file_channel(tmp_path, "weekly")
    given = {"channels": channels, "context": context, "digest": Digest(every=DAYS, channels=("weekly",))}
    with at_work(tmp_path, clock, store=address, **given) as work:
        work.turned()  # a day is counted from here
        for number in (1, 2):
            put(tmp_path, f"{number}.json", audits(clock, number))
        work.forward(23 * HOUR)
        assert waiting(work)
        assert told(tmp_path, "weekly") == []
        work.forward(HOUR)
        work.until("delivered", channel="weekly")
        work.forward(DAYS)
        assert not waiting(work)
    (digest,) = told(tmp_path, "weekly")
    assert digest["occasion"] == "digest"
    assert sum("our-audit:rw-audit" in line for line in digest["lines"]) == 2
    assert told(tmp_path) == []


def test_what_is_muted_is_recorded_and_not_told(tmp_path, clock):
    """Until the mute ends; other accounts are told all the same."""
    with at_work(tmp_path, clock) as work:
        one = Mute(
            id="01MUTE", account=ACCOUNT, reason="migration", owner="alice", created=clock.now(),
            until=clock.now() + 2 * HOUR,
        )  # fmt: skip
        casebook.mute(work.store, one)
        clock.forward(3 * timedelta(seconds=1))  # a watch looks at mutes every two seconds
        put(tmp_path, "a.json", entered(clock), entered(clock, SECOND))
        work.until("delivered")
        work.forward(3 * HOUR)
        put(tmp_path, "b.json", entered(clock))
        work.until("delivered")
        ways = {row[0] for row in rows(work.store, f"SELECT told FROM alerts WHERE subject = '{ACCOUNT}'")}
    assert told(tmp_path)[0]["accounts"] == [SECOND]
    assert [ACCOUNT] in [one["accounts"] for one in told(tmp_path)]
    assert {"muted", "at-once"} <= ways


def test_an_account_that_falls_silent(tmp_path, clock):
    """It spoke for days; then its trail is stopped. Told once, as high."""
    channels = file_channel(tmp_path, levels=["high"]) | file_channel(tmp_path, "rest")
    with at_work(tmp_path, clock, channels=channels, silence=Silence(known=3, least=HOUR)) as work:
        for number in range(5):
            put(tmp_path, f"{number}.json", failed_sign_in(clock.now().replace(microsecond=0), THIRD))
            work.until("delivered", channel="rest") if number == 0 else work.turned()
            work.forward(8 * HOUR)
        work.forward(17 * HOUR)
        work.until("delivered", channel="people")
        work.forward(2 * DAYS)
    silences = [one for one in told(tmp_path) if one["thread"].startswith("silence-")]
    assert [one["accounts"] for one in silences] == [[THIRD]]


# -- what cannot be understood ---------------------------------------------------------------------------------
def test_garbage_is_kept_and_holds_nothing_up(tmp_path, clock, address):
    """Each file once, with why and what to do; what is good among it is judged."""
    with at_work(tmp_path, clock, store=address) as work:
        put(tmp_path, "1.json", content=b"\x00\xff garbage")
        put(tmp_path, "2.json", content=b"\x00\xff garbage, too")
        put(tmp_path, "3.json", content=b"")
        put(tmp_path, "4.json", content=json.dumps({"Records": [entered(clock)]}).encode()[:-9])
        put(tmp_path, "5.json.gz", content=b"\x1f\x8b\x08 nonsense")
        put(tmp_path, "6.json", entered(clock, SECOND))
        work.until("delivered")
        work.turned()
        letters = rows(work.store, "SELECT source, why, todo FROM dead_letters ORDER BY source")
        assert work.watching.numbers.letters._value.get() == len(letters)
    assert {source.rpartition("in/")[2].partition(",")[0] for source, _, _ in letters} >= {
        "1.json", "2.json", "3.json", "4.json", "5.json.gz",
    }  # fmt: skip
    assert all(why and todo for _, why, todo in letters)
    assert [SECOND] in [one["accounts"] for one in told(tmp_path)]
    with at_work(tmp_path, clock, store=address) as work:
        work.turned()
        assert rows(work.store, "SELECT source, why, todo FROM dead_letters ORDER BY source") == letters


def test_names_that_are_no_text(tmp_path, clock, address):
    """A file may be called anything; it is read, and remembered."""
    with at_work(tmp_path, clock, store=address) as work:
        put(tmp_path, os.fsdecode(b"\xff\xfe.json"), entered(clock))
        put(tmp_path, "%_'☃.json", entered(clock, SECOND))
        work.until("delivered")
        work.until("delivered")
        work.turned()
    before = told(tmp_path)
    assert len(before) >= 2
    with at_work(tmp_path, clock, store=address) as work:
        work.turned()
    assert told(tmp_path) == before


@pytest.mark.parametrize("text", ["\x00", "\ufffd" * 300, "x" * 10_000, "👩🏽‍🚒" * 500, "<script>", "';--"])
def test_records_of_strangers(tmp_path, clock, address, text):
    """Whatever stands in them, somebody is told, and the next one is judged."""
    record = entered(clock, awsRegion=text, userAgent=text, sourceIPAddress=text, recipientAccountId=text)
    with at_work(tmp_path, clock, store=address) as work:
        put(tmp_path, "1.json", record)
        work.until("delivered")
        put(tmp_path, "2.json", entered(clock, SECOND))
        work.until("delivered")
        work.forward(timedelta(seconds=6))  # when it writes down whom it heard
        work.turned()
        assert not [one for one in work.said if "failed" in one[0]]


def test_a_record_that_comes_days_late(tmp_path, clock):
    """It is told all the same, once, with its own time."""
    late = act(START - 5 * DAYS, mfa="false")
    with at_work(tmp_path, clock) as work:
        put(tmp_path, "1.json", entered(clock))
        work.until("delivered")
        put(tmp_path, "2.json", late)
        work.until("delivered")
        work.turned()
    found = [one for one in told(tmp_path) if one["event_ids"] == [f"{ACCOUNT}/{late['eventID']}"]]
    assert found
    assert len({one["id"] for one in found}) == len(found)


# -- beginning and end -----------------------------------------------------------------------------------------
def test_a_restart_repeats_nothing(tmp_path, clock, address):
    """The folder is the same, and what was told is told."""
    record = entered(clock)
    with at_work(tmp_path, clock, store=address) as work:
        put(tmp_path, "1.json", record, failed_sign_in(START - HOUR, SECOND))
        work.until("delivered")
        work.turned()
    before = told(tmp_path)
    with looking(tmp_path, address) as store:
        kept = contents(store, "states", "watermarks")
    for number in range(2):
        with at_work(tmp_path, clock, store=address) as work:
            put(tmp_path, f"again-{number}.json", record)  # the same one in another file
            work.turned()
            work.turned()
    assert told(tmp_path) == before
    with looking(tmp_path, address) as store:
        after = contents(store, "states", "watermarks")
    assert after["outbox"] == kept["outbox"]
    assert len(after["events"]) == len(kept["events"])


def test_what_could_not_be_delivered_waits_for_the_next_watch(tmp_path, clock):
    """Ending takes no longer for it; it is delivered then, and says that it may repeat if it may."""
    port = nobody_listens()
    channels = file_channel(tmp_path) | {"hook": {"kind": "webhook", "url": f"http://127.0.0.1:{port}"}}
    with at_work(tmp_path, clock, channels=channels) as work:
        put(tmp_path, "1.json", entered(clock))
        work.until("delivery-failed", channel="hook")
        (case,) = casebook.cases(work.store)
        (waiting,) = [one for one in outbox.posted(work.store, case.id) if one.channel == "hook"][:1]
        assert waiting.state in ("waiting", "sending")
        assert waiting.error or waiting.state == "sending"
    clock.forward(DAYS)
    with receiving() as hook:
        channels["hook"]["url"] = hook.url
        with at_work(tmp_path, clock, channels=channels) as work:
            work.until("delivered", channel="hook")
            work.turned()
    assert {request.json["id"] for request in hook.requests} == {one["id"] for one in told(tmp_path)}
    assert len(told(tmp_path)) == len({one["id"] for one in told(tmp_path)})


def test_a_channel_that_refuses_holds_no_other_up(tmp_path, clock):
    """Each has its own way; it is tried again later."""
    with receiving() as hook:
        hook.answers = [(503, {}, b""), (200, {}, b"")]
        channels = file_channel(tmp_path) | {"hook": {"kind": "webhook", "url": hook.url}}
        with at_work(tmp_path, clock, channels=channels) as work:
            put(tmp_path, "1.json", entered(clock))
            work.until("delivery-failed", channel="hook")
            work.clock.forward(10 * MINUTES)
            work.until("delivered", channel="hook")
            ids = [request.json["id"] for request in hook.requests]
            assert ids[0] == ids[1]
    assert told(tmp_path)


def test_a_defect_in_a_channel_ends_the_watch(tmp_path, clock):
    """It is seen, not swallowed: nobody would be told by that channel any more. What was not told waits."""

    def broken(_):
        raise ZeroDivisionError("a defect")

    with at_work(tmp_path, clock, channels={"it": {"kind": "stdout"}}, screen=broken, fails=True) as work:
        put(tmp_path, "1.json", entered(clock))
        with pytest.raises(AssertionError):
            work.until("delivered")
        assert isinstance(work.failure, ZeroDivisionError)
    shown = []
    with at_work(tmp_path, clock, channels={"it": {"kind": "stdout"}}, screen=shown.append) as work:
        work.until("delivered")
    assert "REPEAT" in shown[0]


def test_two_watches_of_one_store(tmp_path, clock, address):
    """The second one is refused, and leaves nothing locked; the first one goes on."""
    with at_work(tmp_path, clock, store=address) as work:
        with pytest.raises(RefusedError), at_work(tmp_path, clock, store=address):
            pass
        put(tmp_path, "1.json", entered(clock))
        work.until("delivered")
    with at_work(tmp_path, clock, store=address) as work:
        work.turned()


def test_a_watch_that_cannot_be_set_up_lets_go_of_the_store(tmp_path, clock, address):
    """A channel that is named and not there."""
    with (
        pytest.raises(UsageError, match="no channel 'nobody'"),
        at_work(tmp_path, clock, store=address, digest=Digest(channels=("nobody",))),
    ):
        pass
    with at_work(tmp_path, clock, store=address) as work:
        work.turned()


def test_who_is_ousted_ends(tmp_path, clock, address):
    """Another watch has taken over: this one says so, and writes nothing any more."""
    with at_work(tmp_path, clock, store=address, fails=True) as work:
        put(tmp_path, "1.json", entered(clock))
        work.until("delivered")
        with work.store.write() as connection:
            connection.execute(text("UPDATE states SET value = :it WHERE name = 'watcher'"), {"it": b"other"})
        put(tmp_path, "2.json", entered(clock, SECOND))
        with pytest.raises(AssertionError):
            work.until("delivered")
        assert isinstance(work.failure, OustedError)
    with looking(tmp_path, address) as store:
        assert count_events(store) == 1


def test_a_store_that_does_not_answer_is_waited_for(tmp_path, clock):
    """Nothing is lost meanwhile, and nothing is kept twice."""
    with at_work(tmp_path, clock) as work:
        work.until("watching")
        with work.store.write() as connection:
            connection.execute(text("ALTER TABLE events RENAME TO elsewhere"))
        put(tmp_path, "1.json", entered(clock))
        work.until("store-failed")
        with work.store.write() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO events"))
        work.until("delivered")
        assert count_events(work.store) == 1
    assert len({one["id"] for one in told(tmp_path)}) == len(told(tmp_path))


# -- much at once ----------------------------------------------------------------------------------------------
def test_a_storm_does_not_page_a_thousand_times(tmp_path, clock):
    """Two thousand failed sign-ins in five hundred accounts; the one that got in is told, and all are kept."""
    records = [
        failed_sign_in(START - timedelta(seconds=number), f"{100_000_000_000 + number % 500}", tag=str(number))
        for number in range(2000)
    ]
    records.insert(1000, entered(clock, "100000000007"))
    with at_work(tmp_path, clock, context=Context(lateness=LATENESS)) as work:
        put(tmp_path, "storm.json", *records)
        work.until("delivered")
        work.turned()
        assert count_events(work.store) == 2001
        assert len(casebook.cases(work.store, most=1000)) >= 1
        while outbox.next_due(work.store, "people", critical=True) or outbox.next_due(
            work.store, "people", critical=False
        ):
            work.until("delivered")
    assert len(told(tmp_path)) < 20
    assert any("100000000007" in one["accounts"] for one in told(tmp_path))


def test_figures(tmp_path, clock):
    """What came in, what became of it, what waits; states that are empty again are nothing."""
    with at_work(tmp_path, clock) as work:
        put(tmp_path, "1.json", entered(clock))
        work.until("delivered")
        (case,) = casebook.cases(work.store)
        work.forward(timedelta(seconds=6))
        first = work.watching.numbers.text().decode()
        casebook.acknowledge(work.store, case.id, "alice", "", clock.now())
        work.forward(timedelta(seconds=6))
        second = work.watching.numbers.text().decode()
    assert 'rootwarden_incidents{state="open"} 1.0' in first
    assert 'rootwarden_incidents{state="open"} 0.0' in second
    assert 'rootwarden_incidents{state="acknowledged"} 1.0' in second
    assert 'rootwarden_records_total{kind="root-direct"} 1.0' in first
    with at_work(tmp_path, clock) as work:
        put(tmp_path, "2.json", entered(clock, SECOND))
        work.until("delivered")
        assert 'rootwarden_records_total{kind="root-direct"} 1.0' in work.watching.numbers.text().decode()
