"""The circumstances: approved windows with their grace and scope, and quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rootwarden.model.context import MATCH_GRACE, Context, QuietHours, Window, affected
from rootwarden.model.event import read_event
from tests.detections.scenes import ACCOUNT, DAY, MANAGEMENT, SECOND, act, assume_root, at, shot

WINDOW = Window(id="W-1", account=ACCOUNT, opens=at("10:00"), closes=at("11:00"))


@pytest.mark.parametrize(
    ("clock", "covered"),
    [("09:57:59", False), ("09:58", True), ("10:30", True), ("11:02", True), ("11:02:01", False)],
)
def test_a_window_has_a_grace_on_both_sides(clock, covered):
    """Two minutes, to the second."""
    assert WINDOW.covers(ACCOUNT, at(clock), MATCH_GRACE) is covered
    assert not WINDOW.covers(SECOND, at(clock), MATCH_GRACE)


def test_a_window_at_the_end_of_time_breaks_nothing():
    """Somebody may write one that never ends."""
    ever = Window(
        id="W", account=ACCOUNT, opens=datetime(1, 1, 1, tzinfo=UTC), closes=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    )
    assert Context(windows=(ever,)).window_of(read_event(act(DAY))) is ever


@pytest.mark.parametrize(
    ("events", "allowed"),
    [
        ((), True),
        (("ListUsers",), True),
        (("iam:ListUsers",), True),
        (("sts:ListUsers",), False),
        (("ListRoles",), False),
    ],
)
def test_what_a_window_allows(events, allowed):
    """A call by name, with its service or without; all if it names none."""
    window = Window(id="W", account=ACCOUNT, opens=DAY, closes=DAY, events=events)
    assert window.allows(read_event(act(DAY))) is allowed


def test_a_task_is_known_by_its_name():
    """Whether the window or the record writes the ARN."""
    task = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"
    for written in (task, "S3UnlockBucketPolicy"):
        window = Window(id="W", account=ACCOUNT, opens=DAY, closes=DAY, task=written)
        assert window.allows(read_event(assume_root(DAY, ACCOUNT, "ASIA1MADE")))
        assert not window.allows(read_event(assume_root(DAY, ACCOUNT, "ASIA1MADE", task="IAMCreateRootUserPassword")))


def test_of_several_windows_the_order_does_not_count():
    """The one that allows the call, else the one that opened first."""
    narrow = Window(id="W-0", account=ACCOUNT, opens=at("09:00"), closes=at("12:00"), events=("ListRoles",))
    event = read_event(act(at("10:30")))
    for windows in ((WINDOW, narrow), (narrow, WINDOW)):
        assert Context(windows=windows).window_of(event) is WINDOW
        assert Context(windows=windows).window_of(read_event(act(at("10:30"), eventName="ListRoles"))) is narrow
    assert Context().window_of(event) is None
    assert Context(windows=()).window_of(event) is None


def test_whose_root_an_event_is_about():
    """The account's; of AssumeRoot the target's; of others nobody's."""
    assert affected(read_event(act(DAY))) == ACCOUNT
    issue = read_event(assume_root(DAY, SECOND, "ASIA1MADE"))
    assert (issue.account, affected(issue)) == (MANAGEMENT, SECOND)
    assert affected(read_event(shot("user-stops-trail", DAY))) == ""


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [(22, 5, {22, 23, 0, 4}), (1, 3, {1, 2}), (0, 0, set()), (5, 5, set()), (0, 24, {0, 23})],
)
def test_quiet_hours(start, end, inside):
    """Over midnight or not; from the start until before the end."""
    hours = {hour for hour in range(24) if QuietHours(start, end).contain(DAY + timedelta(hours=hour, minutes=59))}
    assert inside <= hours
    assert len(hours) == (end - start) % 24 + 24 * (end - start == 24)
