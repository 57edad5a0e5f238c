"""Who spoke often and is heard no more is noticed, once; who hardly ever speaks is not."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from rootwarden.model.silence import Silent, Voice, Voices
from tests.detections.scenes import ACCOUNT, DAY, SECOND

MINUTE, HOUR, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def voices():
    """Return what silence is by default: three times the longest pause, an hour at least, fifty records."""
    return Voices(3.0, HOUR, 50)


def speaking(found, every, until, start=DAY, account=ACCOUNT):
    """Let an account be heard this often until an instant; return when it was heard last."""
    moment = start
    while moment + every <= until:
        moment += every
        found.hear(account, "us-east-1", moment)
    return moment


def test_silence_is_three_times_the_longest_pause():
    """Learnt from the account itself; said once, with since when and how long it was before."""
    found = voices()
    speaking(found, 30 * MINUTE, DAY + 2 * DAYS)
    last = DAY + 2 * DAYS
    assert not [*found.fallen_silent(last + 90 * MINUTE)]
    assert [*found.fallen_silent(last + 91 * MINUTE)] == [Silent(ACCOUNT, "us-east-1", last, 1800.0)]
    assert found.silent() == 1
    assert not [*found.fallen_silent(last + 9 * DAYS)]


def test_an_hour_at_least():
    """However often it speaks otherwise."""
    found = voices()
    last = speaking(found, 20 * MINUTE, DAY + 2 * DAYS)
    speaking(found, MINUTE, last + DAYS, last)
    last += DAYS
    assert not [*found.fallen_silent(last + HOUR)]
    assert [*found.fallen_silent(last + HOUR + timedelta(seconds=1))]


def test_a_night_is_learnt():
    """An account that rests twelve hours every night is silent after a day and a half."""
    found = voices()
    for day in range(3):
        last = speaking(found, 10 * MINUTE, DAY + day * DAYS + 12 * HOUR, DAY + day * DAYS)
    assert not [*found.fallen_silent(last + 36 * HOUR)]
    assert [*found.fallen_silent(last + 37 * HOUR)]


def test_who_hardly_speaks_is_never_silent():
    """Fewer than fifty times, or for less than a day."""
    found = voices()
    speaking(found, 12 * HOUR, DAY + 24 * DAYS)
    speaking(found, MINUTE, DAY + 23 * HOUR, account=SECOND)
    assert not [*found.fallen_silent(DAY + 400 * DAYS)]


def test_it_recovers_and_falls_silent_again():
    """The silence that was told of is not what it is used to."""
    found = voices()
    last = speaking(found, 30 * MINUTE, DAY + 2 * DAYS)
    assert [*found.fallen_silent(last + 5 * HOUR)]
    found.hear(ACCOUNT, "us-east-1", last + 10 * HOUR)
    assert found.silent() == 0
    assert not [*found.fallen_silent(last + 10 * HOUR + 90 * MINUTE)]
    (again,) = found.fallen_silent(last + 10 * HOUR + 91 * MINUTE)
    assert (again.since, again.usual) == (last + 10 * HOUR, 1800.0)


def test_one_bad_day_is_forgotten_after_two_weeks():
    """A pause that was no silence yet counts for a week or two, then no more."""
    found = voices()
    last = speaking(found, 10 * MINUTE, DAY + 2 * DAYS)
    found.hear(ACCOUNT, "us-east-1", last + 50 * MINUTE)
    last = speaking(found, 10 * MINUTE, DAY + 4 * DAYS, last + 50 * MINUTE)
    assert not [*found.fallen_silent(last + 150 * MINUTE)]
    last = speaking(found, 10 * MINUTE, DAY + 20 * DAYS, last)
    assert [*found.fallen_silent(last + 61 * MINUTE)]


def test_each_region_speaks_for_itself():
    """A trail of one Region may be stopped."""
    found = voices()
    for _ in range(2):
        last = speaking(found, 30 * MINUTE, DAY + 2 * DAYS)
    moment = DAY
    while moment < last + 5 * HOUR:
        moment += 30 * MINUTE
        found.hear(ACCOUNT, "eu-west-1", moment)
    assert [one.region for one in found.fallen_silent(last + 5 * HOUR)] == ["us-east-1"]


def test_what_nobody_listened_to_is_no_silence():
    """The watch was down for a night: it waits as long as ever, and does not learn that such pauses are usual."""
    found = voices()
    last = speaking(found, 30 * MINUTE, DAY + 2 * DAYS)
    again = voices()
    for (account, region), voice in found.fresh():
        again.load(account, region, msgspec.json.decode(msgspec.json.encode(voice), type=Voice))
    back = last + 12 * HOUR
    again.listen(back)
    assert not [*again.fallen_silent(back + 90 * MINUTE)]
    assert [*again.fallen_silent(back + 91 * MINUTE)]
    other = voices()
    for (account, region), voice in [((ACCOUNT, "us-east-1"), Voice(DAY, last, 96, 1800.0))]:
        other.load(account, region, voice)
    other.listen(back)
    other.hear(ACCOUNT, "us-east-1", back + MINUTE)
    assert [*other.fallen_silent(back + 93 * MINUTE)]


def test_what_changed_is_written_down_once():
    """Who was heard, and who fell silent."""
    found = voices()
    last = speaking(found, 30 * MINUTE, DAY + 2 * DAYS)
    assert [place for place, _ in found.fresh()] == [(ACCOUNT, "us-east-1")]
    assert found.fresh() == []
    assert [*found.fallen_silent(last + 9 * HOUR)]
    ((_, voice),) = found.fresh()
    assert voice.told
