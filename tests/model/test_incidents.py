"""Which alerts belong together, and which do not."""

from __future__ import annotations

from datetime import timedelta

from rootwarden.model.incidents import Incident, incidents
from tests.detections.scenes import ACCOUNT, DAY, SECOND, act, assume_root, at, compromised_root, shot, sign_in
from tests.detections.stage import LATE, Item, give, new_watch


def told(items: list[Item]) -> tuple[Incident, ...]:
    """Return the incidents of a scene."""
    watch = give(new_watch(), items)
    watch.flush(LATE)
    return incidents(watch.standing())


def test_an_attack_is_one_incident_and_the_worst_comes_first():
    """What the holder did months before is no part of it."""
    first, *others = told(compromised_root())
    assert first.severity.value == "critical"
    assert first.begins.date() == DAY.date()
    assert all(one.begins.year == 2026 or one.begins.month == 12 for one in others)
    assert all(len(one.subjects) == 1 for one in (first, *others))


def test_an_hour_of_quiet_ends_an_incident():
    """Two sign-ins of one account an hour apart are one, a second more makes them two."""
    assert len(told([sign_in(DAY), sign_in(DAY + timedelta(hours=1))])) == 1
    assert len(told([sign_in(DAY), sign_in(DAY + timedelta(hours=1, seconds=1))])) == 2


def test_accounts_are_told_apart():
    """What happens at one time in two accounts is two incidents."""
    assert len(told([sign_in(DAY, ACCOUNT), sign_in(DAY, SECOND)])) == 2


def test_a_task_session_belongs_to_the_account_it_is_for():
    """The call in the management account and the acts in the member are one."""
    items = [assume_root(at("10:00"), ACCOUNT, "ASIA1MADE"), act(at("10:05"), ACCOUNT, mfa="false", key="ASIA1MADE")]
    (one,) = told(items)
    assert one.subjects == (ACCOUNT,)


def test_a_key_joins_for_a_session_and_not_for_ever():
    """The same long-term key months later is another incident."""
    near = [shot("root-key-used", DAY), shot("root-key-used", DAY + timedelta(hours=11))]
    far = [shot("root-key-used", DAY), shot("root-key-used", DAY + timedelta(days=200))]
    assert len(told(near)) == 1
    assert len(told(far)) == 2


def test_a_record_without_a_time_does_not_stretch_an_incident():
    """It is an incident of its own, told as of an unknown time."""
    found = told([sign_in(DAY), shot("event-without-time", DAY) | {"eventTime": None}])
    assert [one.begins.year for one in found if one.begins.year > 2000] == [2026]
