"""Root and its approved windows: no window, a session that outlasts it, acts outside its scope."""

from __future__ import annotations

from datetime import timedelta

from rootwarden.model.alert import Act
from rootwarden.model.context import Context, Window
from rootwarden.model.findings import Severity
from tests.detections.scenes import (
    ACCOUNT,
    DAY,
    MANAGEMENT,
    SECOND,
    act,
    assume_root,
    at,
    failed_sign_in,
    shot,
    sign_in,
)
from tests.detections.stage import LATE, alerts, approved, give, ids, in_turn, new_watch, only, revised

NONE = Context(windows=())
HOUR = approved(ACCOUNT, at("10:00"), at("11:00"))
KEY = "ASIA5OURCONSOLEXXXXX"


# -- RD-104 ----------------------------------------------------------------------------------------------------
def test_root_without_a_window():
    """Whatever root does: calls, sign-ins; AssumeRoot, by the account it is for; a refused sign-in weighs less."""
    for record in (act(DAY), sign_in(DAY), assume_root(DAY, SECOND, "ASIA1MADE"), failed_sign_in(DAY)):
        found = only("RD-104", [record], NONE)
        assert found.event_ids == ids(record)
        refused = record["eventName"] == "ConsoleLogin" and "Failure" in str(record["responseElements"])
        assert found.severity is (Severity.MEDIUM if refused else Severity.CRITICAL)


def test_near_root_without_a_window():
    """No windows known; inside one, give or take two minutes; a service; another identity."""
    assert not alerts("RD-104", [act(DAY)])
    for clock in ("09:58", "10:00", "10:30", "11:02"):
        assert not alerts("RD-104", [act(at(clock))], HOUR)
    assert not alerts("RD-104", [shot("autoscaling-launches-as-root", DAY), shot("user-stops-trail", DAY)], NONE)


def test_windows_end():
    """A second outside the grace, and another account."""
    assert alerts("RD-104", [act(at("09:57:59"))], HOUR)
    assert alerts("RD-104", [act(at("11:02:01"))], HOUR)
    assert alerts("RD-104", [act(at("10:30"), SECOND)], HOUR)


def test_the_window_of_assume_root_is_that_of_its_target():
    """Not of the account that asks; the target may be written as an ARN."""
    asked = assume_root(at("10:30"), f"arn:aws:iam::{ACCOUNT}:root", "ASIA1MADE")
    assert not alerts("RD-104", [asked], HOUR)
    assert alerts("RD-104", [asked], approved(MANAGEMENT, at("10:00"), at("11:00")))


def test_a_window_that_becomes_known_later_withdraws_it():
    """The state is loaded where more windows are known."""
    before = give(new_watch(NONE), [act(at("10:30"))])
    assert "RD-104" in {update.alert.code for update in before.flush(LATE)}
    after = new_watch(HOUR)
    after.load(before.dump())
    news = {update.alert.code: update for update in after.flush(LATE)}
    assert news["RD-104"].act is Act.WITHDRAWN
    assert news["RD-001"].alert.severity is Severity.INFO


def test_late_news_revise_root_without_a_window():
    """Who acted is settled by the AssumeRoot record; the alert stays."""
    call, issue = act(at("00:01"), mfa="false", key="ASIA1MADE"), assume_root(DAY, ACCOUNT, "ASIA1MADE")
    news = in_turn("RD-104", [call], [issue], context=NONE, now=at("00:02"))
    of_call = [one for one in news if one.alert.event_ids == ids(call)]
    assert [(one.act, one.alert.kind, one.alert.severity) for one in of_call] == [
        (Act.RAISED, "root-direct", Severity.HIGH), (Act.REVISED, "root-session", Severity.CRITICAL),
    ]  # fmt: skip


# -- RD-105 ----------------------------------------------------------------------------------------------------
def session(*clocks, key=KEY, account=ACCOUNT, began="10:05"):
    """Return acts of one session."""
    return [act(at(clock), account, key=key, session=at(began)) for clock in clocks]


def test_a_session_outlasts_its_window():
    """The first act after it completes the case, further ones are added."""
    whole = session("10:10", "11:02:01", "12:00")
    found = only("RD-105", whole, HOUR)
    assert found.event_ids == ids(*whole[1:])
    assert found.severity is Severity.HIGH
    assert found.window == ""


def test_a_session_that_began_in_the_window_outlasts_it():
    """Though nothing was seen of it inside; or it was seen and began before."""
    assert alerts("RD-105", session("11:30"), HOUR)
    assert alerts("RD-105", session("10:10", "11:30", began="09:00"), HOUR)


def test_near_a_session_that_outlasts():
    """Within the grace; another session; before the window; in a later window; no windows; more than twelve hours."""
    assert not alerts("RD-105", session("10:10", "11:02"), HOUR)
    assert not alerts("RD-105", session("10:10") + session("11:30", key="ASIA1OTHER", began="11:20"), HOUR)
    assert not alerts("RD-105", session("09:00", "10:10", began="08:00"), HOUR)
    assert not alerts("RD-105", session("10:10", "11:30"))
    two = Context(windows=(*HOUR.windows, Window(id="W-2", account=ACCOUNT, opens=at("11:20"), closes=at("12:00"))))
    assert not alerts("RD-105", session("10:10", "11:30"), two)
    assert alerts("RD-105", session("10:10", "12:30"), two)
    assert not alerts("RD-105", session("10:10", "22:10:01", began="09:00"), HOUR)
    assert alerts("RD-105", session("10:10", "22:10", began="09:00"), HOUR)
    assert not alerts("RD-105", session("10:10", "11:30", account=SECOND), HOUR)


def test_a_late_act_revises_a_session_that_outlasts():
    """An earlier act after the window completes it."""
    inside, late, told = session("10:10", "11:10", "11:30")
    assert revised("RD-105", [inside, told], [late], context=HOUR).event_ids == ids(late, told)


# -- RD-106 ----------------------------------------------------------------------------------------------------
SCOPE = approved(ACCOUNT, at("10:00"), at("11:00"), events=("iam:ListUsers", "GetAccountSummary"))
TASK = approved(ACCOUNT, at("10:00"), at("11:00"), task="S3UnlockBucketPolicy")


def test_acts_outside_the_scope():
    """It weighs in full, though a window is open; everything else about the record does too."""
    call = act(at("10:30"), eventName="ListRoles")
    found = only("RD-106", [call], SCOPE)
    assert found.event_ids == ids(call)
    assert found.severity is Severity.HIGH
    assert found.window == "", "it is not approved"
    assert any("W-1" in note for note in found.notes)
    assert only("RD-001", [call], SCOPE).severity is Severity.MEDIUM


def test_another_task_than_approved():
    """The policy of AssumeRoot must be the approved one."""
    other = assume_root(at("10:30"), ACCOUNT, "ASIA1MADE", task="IAMCreateRootUserPassword")
    found = only("RD-106", [other], TASK)
    assert found.severity is Severity.HIGH
    assert "IAMCreateRootUserPassword" in found.says


def test_near_acts_outside_the_scope():
    """A call or task that is covered, a window that names no calls, no window at all, or none known."""
    call = act(at("10:30"), eventName="ListRoles")
    assert not alerts("RD-106", [act(at("10:30")), act(at("10:31"), eventName="GetAccountSummary")], SCOPE)
    assert not alerts("RD-106", [call], HOUR)
    assert not alerts("RD-106", [call], NONE)
    assert not alerts("RD-106", [call])
    assert not alerts("RD-106", [act(at("11:30"), eventName="ListRoles")], SCOPE)
    assert not alerts("RD-106", [assume_root(at("10:30"), ACCOUNT, "ASIA1MADE")], TASK)
    assert not alerts("RD-106", [assume_root(at("10:30"), SECOND, "ASIA1MADE", task="IAMCreateRootUserPassword")], TASK)


def test_late_news_revise_an_act_outside_the_scope():
    """A task session is covered by no window for root itself: then it is not out of scope, but without a window."""
    call = act(at("10:31"), eventName="ListRoles", mfa="false", key="ASIA1MADE")
    issue = assume_root(at("10:30"), ACCOUNT, "ASIA1MADE", task="IAMAuditRootUserCredentials")
    news = in_turn("RD-106", [call], [issue], context=SCOPE, now=at("10:32"))
    assert [one.act for one in news if one.alert.event_ids == ids(call)] == [Act.RAISED, Act.WITHDRAWN]
    news = in_turn("RD-104", [call], [issue], context=SCOPE, now=at("10:32"))
    assert [one.act for one in news if one.alert.event_ids == ids(call)] == [Act.RAISED]


def test_a_window_for_a_task_does_not_cover_root_itself():
    """Whoever signs in as root while a task is approved has no approval; the session of the task has."""
    direct, issue = act(at("10:30")), assume_root(at("10:30"), ACCOUNT, "ASIA1MADE")
    session = act(at("10:31"), mfa="false", key="ASIA1MADE")
    assert only("RD-104", [direct, issue, session], TASK).event_ids == ids(direct)
    assert only("RD-001", [direct], TASK).severity is Severity.MEDIUM
    assert {one.severity for one in alerts("RD-001", [issue, session], TASK)} == {Severity.INFO}


def test_the_caller_of_a_task_must_be_the_approved_one():
    """Where a window names a source identity, another caller is out of scope."""
    approval = approved(ACCOUNT, at("10:00"), at("11:00"), task="S3UnlockBucketPolicy", source_identity="rw-1")
    issue = assume_root(at("10:30"), ACCOUNT, "ASIA1MADE")
    assert only("RD-106", [issue], approval).severity is Severity.HIGH
    issue["userIdentity"]["sessionContext"]["sourceIdentity"] = "rw-1"
    assert not alerts("RD-106", [issue], approval)
    assert only("RD-026", [issue], approval).severity is Severity.LOW


def test_of_two_tasks_each_window_covers_its_own():
    """Two approved tasks at once: neither is out of the other's scope."""
    both = Context(windows=tuple(
        Window(id=f"W-{task}", account=ACCOUNT, opens=at(opens), closes=at("11:00"), task=task)
        for task, opens in (("IAMAuditRootUserCredentials", "09:50"), ("S3UnlockBucketPolicy", "10:00"))
    ))  # fmt: skip
    assert not alerts("RD-106", [assume_root(at("10:30"), ACCOUNT, "ASIA1MADE")], both)


def test_of_overlapping_windows_the_one_that_allows_counts():
    """Two people may have asked."""
    wide = Window(id="W-0", account=ACCOUNT, opens=at("10:00") - timedelta(hours=1), closes=at("12:00"), events=("X",))
    call = act(at("10:30"), eventName="ListRoles")
    both = Context(windows=(wide, *HOUR.windows))
    assert not alerts("RD-106", [call], both)
    assert only("RD-001", [call], both).window == "W-1"
