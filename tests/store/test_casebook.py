"""What people do with incidents holds, is told, and can be looked up; two who do it at once do it once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from rootwarden.store import casebook, outbox
from rootwarden.store.casebook import Mute
from rootwarden.store.intake import commit, put_messages
from rootwarden.store.opening import open_store
from tests.detections.scenes import ACCOUNT, DAY, SECOND, act, at, compromised_root
from tests.store.samples import NOW, RUN, batch, decided, message, new_alerting, ready, watching

HOUR = timedelta(hours=1)


@pytest.fixture(name="incident")
def _incident(store):
    """The name of the one incident that is kept, which somebody is to be reminded of."""
    watcher = watching(store)
    found = decided([act(at("03:00"), mfa="false")])
    (name,) = {placed.incident.id for _, placed in found.updates}
    commit(store, batch(found=found, reminders={name: NOW + HOUR}), RUN)
    yield name
    watcher.close()


def mute(name="01MUTE", **other):
    """Return a mute."""
    fields = {"id": name, "code": "RD-001", "reason": "why not", "owner": "alice", "created": NOW, "until": NOW + HOUR}
    return Mute(**fields | other)


# -- acknowledge and close -------------------------------------------------------------------------------------
def test_an_incident_is_acknowledged_once(store, incident):
    """By whom, when and why is kept; the second one is told that it was not the first."""
    assert casebook.acknowledge(store, incident, "alice", "looking", NOW)
    assert not casebook.acknowledge(store, incident, "bob", "me too", NOW + HOUR)
    case = casebook.find_case(store, incident)
    note = "2026-11-24 09:00:00 UTC acknowledged by alice: looking"
    assert (case.state, case.by, case.at, case.note, case.remind) == ("acknowledged", "alice", NOW, note, None)
    assert casebook.counts_by_state(store) == {"acknowledged": 1}
    assert casebook.close(store, incident, "bob", "known", NOW + HOUR)
    case = casebook.find_case(store, incident[:10])
    assert case.note.split("\n") == [note, "2026-11-24 10:00:00 UTC closed by bob: known"]


def test_an_incident_is_closed_whether_or_not_it_was_acknowledged(store, incident):
    """And not twice; what is closed is not acknowledged any more, and not listed among what is to be done."""
    assert casebook.close(store, incident, "alice", "a test", NOW)
    assert not casebook.close(store, incident, "bob", "a test", NOW)
    assert not casebook.acknowledge(store, incident, "bob", "", NOW)
    assert casebook.cases(store) == []
    assert [case.id for case in casebook.cases(store, ("closed",))] == [incident]


def test_nobody_is_reminded_of_what_somebody_looks_after(store, incident):
    """Reminders that were not sent yet are given up; other messages of it are not, nor reminders of others."""
    assert [case.id for case in casebook.to_remind(store, NOW + HOUR)] == [incident]
    assert casebook.to_remind(store, NOW + HOUR - timedelta(microseconds=1)) == []
    with store.write() as connection:
        mine = [ready(name, thread=incident) for name in ("remind-1", "01ALERT", "remindful")]
        put_messages(connection, [*mine, ready("remind-2", thread="inc-another")], NOW)
    assert casebook.acknowledge(store, incident, "alice", "", NOW)
    assert casebook.to_remind(store, NOW + 9 * HOUR) == []
    states = {one.message: one.state for name in (incident, "inc-another") for one in outbox.posted(store, name)}
    assert states == {"01ALERT": "waiting", "remind-1": "given-up", "remindful": "waiting", "remind-2": "waiting"}


def test_who_was_reminded_and_when_next(store, incident):
    """Counted; after the last step nobody is; what was acknowledged meanwhile says so."""
    with store.write() as connection:
        assert casebook.remind_later(connection, incident, 1, NOW + 2 * HOUR)
    (case,) = casebook.to_remind(store, NOW + 2 * HOUR)
    assert case.step == 1
    with store.write() as connection:
        assert casebook.remind_later(connection, incident, 2, None)
    assert casebook.to_remind(store, NOW + 99 * HOUR) == []
    casebook.acknowledge(store, incident, "alice", "", NOW)
    with store.write() as connection:
        assert not casebook.remind_later(connection, incident, 3, NOW)
    assert casebook.find_case(store, incident).remind is None


def test_something_new_wakes_somebody_again_unless_it_is_looked_after(store, incident):
    """After the last reminder, or when it had been closed."""
    found = decided([act(at("03:00"), mfa="false")])
    for state, expected in (("open", NOW), ("acknowledged", None), ("closed", NOW)):
        if state != "open":
            casebook.close(store, incident, "x", "", NOW)
            commit(store, batch(found=found), RUN)
            casebook.close(store, incident, "x", "", NOW) if state == "closed" else casebook.acknowledge(
                store, incident, "x", "", NOW
            )
        else:
            with store.write() as connection:
                casebook.remind_later(connection, incident, 3, None)
        told = {change.thread: "at-once" for change, _ in found.updates}
        commit(store, batch(found=found, told=told, reminders={incident: NOW}), RUN)
        case = casebook.find_case(store, incident)
        assert (case.remind, case.step if expected else 0) == (expected, 0)


# -- looking up ------------------------------------------------------------------------------------------------
def test_an_incident_is_found_by_its_name_or_an_alert_s(store, incident):
    """Or how the alert's begins, if that is long enough to mean something."""
    ((kept, *_), total) = casebook.alerts_of(store, incident)
    assert total >= 1
    for name in (incident, kept.thread, kept.thread[:12], kept.thread[:6]):
        assert casebook.find_case(store, name).id == incident
    for name in ("", "inc-", kept.thread[:5], "inc-000000000000", kept.thread + "0"):
        assert casebook.find_case(store, name) is None


@pytest.mark.parametrize("name", ["%%%%%%", "______", "/%/%/%/%", "' OR 1=1 --", "inc-%", "*" * 8, "\\%" * 4])
def test_wildcards_find_nothing(store, incident, name):
    """They mean themselves."""
    assert casebook.find_case(store, name) is None


def test_the_worst_and_latest_come_first(store, incident):
    """As many as are asked for."""
    scene = [*compromised_root(), act(at("09:00"), SECOND), act(at("10:00"), "777788889999")]
    commit(store, batch(scene, decided(scene)), RUN)
    found = casebook.cases(store)
    order = [("critical", "high", "medium", "low", "info").index(case.severity) for case in found]
    assert order == sorted(order)
    assert casebook.cases(store, most=2) == found[:2]
    same = [case.last for case in found if case.severity == found[-1].severity]
    assert same == sorted(same, reverse=True)


def test_alerts_of_an_incident_are_the_worst_in_the_order_of_time(store):
    """With how many there are in all; what stands before what does not."""
    watcher = watching(store)
    found = decided(compromised_root())
    commit(store, batch(found=found), RUN)
    case = casebook.cases(store)[0]
    kept, total = casebook.alerts_of(store, case.id, 4)
    assert (len(kept), total) == (4, sum(case.counts.values()))
    assert [one.alert.event_time for one in kept] == sorted(one.alert.event_time for one in kept)
    every, _ = casebook.alerts_of(store, case.id)
    assert sorted(one.alert.severity.rank for one in every)[:4] == sorted(one.alert.severity.rank for one in kept)
    watcher.close()


def test_messages_of_what_was_joined_are_messages_of_the_whole(store):
    """However often it was joined on."""
    watcher = watching(store)
    key, alerting = "ASIA5ONE3KEY2", new_alerting()
    first = decided([act(at("02:00"), SECOND, key=key), act(at("09:00"), key="ASIA5OTHER2")], at("09:00"), alerting)
    commit(store, batch(found=first), RUN)
    second = decided([act(at("08:30"), SECOND, key="ASIA5OTHER2")], at("09:01"), alerting)
    third = decided([act(at("08:40"), "777788889999", key=key)], at("09:02"), alerting)
    with store.write() as connection:
        names = sorted({placed.incident.id for _, placed in first.updates})
        put_messages(connection, [ready(f"m{n}", thread=name) for n, name in enumerate(names)], NOW)
    for found in (second, third):
        commit(store, batch(found=found), RUN)
    (case,) = casebook.cases(store)
    assert {one.message for one in outbox.posted(store, case.id)} == {"m0", "m1"}
    watcher.close()


# -- links -----------------------------------------------------------------------------------------------------
def test_a_link_works_once(store, incident):
    """Whoever uses it again is told so, whatever became of the incident."""
    assert casebook.use_link(store, incident, "nonce-1", "alice", NOW) == "acknowledged"
    assert casebook.use_link(store, incident, "nonce-1", "mallory", NOW) == "used"
    assert casebook.use_link(store, incident, "nonce-2", "bob", NOW) == "acknowledged"
    case = casebook.find_case(store, incident)
    assert (case.by, case.note) == ("alice", "2026-11-24 09:00:00 UTC acknowledged by alice: by link")


def test_another_link_for_what_is_settled_tells_its_state(store, incident):
    """And changes nothing."""
    casebook.close(store, incident, "alice", "over", NOW)
    assert casebook.use_link(store, incident, "nonce-3", "bob", NOW) == "closed"
    assert casebook.use_link(store, "inc-unknown", "nonce-4", "bob", NOW) == "unknown"
    assert casebook.find_case(store, incident).by == "alice"


def test_a_link_that_two_follow_at_once_works_once(store, address, incident):
    """One acknowledges, the other is told that it was used; nobody sees an error."""
    stores, gate, told = [open_store(address) for _ in range(4)], Barrier(4), []

    def follow(mine):
        gate.wait()
        told.append(casebook.use_link(mine, incident, "nonce-5", "somebody", NOW))

    threads = [Thread(target=follow, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["acknowledged", "used", "used", "used"]
    for one in stores:
        one.close()


# -- mutes -----------------------------------------------------------------------------------------------------
def test_a_mute_holds_until_its_end_or_until_it_is_ended(store):
    """To the microsecond; it is ended once."""
    casebook.mute(store, mute())
    casebook.mute(store, mute("02MUTE", until=NOW + 2 * HOUR))
    assert [one.id for one in casebook.mutes_at(store, NOW)] == ["01MUTE", "02MUTE"]
    assert [one.id for one in casebook.mutes_at(store, NOW + HOUR)] == ["02MUTE"]
    assert casebook.unmute(store, "02MUTE", NOW + timedelta(minutes=1))
    assert not casebook.unmute(store, "02MUTE", NOW)
    assert not casebook.unmute(store, "03MUTE", NOW)
    assert [one.id for one in casebook.mutes_at(store, NOW + timedelta(minutes=1))] == ["01MUTE"]


def test_what_a_mute_covers():
    """The detection, the account it is about or that of the record; both where both are named; never beyond its end."""
    ((change, _), *_) = decided([act(DAY)]).updates
    alert = change.alert
    assert (alert.code, alert.subject) == ("RD-001", ACCOUNT)
    for given, expected in (
        ({}, True), ({"code": "RD-002"}, False), ({"code": "", "account": ACCOUNT}, True),
        ({"account": ACCOUNT}, True), ({"account": SECOND}, False), ({"code": "", "account": SECOND}, False),
    ):  # fmt: skip
        assert mute(**given).covers(alert, NOW) is expected
    assert not mute().covers(alert, NOW + HOUR)


# -- the digest ------------------------------------------------------------------------------------------------
def test_what_waits_for_the_digest_is_told_once(store):
    """Also what a storm held back; not what was told at once, was withdrawn, or is muted."""
    watcher = watching(store)
    scene = [act(DAY + timedelta(seconds=number), tag=str(number)) for number in range(5)]
    found = decided(scene, at("00:01"))
    threads = [change.thread for change, _ in found.updates]
    hows = ["digest", "held", "at-once", "muted", "digest"]
    commit(store, batch(found=found, told=dict(zip(threads, hows, strict=False))), RUN)
    with store.write() as connection:
        waiting = {one.told: one for one in casebook.for_digest(connection, NOW)}
        assert waiting["digest"].alerts == 2
        assert (waiting["held"].code, waiting["held"].accounts, waiting["held"].account) == ("RD-001", 1, ACCOUNT)
        assert casebook.for_digest(connection, DAY) == []  # nothing was raised by then
        casebook.digested(connection, NOW)
        assert casebook.for_digest(connection, NOW) == []
    watcher.close()


def test_a_message_keeps_its_bytes():
    """What is put is what is taken, to the last field."""
    assert message(title="☃") == message(title="☃")
