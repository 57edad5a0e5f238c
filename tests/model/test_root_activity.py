"""Who is behind a record: the classifier, the outcome, and what only the AssumeRoot record can tell."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.event import read_event
from rootwarden.model.golden import golden_records
from rootwarden.model.root_activity import Kind, awaits_issuer, classify, is_failure, service_invoked
from tests.detections.scenes import DAY, act, assume_root, shot, sign_in


def with_identity(**fields: Any) -> dict[str, Any]:
    """Return an act of root whose identity says more, or less (None)."""
    record = act(DAY)
    for name, value in fields.items():
        if value is None:
            record["userIdentity"].pop(name, None)
        else:
            record["userIdentity"][name] = value
    return record


def test_root_is_decided_from_the_type_alone():
    """Not from names, which an alias or a user may carry."""
    assert classify(with_identity(userName="somebody", arn=None)) is Kind.ROOT_DIRECT
    user = with_identity(type="IAMUser", userName="root", arn="arn:aws:iam::111122223333:user/root")
    assert classify(user) is Kind.OTHER


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        ("signin.amazonaws.com", Kind.ROOT_DIRECT),
        ("console.amazonaws.com", Kind.ROOT_DIRECT),
        ("", Kind.ROOT_DIRECT),
        (7, Kind.ROOT_DIRECT),
        ("AWS Internal", Kind.AMBIGUOUS),
        ("autoscaling.amazonaws.com", Kind.ROOT_SERVICE_INVOKED),
        ("delegate.example", Kind.ROOT_DIRECT),
        ("us-east-1.signin.amazonaws.com", Kind.ROOT_DIRECT),
        ("SIGNIN.amazonaws.com", Kind.ROOT_DIRECT),
        ("signin.amazonaws.com.cn", Kind.ROOT_DIRECT),
    ],
)
def test_who_invoked_it_counts(by, kind):
    """Sign-in pages are people; services are not; AWS Internal may be either."""
    assert classify(with_identity(invokedBy=by)) is kind


def test_service_events_are_nobodys():
    """Though they name root."""
    record = act(DAY, eventType="AwsServiceEvent")
    assert service_invoked(record)
    assert classify(record) is Kind.ROOT_SERVICE_INVOKED


@pytest.mark.parametrize("flag", ["true", "True", True])
def test_the_flag_of_assume_root_is_read_in_both_places(flag):
    """Text or boolean, beside the attributes or among them."""
    for place in ({"assumedRoot": flag}, {"attributes": {"assumedRoot": flag}}):
        assert classify(with_identity(sessionContext=place)) is Kind.ROOT_SESSION


@pytest.mark.parametrize("flag", ["", "false", False, None, {}, 1])
def test_anything_else_is_no_flag(flag):
    """AWS writes an empty one into sessions of ordinary roles."""
    assert classify(with_identity(sessionContext={"assumedRoot": flag})) is Kind.ROOT_DIRECT


def test_a_known_issued_key_tells_a_root_session():
    """Without the flag."""
    record = with_identity(accessKeyId="ASIA1MADE")
    assert classify(record, {"ASIA1MADE"}) is Kind.ROOT_SESSION
    assert classify(record, {"ASIA2MADE", ""}) is Kind.ROOT_DIRECT
    assert classify(with_identity(accessKeyId=""), {"ASIA1MADE"}) is Kind.ROOT_DIRECT


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "Robot"},
        {"type": ["Root"]},
        {"type": {}},
        {"type": ""},
        {"type": None},
        {"type": "IAMUser"},
        {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-root/x"},
    ],
)
def test_shapes_that_nobody_knows_are_kinds_of_their_own(fields):
    """An unknown type, or the ARN of root with another one."""
    assert classify(with_identity(**fields)) is Kind.UNKNOWN_SHAPE


@pytest.mark.parametrize("name", ["eventName", "eventTime"])
@pytest.mark.parametrize("value", [None, "", 7, []])
def test_a_record_must_say_what_and_when(name, value):
    """Root's or anybody's; an Insight need not."""
    assert classify(act(DAY) | {name: value}) is Kind.UNKNOWN_SHAPE
    assert classify(shot("user-starts-trail", DAY) | {name: value}) is Kind.UNKNOWN_SHAPE
    assert classify(shot_of("insight-starts") | {name: value}) is Kind.OTHER


def shot_of(golden: str) -> dict[str, Any]:
    """Return a golden record as it is."""
    return next(copy.deepcopy(one.record) for one in golden_records() if one.id == golden)


def test_federated_root_and_failed_directories():
    """Root's federation token is root; a failed directory sign-in is nobody."""
    federated = with_identity(
        type="FederatedUser", arn="arn:aws:sts::111122223333:federated-user/x",
        sessionContext={"sessionIssuer": {"type": "Root"}},
    )  # fmt: skip
    assert classify(federated) is Kind.ROOT_FEDERATED
    assert classify(with_identity(arn="") | {"eventName": "ExternalIdPDirectoryLogin"}) is Kind.RELATED


def test_the_outcome():
    """A code, the word Failure under the event's own name, or a message of a sign-in."""
    assert is_failure(act(DAY, errorCode="AccessDenied"))
    assert not is_failure(act(DAY, errorCode=""))
    assert not is_failure(act(DAY, errorMessage="a warning"))
    signed = sign_in(DAY)
    assert not is_failure(signed)
    assert is_failure(signed | {"responseElements": {"ConsoleLogin": "Failure"}})
    assert not is_failure(signed | {"responseElements": {"CheckMfa": "Failure"}})
    assert is_failure(signed | {"errorMessage": "Failed authentication"})


@pytest.mark.parametrize(
    ("fields", "awaited"),
    [
        ({}, False),
        ({"sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}, True),
        ({"sessionContext": {"attributes": {}}}, True),
        ({"sessionContext": None}, True),
        ({"sessionContext": {"attributes": {"mfaAuthenticated": "True"}}}, False),
        ({"sessionContext": {"attributes": {"mfaAuthenticated": True}}}, False),
        ({"sessionContext": {"signInSessionArn": "arn:aws:signin:us-east-1:111122223333:session/x"}}, False),
        ({"sessionContext": {"assumedRoot": "true"}}, False),
        ({"sessionContext": None, "accessKeyId": "AKIA1"}, False),
        ({"sessionContext": None, "accessKeyId": ""}, False),
        ({"sessionContext": None, "invokedBy": "autoscaling.amazonaws.com"}, False),
        ({"sessionContext": None, "type": "IAMUser"}, False),
    ],
)
def test_what_only_the_assume_root_record_can_tell(fields, awaited):
    """A temporary key of root without flag, MFA or sign-in session."""
    assert awaits_issuer(with_identity(**fields)) is awaited


def test_assume_root_is_about_root_in_the_account_it_is_for():
    """The caller is a role of another account."""
    record = assume_root(DAY, "111122223333", "ASIA1MADE")
    event = read_event(record)
    assert classify(record) is Kind.RELATED
    assert (event.target, event.made, event.task.rpartition("/")[2]) == (
        "111122223333", "ASIA1MADE", "S3UnlockBucketPolicy",
    )  # fmt: skip


words = st.text(max_size=8) | st.sampled_from(["Root", "true", "Failure", "ASIA"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
FIELDS = ("userIdentity", "eventName", "eventTime", "eventSource", "eventType", "errorCode", "responseElements",
          "requestParameters", "eventCategory", "errorMessage")  # fmt: skip
WHO = ("type", "arn", "accessKeyId", "sessionContext", "invokedBy", "userName")


@given(
    record=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=6),
    who=st.none() | st.dictionaries(st.sampled_from(WHO), anything, max_size=6),
)
def test_whatever_a_record_holds_it_is_some_kind(record, who):
    """And nothing fails on the way."""
    if who is not None:
        record = record | {"userIdentity": who}
    assert classify(record, {"ASIA"}) in set(Kind)
    assert awaits_issuer(record) in (True, False)
    assert is_failure(record) in (True, False)
    assert read_event(record).time >= DAY - timedelta(days=365 * 60)
