"""What is taken from a record, whatever its shape."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rootwarden.model.event import NO_TIME, field, read_event, text
from tests.detections.scenes import ACCOUNT, ATTACKER, BROWSER, DAY, act, assume_root, at, failed_sign_in, shot, sign_in


def test_the_parts_that_are_remembered():
    """By their names in the record."""
    event = read_event(act(DAY, key="ASIA1OURS", session=at("00:00"), sourceIPAddress=ATTACKER, userAgent=BROWSER))
    assert (event.account, event.time, event.name, event.service) == (ACCOUNT, DAY, "ListUsers", "iam.amazonaws.com")
    assert (event.region, event.address, event.agent) == ("us-east-1", ATTACKER, BROWSER)
    assert (event.actor, event.kind, event.key, event.session) == ("root", "root-direct", "ASIA1OURS", DAY)
    assert (event.mfa, event.failed, event.awaits_issuer) == ("true", False, False)


def test_an_empty_record_is_an_event_too():
    """Nothing known, nothing invented."""
    event = read_event({})
    assert (event.account, event.name, event.actor, event.time) == ("", "", "somebody", NO_TIME)
    assert event.id.startswith("no-id-")


def test_the_account_is_the_trails_and_else_the_callers():
    """Old records do not name the recipient."""
    record = act(DAY)
    record["userIdentity"]["accountId"] = "444455556666"
    assert read_event(record).account == ACCOUNT
    del record["recipientAccountId"]
    assert read_event(record).account == "444455556666"


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-24T00:00:00Z", DAY),
        ("2026-11-24T01:30:00+01:30", DAY),
        ("2026-11-24T00:00:00", DAY),
        ("2026-11-24", DAY),
        ("9000-12-31T23:59:59Z", datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9001-01-01T00:00:00Z", NO_TIME),
        ("9999-12-31T23:59:59-23:59", NO_TIME),
        ("0001-01-01T00:00:00+23:59", NO_TIME),
        ("2005-12-31T23:59:59Z", NO_TIME),
        ("yesterday", NO_TIME),
        (1764000000, NO_TIME),
        (None, NO_TIME),
    ],
)
def test_times(written, instant):
    """Only those that a record can have, so that time can be added to them and taken from them."""
    record = act(DAY)
    record["eventTime"] = record["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = written
    event = read_event(record)
    assert event.time == instant
    assert event.session == (instant if instant != NO_TIME else None)


@pytest.mark.parametrize(
    ("principal", "target"),
    [
        ("444455556666", "444455556666"),
        ("arn:aws:iam::444455556666:root", "444455556666"),
        ("arn:aws-us-gov:iam::444455556666:root", "444455556666"),
        ("a:b", "a:b"),
    ],
)
def test_the_target_of_assume_root(principal, target):
    """An account id, or the ARN of its root."""
    assert read_event(assume_root(DAY, principal, "ASIA1MADE")).target == target


def test_refused_is_who_did_not_get_in():
    """A sign-in, a check of MFA, a change of the password; not a call that was denied to one who is in."""
    assert read_event(failed_sign_in(DAY)).refused
    assert read_event(shot("root-fails-mfa-check", DAY)).refused
    assert not read_event(sign_in(DAY)).refused
    assert not read_event(shot("root-attach-denied", DAY)).refused


@pytest.mark.parametrize("place", [None, "", [], 7, {}, {"a": None}, {"a": 7}, {"a": []}])
def test_reading_of_anything(place):
    """Text is text, and everything else is none."""
    assert text(place, "a") == ""
    assert field({"a": 7}, "a") == 7
