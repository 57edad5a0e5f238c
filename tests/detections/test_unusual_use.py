"""What root did never before: networks, programs, long rests, and who asks for its sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rootwarden.model.alert import Act
from rootwarden.model.findings import Severity
from tests.detections.scenes import (
    ACCOUNT,
    ATTACKER,
    BROWSER,
    COMMAND_LINE,
    DAY,
    HOLDER,
    SECOND,
    act,
    assume_root,
    at,
    failed_sign_in,
    shot,
    sign_in,
)
from tests.detections.stage import alerts, approved, ids, in_turn, only, revised

YEAR = timedelta(days=365)
SECOND_AFTER = timedelta(seconds=1)


def from_(address, when, account=ACCOUNT):
    """Return an act of root from an address."""
    return act(when, account, sourceIPAddress=address)


def with_(agent, when, account=ACCOUNT):
    """Return an act of root with a program."""
    return act(when, account, userAgent=agent)


# One table for both: how to make an act, what is usual, something alike, something new, what says nothing.
TRAITS = [
    ("RD-107", from_, HOLDER, "203.0.113.200", ATTACKER, "cloudformation.amazonaws.com"),
    ("RD-107", from_, "2001:db8:1:2::3", "2001:db8:1:9::1", "2001:db8:2::1", "AWS Internal"),
    ("RD-109", with_, BROWSER, BROWSER.replace("142", "150"), COMMAND_LINE, ""),
    ("RD-109", with_, "console.amazonaws.com", "Coral/Netty4", "Boto3/1.40.1 md/Botocore#1.40.1", None),
]


@pytest.mark.parametrize(("code", "made", "usual", "alike", "new", "mute"), TRAITS)
def test_something_new(code, made, usual, alike, new, mute):
    """The first act that shows it is told, once."""
    strange = made(new, at("01:00"))
    found = only(code, [made(usual, DAY), strange, made(new, at("02:00"))])
    assert found.event_ids == ids(strange)
    assert found.severity is (Severity.HIGH if code == "RD-107" else Severity.MEDIUM)


@pytest.mark.parametrize(("code", "made", "usual", "alike", "new", "mute"), TRAITS)
def test_near_something_new(code, made, usual, alike, new, mute):
    """Of the same kind; the first ever; of another account; what says nothing; after more than a year of nothing."""
    assert not alerts(code, [made(usual, DAY), made(alike, at("01:00"))])
    assert not alerts(code, [made(new, DAY)])
    assert not alerts(code, [made(usual, DAY, SECOND), made(new, at("01:00"))])
    assert not alerts(code, [made(usual, DAY), made(mute, at("01:00"))])
    assert not alerts(code, [made(usual, DAY - YEAR - SECOND_AFTER), made(new, DAY)])
    assert alerts(code, [made(usual, DAY - YEAR), made(new, DAY)])


@pytest.mark.parametrize(("code", "made", "usual", "alike", "new", "mute"), TRAITS)
def test_what_was_not_seen_for_a_year_is_new_again(code, made, usual, alike, new, mute):
    """To the second."""
    assert len(alerts(code, [made(new, DAY - YEAR), made(usual, DAY - SECOND_AFTER), made(new, DAY)])) == 1
    whole = [made(new, DAY - YEAR - SECOND_AFTER), made(usual, DAY - SECOND_AFTER), made(new, DAY)]
    assert [alert.event_ids for alert in alerts(code, whole)] == [ids(whole[1]), ids(whole[2])]


@pytest.mark.parametrize(("code", "made", "usual", "alike", "new", "mute"), TRAITS)
def test_an_earlier_act_moves_something_new(code, made, usual, alike, new, mute):
    """The alert is the same, better known; history that comes late may also withdraw it."""
    first, late, told = made(usual, DAY), made(new, at("01:00")), made(new, at("02:00"))
    assert revised(code, [first, told], [late]).event_ids == ids(late)
    known = made(new, DAY - timedelta(days=100))
    assert not [one for one in alerts(code, [first, told, known]) if one.event_ids == ids(told)]


@pytest.mark.parametrize(("code", "made", "usual", "alike", "new", "mute"), TRAITS)
def test_something_new_in_a_window(code, made, usual, alike, new, mute):
    """It was approved, from wherever."""
    found = only(code, [made(usual, DAY), made(new, at("01:00"))], approved(ACCOUNT, DAY, at("02:00")))
    assert found.severity is (Severity.LOW if code == "RD-107" else Severity.INFO)


def test_guessing_passwords_does_not_make_a_network_known():
    """The refused sign-in is told, and the success after it too; nor is a stranger's a history."""
    tried = failed_sign_in(at("01:00"), sourceIPAddress=ATTACKER)
    again = failed_sign_in(at("01:01"), sourceIPAddress=ATTACKER)
    entered = sign_in(at("01:02"), sourceIPAddress=ATTACKER)
    whole = [from_(HOLDER, DAY), tried, again, entered]
    assert [alert.event_ids for alert in alerts("RD-107", whole)] == [ids(tried), ids(entered)]
    assert not alerts("RD-107", [tried, from_(HOLDER, at("02:00"))])


# -- RD-114 ----------------------------------------------------------------------------------------------------
def after_rest(days, seconds=0, account=ACCOUNT):
    """Return an act of root, and another so long after it."""
    return [act(DAY - timedelta(days=days, seconds=seconds), account), act(DAY)]


def test_root_acts_after_a_long_rest():
    """Ninety days at least, four hundred at most."""
    for days in (90, 400):
        rest = after_rest(days)
        found = only("RD-114", rest)
        assert found.event_ids == ids(rest[1])
        assert found.severity is Severity.HIGH
        assert f"{days} days" in found.says


def test_near_a_long_rest():
    """A second too short or too long, another account, an act between."""
    assert not alerts("RD-114", after_rest(90, seconds=-1))
    assert not alerts("RD-114", after_rest(400, seconds=1))
    assert not alerts("RD-114", after_rest(100, account=SECOND))
    assert not alerts("RD-114", [*after_rest(100), act(DAY - timedelta(days=50))])


def test_a_refused_sign_in_does_not_end_the_rest():
    """Strangers knock at every door: that root acts at last is news all the same."""
    begun = act(DAY - timedelta(days=100))
    tried, entered = failed_sign_in(DAY - timedelta(days=5)), sign_in(DAY)
    found = alerts("RD-114", [begun, tried, entered])
    assert [alert.event_ids for alert in found] == [ids(tried), ids(entered)]


def test_an_earlier_act_moves_the_end_of_the_rest():
    """The alert is the same, better known; and an act in between withdraws it."""
    begun, told = after_rest(100)
    late = act(DAY - timedelta(days=2))
    assert revised("RD-114", [begun, told], [late]).event_ids == ids(late)
    news = in_turn("RD-114", [begun, told], [act(DAY - timedelta(days=50))])
    assert [one.act for one in news] == [Act.RAISED, Act.WITHDRAWN]


def test_an_approved_end_of_rest_weighs_little():
    """The yearly drill."""
    assert only("RD-114", after_rest(100), approved(ACCOUNT, DAY, at("01:00"))).severity is Severity.LOW


# -- RD-117 ----------------------------------------------------------------------------------------------------
def asked(when, target=ACCOUNT, golden="assume-root-to-unlock-bucket"):
    """Return an AssumeRoot by a role, or by a user."""
    if golden == "assume-root-to-unlock-bucket":
        return assume_root(when, target, "ASIA1MADE")
    record = shot(golden, when)
    record["requestParameters"]["targetPrincipal"] = target
    return record


def test_a_target_the_caller_never_had():
    """The very first too; each pair of caller and target once in ninety days."""
    first, other = asked(DAY), asked(at("02:00"), SECOND)
    whole = [first, asked(at("01:00")), other, asked(DAY + timedelta(days=90))]
    assert [alert.event_ids for alert in alerts("RD-117", whole)] == [ids(first), ids(other)]
    assert len(alerts("RD-117", [first, asked(DAY + timedelta(days=90, seconds=1))])) == 2


def test_near_a_new_target():
    """The same account written as an ARN; another session of the same role; denied."""
    arn = asked(at("01:00"), f"arn:aws:iam::{ACCOUNT}:root")
    other = asked(at("02:00"))
    other["userIdentity"]["arn"] = other["userIdentity"]["arn"].replace("JohnRole1", "another-session")
    assert len(alerts("RD-117", [asked(DAY), arn, other])) == 1
    assert not alerts("RD-117", [shot("assume-root-denied", DAY)])


def test_another_caller_is_new():
    """A user of the same account."""
    assert len(alerts("RD-117", [asked(DAY), asked(at("01:00"), golden="assume-root-by-user")])) == 2


def test_an_earlier_session_moves_a_new_target():
    """The alert is the same, better known."""
    late, told = asked(DAY), asked(at("01:00"))
    assert revised("RD-117", [told], [late]).event_ids == ids(late)


def test_an_approved_target_weighs_little():
    """The window is the target's."""
    context = approved(ACCOUNT, DAY, at("01:00"), task="S3UnlockBucketPolicy")
    assert only("RD-117", [asked(at("00:10"))], context).severity is Severity.LOW
    assert only("RD-117", [asked(at("00:10"), SECOND)], context).severity is Severity.HIGH
