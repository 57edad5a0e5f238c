"""Guessing passwords of root: bursts, sprays, and a success after failures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rootwarden.catalogue.detecting import stateful
from rootwarden.model.alert import Act
from rootwarden.model.alerting import Alerting
from rootwarden.model.context import Context
from rootwarden.model.findings import Severity
from tests.detections.scenes import (
    ACCOUNT,
    ATTACKER,
    DAY,
    FOURTH,
    HOLDER,
    SECOND,
    THIRD,
    at,
    failed_sign_in,
    shot,
    sign_in,
)
from tests.detections.stage import alerts, approved, ids, in_turn, only, revised, rules

SECONDS = (0, 200, 400, 600, 900)


def failures(*seconds, account=ACCOUNT, address=ATTACKER):
    """Return failed sign-ins so many seconds into the day."""
    return [failed_sign_in(DAY + timedelta(seconds=one), account, sourceIPAddress=address) for one in seconds]


# -- RD-101 ----------------------------------------------------------------------------------------------------
def test_five_failures_in_a_quarter_of_an_hour_are_a_burst():
    """The fifth completes it; what follows within the time belongs to it."""
    burst = failures(*SECONDS, 1700)
    found = only("RD-101", burst)
    assert found.event_ids == ids(*burst)
    assert found.event_time == DAY + timedelta(seconds=900)
    assert found.severity is Severity.HIGH
    assert found.account == ACCOUNT


def test_near_a_burst():
    """One second too late, one too few, other accounts, successes, other people's sign-ins, one record five times."""
    assert not alerts("RD-101", failures(0, 200, 400, 600, 901))
    assert not alerts("RD-101", failures(*SECONDS[:4]))
    assert not alerts("RD-101", failures(*SECONDS[:3]) + failures(600, 900, account=SECOND))
    assert not alerts("RD-101", [sign_in(DAY + timedelta(seconds=one)) for one in SECONDS])
    assert not alerts("RD-101", [shot("user-sign-in-fails", DAY + timedelta(seconds=one)) for one in SECONDS])
    assert not alerts("RD-101", failures(0) * 5)


def test_two_bursts_are_two_alerts():
    """A quarter of an hour without a failure, and a second, ends a burst; up to that it goes on."""
    assert len(alerts("RD-101", failures(*SECONDS, *(one + 1801 for one in SECONDS)))) == 2
    assert len(alerts("RD-101", failures(*SECONDS, *(one + 1800 for one in SECONDS)))) == 1


def test_slow_guessing_becomes_a_burst_when_it_quickens():
    """What led up to it slowly is not part of it."""
    slow = [one * 800 for one in range(9)]
    assert not alerts("RD-101", failures(*slow))
    quick = [6500, 6550, 6600, 6650]
    found = only("RD-101", failures(*slow, *quick))
    assert found.first_time == DAY + timedelta(seconds=6400)
    assert found.event_time == DAY + timedelta(seconds=6650)


def test_a_late_failure_revises_a_burst():
    """An earlier fifth completes it; the thread stays."""
    whole = failures(0, 200, 400, 600, 850, 900)
    found = revised("RD-101", [one for one in whole if one is not whole[2]], [whole[2]])
    assert found == only("RD-101", whole)


def test_a_late_failure_joins_two_bursts():
    """Of two alerts one goes on and the other is withdrawn."""
    first, second, between = failures(*SECONDS), failures(*(one + 1801 for one in SECONDS)), failures(1500)
    news = in_turn("RD-101", first + second, between)
    assert sorted(str(update.act) for update in news) == ["raised", "raised", "revised", "withdrawn"]


def test_an_approved_burst_weighs_little():
    """Inside a window the holder may mistype."""
    assert only("RD-101", failures(*SECONDS), approved(ACCOUNT, DAY, at("01:00"))).severity is Severity.LOW
    assert only("RD-101", failures(*SECONDS), approved(SECOND, DAY, at("01:00"))).severity is Severity.HIGH


@pytest.mark.parametrize(
    ("count", "shown", "said"), [(19, 19, "19 failures)"), (20, 20, "20 failures)"), (49, 20, "20 failures or more)"),
    (50, 50, "50 failures or more)"), (99, 50, "50 failures or more)"), (100, 100, "100 failures or more)")]
)  # fmt: skip
def test_a_long_burst_is_counted_in_steps(count, shown, said):
    """Nobody is told of each single one."""
    found = only("RD-101", failures(*range(0, count * 10, 10)))
    assert len(found.event_ids) == shown
    assert found.says.endswith(said)


def test_what_came_late_and_in_numbers_is_the_same_burst():
    """Though none of the records that were named is among the first any more."""
    known, late = failures(*range(6_000, 6_300, 10)), failures(*range(5_000, 5_600, 10))
    found = revised("RD-101", known, late)
    assert not {*found.event_ids} & {*ids(*known)}


def test_a_slow_spray_is_one_incident():
    """Every failure in it belongs to it, also of the fiftieth account, hours after the one before."""
    book = Alerting(rules(), stateful(), Context(lateness=timedelta(hours=24)))
    incidents = set()
    for number in range(60):
        moment = DAY + timedelta(hours=2 * number)
        book.feed(failed_sign_in(moment, f"{number:012}"))
        for update, placed in book.decide(moment).updates:
            if number >= 2 and update.act is Act.RAISED:
                incidents.add(placed.incident.id)
    assert len(incidents) == 1


def test_a_spray_over_many_accounts_names_some():
    """And says how many there are at least; one record each is named of the first thousand."""
    found = only("RD-102", [failed_sign_in(DAY + timedelta(seconds=n), f"{n:012}") for n in range(1_300)])
    assert len(found.event_ids) == 1000
    assert "1000 accounts or more: 000000000000, 000000000001" in found.says
    assert found.says.endswith("000000000009, ...)")


def test_an_endless_burst_names_a_hundred_records():
    """A machine may try for hours; the alert stays one, and small."""
    found = only("RD-101", failures(*range(0, 6000, 10)))
    assert len(found.event_ids) == 100
    assert "100 failures or more" in found.says


# -- RD-102 ----------------------------------------------------------------------------------------------------
def spray(*accounts, every=28_800, address=ATTACKER):
    """Return one failed sign-in in each account, one every so many seconds."""
    return [
        failed_sign_in(DAY + timedelta(seconds=number * every), account, sourceIPAddress=address)
        for number, account in enumerate(accounts)
    ]


def test_three_accounts_from_one_address_are_a_spray():
    """Each account is named once; a fourth belongs to it."""
    whole = spray(ACCOUNT, SECOND, THIRD, FOURTH)
    found = only("RD-102", whole)
    assert found.event_ids == ids(*whole)
    assert found.account == THIRD
    assert found.key == ATTACKER
    assert found.severity is Severity.CRITICAL


def test_near_a_spray():
    """A second too slow, too few accounts, other addresses, or sign-ins that succeed."""
    slow = [*spray(ACCOUNT, SECOND), failed_sign_in(DAY + timedelta(seconds=86_401), THIRD, sourceIPAddress=ATTACKER)]
    assert not alerts("RD-102", slow)
    assert alerts("RD-102", [*slow[:2], failed_sign_in(at("24:00"), THIRD, sourceIPAddress=ATTACKER)])
    assert not alerts("RD-102", spray(ACCOUNT, SECOND, ACCOUNT, SECOND))
    assert not alerts("RD-102", spray(ACCOUNT, SECOND) + spray(THIRD, address=HOLDER))
    assert not alerts("RD-102", [sign_in(DAY, one, sourceIPAddress=ATTACKER) for one in (ACCOUNT, SECOND, THIRD)])


def test_a_late_failure_revises_a_spray():
    """Another account was tried earlier: then another record completes it."""
    whole = spray(ACCOUNT, SECOND, THIRD, FOURTH, every=60)
    found = revised("RD-102", [whole[0], *whole[2:]], [whole[1]])
    assert found == only("RD-102", whole)
    assert found.account == THIRD


def test_a_spray_goes_on_for_days():
    """As long as no day passes without a failure it is one alert."""
    found = only("RD-102", spray(*(ACCOUNT, SECOND, THIRD) * 8, every=80_000 // 2))
    assert len(found.event_ids) == 3


def test_an_approved_spray_weighs_less():
    """The window is that of the account which completes it."""
    whole = spray(ACCOUNT, SECOND, THIRD, every=60)
    assert only("RD-102", whole, approved(THIRD, DAY, at("01:00"))).severity is Severity.HIGH
    assert only("RD-102", whole, approved(ACCOUNT, DAY, at("01:00"))).severity is Severity.CRITICAL


# -- RD-103 ----------------------------------------------------------------------------------------------------
def test_success_after_three_failures():
    """From whatever address."""
    whole = [*failures(0, 60, 120), sign_in(at("01:00"), sourceIPAddress=HOLDER)]
    found = only("RD-103", whole)
    assert found.event_ids == ids(*whole)
    assert found.severity is Severity.CRITICAL
    assert found.event_time == at("01:00")


def test_near_success_after_failures():
    """A second too late, one failure too few, another account, the wrong order."""
    assert not alerts("RD-103", [*failures(0, 60, 120), sign_in(at("01:00:01"))])
    assert not alerts("RD-103", [*failures(0, 60), sign_in(at("00:30"))])
    assert not alerts("RD-103", [*failures(0, 60), *failures(70, account=SECOND), sign_in(at("00:30"))])
    assert not alerts("RD-103", [*failures(0, 60, 120), sign_in(at("00:30"), SECOND)])
    assert not alerts("RD-103", [sign_in(DAY), *failures(60, 120, 180)])


def test_a_success_between_hides_no_failures():
    """The holder may sign in while somebody guesses."""
    guessed = [*failures(0, 60), sign_in(at("00:05")), *failures(360), sign_in(at("00:10"))]
    assert only("RD-103", guessed).event_time == at("00:10")


def test_a_late_failure_revises_success_after_failures():
    """It is added to what led up to the success."""
    whole = [*failures(0, 60, 120, 180), sign_in(at("00:30"))]
    assert revised("RD-103", [whole[0], *whole[2:]], [whole[1]]).event_ids == ids(*whole)


def test_each_success_after_failures_is_told():
    """Which of two was the stranger's nobody can say."""
    failed, late, told = failures(0, 60, 120), sign_in(at("00:10")), sign_in(at("00:30"))
    assert [one.event_time for one in alerts("RD-103", [*failed, told, late])] == [at("00:10"), at("00:30")]


def test_an_approved_success_after_failures_weighs_less():
    """The holder mistypes."""
    whole = [*failures(0, 60, 120), sign_in(at("00:30"))]
    assert only("RD-103", whole, approved(ACCOUNT, DAY, at("01:00"))).severity is Severity.MEDIUM
