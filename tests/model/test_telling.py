"""What is told at once: enough that nothing is missed, so little that somebody reads it."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from rootwarden.model.alert import Act
from rootwarden.model.context import STANDING
from rootwarden.model.findings import Severity
from rootwarden.model.message import Occasion
from rootwarden.model.telling import STORM, Teller, TellerState, is_step, waits
from tests.detections.scenes import DAY, SECOND
from tests.model.growing import Desk, alert

SECONDS, HOURS = timedelta(seconds=1), timedelta(hours=1)
CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity


def account(number):
    """Return the id of an account."""
    return f"{number:012}"


def told(desk, alerts):
    """Return which of alerts, given one by one, was told, counted from 1."""
    return [number for number, one in enumerate(alerts, 1) if desk.says(one)]


# -- within an incident ----------------------------------------------------------------------------------------
def test_the_first_the_tenth_the_hundredth_the_thousandth():
    """Of one detection in one incident; each says the how-manieth it is."""
    desk, numbers = Desk(), {}
    for number in range(1, 2001):
        for news in desk.says(alert(DAY + number * SECONDS)):
            numbers[number] = news.number
    assert numbers == {1: 1, 10: 10, 100: 100, 1000: 1000}


def test_steps():
    """Powers of ten but one."""
    assert [number for number in range(200_001) if is_step(number)] == [10, 100, 1000, 10_000, 100_000]


def test_each_detection_and_what_is_worse_is_told_by_itself():
    """Though the incident is known."""
    desk = Desk()
    assert desk.says(alert())
    assert desk.says(alert(name="2", code="RD-002"))
    assert not desk.says(alert(name="3"))
    assert desk.says(alert(name="4", severity=HIGH))
    assert not desk.says(alert(name="5", severity=HIGH))
    assert not desk.says(alert(name="6"))
    assert desk.says(alert(name="7", severity=CRITICAL))


def test_what_one_record_completed_is_one_message():
    """With the worst first, in the order of the records."""
    desk = Desk()
    record = {"completed_by": "a/1", "event_ids": ("a/1",)}
    later, *both = desk.says(
        alert(DAY + SECONDS, code="RD-005"), alert(**record), alert(code="RD-002", severity=CRITICAL, **record)
    )[::-1]
    (news,) = both
    assert [one.code for one in news.alerts] == ["RD-002", "RD-001"]
    assert news.severity is CRITICAL
    assert later.alerts[0].event_time > news.alerts[0].event_time


# -- storms ----------------------------------------------------------------------------------------------------
def test_a_storm_of_a_thousand_incidents_is_told_a_few_times():
    """Three singly, then the 10th, the 100th and the 1,000th, with how many were held back since the last one."""
    desk, found = Desk(), {}
    for number in range(1, 1001):
        for news in desk.says(alert(DAY, account(number))):
            found[number] = (news.storm, news.held)
    assert found == {1: (0, 0), 2: (0, 0), 3: (3, 0), 10: (10, 6), 100: (100, 89), 1000: (1000, 899)}
    assert sum(held for _, held in found.values()) + len(found) == 1000


def test_how_many_are_told_singly_depends_on_how_bad_it_is():
    """And can be configured."""
    for severity, singly in ((CRITICAL, 20), (HIGH, 5), (MEDIUM, 3), (LOW, 2)):
        storm = [alert(DAY, account(number), severity=severity) for number in range(50)]
        assert told(Desk(), storm) == sorted({*range(1, singly + 1), 10})
    storm = [alert(DAY, account(number)) for number in range(50)]
    assert told(Desk(medium=1), storm) == [1, 10]
    assert told(Desk(critical=1), storm) == [1, 2, 3, 10]


def test_nothing_critical_is_held_back_by_what_is_less():
    """The first critical one after a storm is told, and nineteen more."""
    desk = Desk()
    for number in range(500):
        for severity in (MEDIUM, LOW, HIGH):
            desk.says(alert(DAY, account(number), name=severity.value, severity=severity))
    for number in range(20):
        (news,) = desk.says(alert(DAY, f"b{number}", severity=CRITICAL))
        assert (news.severity, news.held) == (CRITICAL, 0)
    assert not desk.says(alert(DAY, "b20", severity=CRITICAL))


def test_another_detection_in_a_storm_is_told():
    """A storm is one of one detection."""
    desk = Desk()
    for number in range(500):
        desk.says(alert(DAY, account(number)))
    assert desk.says(alert(DAY, account(501), code="RD-002"))
    assert desk.says(alert(DAY, account(7), name="x", code="RD-003"))


def test_an_incident_in_a_storm_that_gets_worse_is_told():
    """It was held back as one of many; now it is something of its own."""
    desk = Desk()
    storm = [alert(DAY, account(number)) for number in range(500)]
    assert len(told(desk, storm)) == 5
    (news,) = desk.says(msgspec.structs.replace(storm[300], severity=CRITICAL))
    assert (news.occasion, news.alerts[0].subject) == (Occasion.ALERT, account(300))


def test_after_an_hour_a_storm_is_told_of_again():
    """And not before."""
    desk = Desk()
    for number in range(20):
        desk.says(alert(DAY, account(number)))
    assert not desk.says(alert(DAY, "a"), later=STORM - 21 * SECONDS)
    assert desk.says(alert(DAY, "b"), later=2 * SECONDS)


# -- what changes ----------------------------------------------------------------------------------------------
def test_a_change_is_told_only_when_it_is_worse_or_the_approval_changed():
    """Words, notes and evidence alone wake nobody."""
    desk, one = Desk(), alert()
    assert desk.says(one)
    same = msgspec.structs.replace(one, notes=("more is known",), event_ids=(*one.event_ids, "a/2"))
    assert not desk.says(same)
    assert not desk.says(msgspec.structs.replace(one, severity=LOW))
    assert not desk.says(one)  # it was told so before
    (worse,) = desk.says(msgspec.structs.replace(one, severity=HIGH))
    assert (worse.occasion, worse.severity) == (Occasion.UPDATE, HIGH)
    (approved,) = desk.says(msgspec.structs.replace(one, severity=LOW, window="W-1"))
    assert (approved.occasion, approved.alerts[0].window) == (Occasion.UPDATE, "W-1")
    (lost,) = desk.says(msgspec.structs.replace(one, severity=HIGH))
    assert (lost.occasion, lost.alerts[0].window) == (Occasion.UPDATE, "")


def test_a_change_of_what_was_not_told_is_told_only_if_it_is_worse_than_all():
    """One of many in an incident."""
    desk, second = Desk(), alert(name="2")
    desk.says(alert(severity=HIGH))
    assert not desk.says(second)
    assert not desk.says(msgspec.structs.replace(second, severity=HIGH))
    (news,) = desk.says(msgspec.structs.replace(second, severity=CRITICAL))
    assert news.occasion is Occasion.ALERT


# -- what is taken back ----------------------------------------------------------------------------------------
def test_an_all_clear_is_told_to_whoever_was_told():
    """And to nobody else, and once."""
    desk, one, held = Desk(), alert(), alert(name="2")
    desk.says(one)
    assert not desk.says(held)
    assert not desk.says(held, act=Act.WITHDRAWN)
    (news,) = desk.says(one, act=Act.WITHDRAWN)
    assert (news.occasion, news.withdrawn, news.incident.standing) == (Occasion.CLEARED, True, 0)
    assert not desk.says(one, act=Act.WITHDRAWN)


def test_no_all_clear_while_anything_of_the_incident_stands():
    """A pager falls silent at an all-clear: also what was counted and not told keeps it from that."""
    desk, one, other = Desk(), alert(), alert(name="2")
    desk.says(one)
    desk.says(other)
    (news,) = desk.says(one, act=Act.WITHDRAWN)
    assert (news.occasion, news.withdrawn) == (Occasion.UPDATE, True)
    assert not desk.says(other, act=Act.WITHDRAWN)


def test_of_two_that_are_taken_back_at_once_both_are_an_all_clear():
    """What comes in one batch is one."""
    desk, one, other = Desk(), alert(), alert(name="2", code="RD-002")
    assert len(desk.says(one, other)) == 2
    assert {news.occasion for news in desk.says(one, other, act=Act.WITHDRAWN)} == {Occasion.CLEARED}


def test_what_only_waits_for_the_digest_keeps_no_pager_awake():
    """It woke nobody."""
    desk, one = Desk(), alert()
    desk.says(one, alert(name="2", severity=INFO), alert(name="3", window=f"{STANDING}audit"))
    (news,) = desk.says(one, act=Act.WITHDRAWN)
    assert news.occasion is Occasion.CLEARED


def test_what_was_taken_back_and_holds_after_all_is_told():
    """Whoever read the all-clear must know; storms and counts do not matter."""
    desk, one = Desk(), alert()
    desk.says(one)
    desk.says(one, act=Act.WITHDRAWN)
    (news,) = desk.says(one)
    assert (news.occasion, news.withdrawn) == (Occasion.ALERT, False)
    (news,) = desk.says(one, act=Act.WITHDRAWN)
    assert news.occasion is Occasion.CLEARED
    for number in range(200):
        desk.says(alert(DAY, account(number)))
    assert desk.says(one)


# -- what waits ------------------------------------------------------------------------------------------------
def test_what_is_for_information_or_expected_waits():
    """And does not count: what follows is the first of its kind."""
    desk = Desk()
    for number, other in enumerate(({"severity": INFO}, {"window": f"{STANDING}our-audit:rw-audit-1"})):
        one = alert(name=f"w{number}", **other)
        assert waits(one)
        assert not desk.says(one)
    (news,) = desk.says(alert(name="real"))
    assert news.occasion is Occasion.ALERT
    assert not waits(alert(window="W-1"))


def test_what_waited_and_is_expected_no_more_is_told():
    """In full, as if it had come now."""
    desk, one = Desk(), alert(window=f"{STANDING}our-audit")
    assert not desk.says(one)
    (news,) = desk.says(msgspec.structs.replace(one, window=""))
    assert (news.occasion, news.alerts[0].window) == (Occasion.ALERT, "")


# -- forgetting and writing down -------------------------------------------------------------------------------
def test_what_was_written_down_goes_on():
    """Through JSON: told, storms and what was held back."""
    desk = Desk()
    for number in range(30):
        desk.says(alert(DAY, account(number)))
    other = Teller()
    other.load(msgspec.json.decode(msgspec.json.encode(desk.teller.dump()), type=TellerState))
    assert other.dump() == desk.teller.dump()
    desk.teller = other
    assert told(desk, [alert(DAY, account(number)) for number in range(30, 120)]) == [70]


def test_what_is_over_is_forgotten():
    """Of alerts that cannot change any more."""
    desk = Desk()
    desk.says(alert())
    desk.says(alert(DAY, SECOND))
    desk.teller.forget({alert().fingerprint})
    assert [*desk.teller.dump().told] == [alert().fingerprint]
