"""Steps of a takeover: credentials, MFA devices and the trail, one thing after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rootwarden.model.alert import Act
from rootwarden.model.findings import Severity
from tests.detections.scenes import ACCOUNT, DAY, MANAGEMENT, SECOND, act, assume_root, at, shot, sign_in
from tests.detections.stage import LATE, alerts, approved, give, ids, in_turn, new_watch, only, revised

RESETS = ("root-password-changed", "root-password-recovery-completed", "root-password-made-naming-root",
          "root-email-updated")  # fmt: skip
KEY = "AKIA5ROGUE3FOREVER66"


# -- RD-111 ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reset", RESETS)
def test_a_device_within_a_day_of_a_reset(reset):
    """Whether the password was changed, recovered or set, or the address changed."""
    whole = [shot(reset, DAY, ACCOUNT), shot("root-registers-mfa", at("24:00"))]
    found = only("RD-111", whole)
    assert found.event_ids == ids(*whole)
    assert found.severity is Severity.CRITICAL


def test_near_a_device_after_a_reset():
    """A second too late, another account, the wrong order, what failed, a device of a user."""
    reset = shot("root-password-changed", DAY)
    assert not alerts("RD-111", [reset, shot("root-registers-mfa", at("24:00:01"))])
    assert not alerts("RD-111", [reset, shot("root-registers-mfa", at("01:00"), SECOND)])
    assert not alerts("RD-111", [shot("root-registers-mfa", DAY), shot("root-password-changed", at("01:00"))])
    assert not alerts("RD-111", [shot("root-password-change-fails", DAY), shot("root-registers-mfa", at("01:00"))])
    assert not alerts("RD-111", [reset, shot("root-registers-mfa-of-user", at("01:00"))])
    assert not alerts("RD-111", [reset, shot("root-mfa-registration-fails", at("01:00"))])


def test_a_late_reset_revises_it():
    """It is added to what led up to the device."""
    first, second, device = (
        shot("root-email-updated", DAY),
        shot("root-password-changed", at("00:10")),
        shot("root-registers-mfa", at("01:00")),
    )
    assert revised("RD-111", [second, device], [first]).event_ids == ids(first, second, device)


def test_a_late_device_moves_it():
    """If an earlier device turns up, that one completed the takeover."""
    reset, late, told = (
        shot("root-password-changed", DAY),
        shot("root-registers-mfa", at("00:30")),
        shot("root-registers-security-key", at("01:00")),
    )
    assert revised("RD-111", [reset, told], [late]).event_time == at("00:30")


def test_an_approved_recovery_weighs_less():
    """The window is open when the device is registered."""
    whole = [shot("root-password-changed", DAY), shot("root-registers-mfa", at("01:00"))]
    assert only("RD-111", whole, approved(ACCOUNT, DAY, at("02:00"))).severity is Severity.HIGH


# -- RD-112 ----------------------------------------------------------------------------------------------------
def test_a_removal_that_nothing_follows():
    """An hour must be over; until then nothing is said."""
    removal = shot("root-removes-mfa", DAY)
    assert not alerts("RD-112", [removal], now=at("00:59:59"))
    found = only("RD-112", [removal], now=at("01:00"))
    assert found.event_ids == ids(removal)
    assert found.severity is Severity.CRITICAL


def test_time_alone_concludes():
    """No further record is needed."""
    watch = give(new_watch(), [shot("root-removes-mfa", DAY)])
    assert "RD-112" not in {update.alert.code for update in watch.flush(at("00:30"))}
    assert [update.alert.code for update in watch.flush(at("01:00"))] == ["RD-112"]
    assert not watch.flush(at("02:00"))


def test_near_a_removal():
    """Replaced in time; a removal that failed; a user's device."""
    assert not alerts("RD-112", [shot("root-removes-mfa", DAY), shot("root-registers-mfa", at("01:00"))])
    assert not alerts("RD-112", [shot("root-mfa-removal-denied", DAY)])
    assert not alerts("RD-112", [shot("root-removes-mfa-of-user", DAY)])


def test_what_does_not_replace_a_device():
    """A second too late, before the removal, in another account, a registration that failed."""
    removal = shot("root-removes-mfa", DAY)
    for other in (
        shot("root-registers-mfa", at("01:00:01")),
        shot("root-registers-mfa", DAY - timedelta(seconds=1)),
        shot("root-registers-mfa", at("00:30"), SECOND),
        shot("root-mfa-registration-fails", at("00:30")),
    ):
        assert alerts("RD-112", [removal, other])


def test_a_late_registration_withdraws_it():
    """It was replaced after all; and it is said once."""
    news = in_turn("RD-112", [shot("root-removes-mfa", DAY)], [shot("root-registers-mfa", at("00:20"))], [])
    assert [update.act for update in news] == [Act.RAISED, Act.WITHDRAWN]


def test_a_removal_without_replacement_weighs_the_same_in_a_window():
    """Approved or not, the account is open."""
    assert only("RD-112", [shot("root-removes-mfa", DAY)], approved(ACCOUNT, DAY, at("02:00"))).severity is (
        Severity.CRITICAL
    )


# -- RD-113 ----------------------------------------------------------------------------------------------------
def test_root_signs_in_and_touches_the_trail():
    """Also if the trail withstood, twelve hours later."""
    for touch in ("root-deletes-trail", "root-fails-to-stop-trail"):
        whole = [sign_in(DAY), shot(touch, at("12:00"))]
        found = only("RD-113", whole)
        assert found.event_ids == ids(*whole)
        assert found.severity is Severity.CRITICAL


def test_a_task_session_touches_the_trail():
    """The AssumeRoot of another account began it; by key where it shows, by account and time where not."""
    began = [assume_root(DAY, ACCOUNT, f"ASIA{number}MADE") for number in (1, 2, 3)]
    touch = shot("root-deletes-trail", at("00:05"), key="ASIA2MADE")
    assert only("RD-113", [*began, touch]).event_ids == ids(began[1], touch)
    other = shot("root-deletes-trail", at("00:05"), key="ASIA9MADE")
    assert only("RD-113", [began[0], other]).event_ids == ids(began[0], other)


def test_near_a_touched_trail():
    """A second too late, the wrong order, another account, another identity, a start, a denied AssumeRoot."""
    assert not alerts("RD-113", [sign_in(DAY), shot("root-deletes-trail", at("12:00:01"))])
    assert not alerts("RD-113", [sign_in(at("01:00")), shot("root-deletes-trail", DAY)])
    assert not alerts("RD-113", [sign_in(DAY, SECOND), shot("root-deletes-trail", at("01:00"))])
    assert not alerts("RD-113", [sign_in(DAY), shot("user-stops-trail", at("01:00"))])
    assert not alerts("RD-113", [sign_in(DAY), shot("root-starts-trail", at("01:00"))])
    denied = assume_root(DAY, ACCOUNT, "", errorCode="AccessDenied", responseElements=None)
    assert not alerts("RD-113", [denied, shot("root-deletes-trail", at("00:05"))])


def test_a_later_beginning_revises_it():
    """The sign-in nearest before the touch is the one."""
    early, late, touch = sign_in(DAY), sign_in(at("02:00")), shot("root-deletes-trail", at("03:00"))
    assert revised("RD-113", [early, touch], [late]).event_ids == ids(late, touch)


def test_a_touched_trail_weighs_the_same_in_a_window():
    """No approval covers it."""
    whole = [sign_in(DAY), shot("root-deletes-trail", at("01:00"))]
    assert only("RD-113", whole, approved(ACCOUNT, DAY, at("02:00"))).severity is Severity.CRITICAL


# -- RD-118 ----------------------------------------------------------------------------------------------------
def made(when=DAY, account=ACCOUNT):
    """Return the creation of the key."""
    record = shot("root-key-made", when, account)
    record["responseElements"]["accessKey"]["accessKeyId"] = KEY
    return record


def used(when, account=ACCOUNT, **fields):
    """Return a call with the key."""
    return shot("root-key-used", when, account, **({"key": KEY} | fields))


def test_a_new_key_is_used():
    """The first use completes it, further ones are added."""
    whole = [made(), used(at("00:01")), used(at("24:00"))]
    found = only("RD-118", whole)
    assert found.event_ids == ids(*whole)
    assert found.event_time == at("00:01")
    assert found.severity is Severity.CRITICAL


def test_near_a_new_key():
    """A second too late, another key, used before it was made, a creation that failed, a user's key."""
    assert not alerts("RD-118", [made(), used(at("24:00:01"))])
    assert not alerts("RD-118", [made(), used(at("00:01"), key="AKIA5OTHERXXXXXXXXXX")])
    assert not alerts("RD-118", [made(at("00:02")), used(at("00:01"))])
    assert not alerts("RD-118", [shot("root-key-creation-denied", DAY, ACCOUNT), used(at("00:01"))])
    assert not alerts("RD-118", [shot("root-makes-key-for-user", DAY), used(at("00:01"))])


def test_a_late_first_use_revises_it():
    """Then another record completes it; the fingerprint changes, the thread stays."""
    first, second = used(at("00:01")), used(at("00:09"))
    assert revised("RD-118", [made(), second], [first]).event_ids == ids(made(), first, second)


def test_a_late_creation_raises_it():
    """The record of the creation may come last."""
    assert [update.act for update in in_turn("RD-118", [used(at("00:01"))], [made()])] == [Act.RAISED]


def test_a_new_key_weighs_the_same_in_a_window():
    """No task needs one."""
    whole = [made(), used(at("00:01"))]
    assert only("RD-118", whole, approved(ACCOUNT, DAY, at("02:00"))).severity is Severity.CRITICAL


# -- RD-031 ----------------------------------------------------------------------------------------------------
def test_calls_without_mfa():
    """Each is an alert; whatever way false is written."""
    for mfa in ("false", "False"):
        call = act(DAY, mfa=mfa)
        found = only("RD-031", [call])
        assert found.event_ids == ids(call)
        assert found.severity is Severity.HIGH


def test_near_calls_without_mfa():
    """With MFA, by AssumeRoot, by a service, with a key, or no API call."""
    assert not alerts("RD-031", [act(DAY)])
    assert not alerts("RD-031", [shot("root-session-lists-keys", DAY)])
    assert not alerts("RD-031", [shot("secret-decrypted-for-root", DAY, mfa="false")])
    assert not alerts("RD-031", [used(DAY)])
    assert not alerts("RD-031", [act(DAY, mfa="false", eventType="AwsConsoleAction")])


def test_an_issued_session_is_none_of_it():
    """The AssumeRoot record may come from another account, before or after; never is it told and left standing."""
    issue, call = assume_root(DAY, ACCOUNT, "ASIA1MADE"), act(at("00:01"), mfa="false", key="ASIA1MADE")
    assert issue["recipientAccountId"] == MANAGEMENT
    assert not in_turn("RD-031", [issue], [call], now=at("00:02"))
    news = in_turn("RD-031", [call], [issue], now=at("00:02"))
    assert [update.act for update in news] == [Act.RAISED, Act.WITHDRAWN]
    assert not in_turn("RD-031", [call, issue], now=LATE)


def test_a_session_issued_too_long_before_is_another():
    """Keys of AssumeRoot live for fifteen minutes."""
    issue = assume_root(DAY, ACCOUNT, "ASIA1MADE")
    assert not alerts("RD-031", [issue, act(at("00:15"), mfa="false", key="ASIA1MADE")])
    assert alerts("RD-031", [issue, act(at("00:15:11"), mfa="false", key="ASIA1MADE")])
    assert alerts("RD-031", [issue, act(at("00:01"), mfa="false", key="ASIA2MADE")])


def test_it_waits_one_level_lower():
    """Until the AssumeRoot record could have arrived; then it weighs in full, without another record."""
    watch = give(new_watch(), [act(DAY, mfa="false")])
    first = [update.alert for update in watch.flush(at("00:14:59")) if update.alert.code == "RD-031"]
    then = [update for update in watch.flush(at("00:15")) if update.alert.code == "RD-031"]
    assert [alert.severity for alert in first] == [Severity.MEDIUM]
    assert [alert.origin for alert in first] == ["pending"]
    assert [(update.act, update.alert.severity, update.alert.origin) for update in then] == [
        (Act.REVISED, Severity.HIGH, "settled")
    ]


def test_calls_without_mfa_weigh_little_in_a_window():
    """Somebody knew."""
    assert only("RD-031", [act(DAY, mfa="false")], approved(ACCOUNT, DAY, at("01:00"))).severity is Severity.LOW
