"""What is written for alerting means what it should: patterns, policies, and who can change them afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.events.models import EventPattern as Evaluator

from rootwarden.lab.filter_pattern import compile_pattern
from rootwarden.model.golden import Golden, golden_records
from rootwarden.model.write import Write
from rootwarden.model.writes import LOOKS, WRITES
from rootwarden.proofs.alerting_admins import KEY_CHANGE, TOPIC_CHANGE, Admin, changer
from rootwarden.proofs.alerting_patterns import EVENT_PATTERN, METRIC_FILTER, same_filter
from rootwarden.proofs.alerting_policies import (
    key_statements,
    lets_in,
    new_key_policy,
    new_topic_policy,
    topic_statements,
    with_statements,
)
from rootwarden.proofs.policy_decision import Request, decide
from rootwarden.proofs.policy_principals import ANONYMOUS, account, identity, service
from rootwarden.proofs.topic_publish import CLOUDWATCH, EVENTS, Publisher
from tests.deploy.matching import as_event

ACCOUNT, OTHER = "111122223333", "444455556666"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
RULE = Publisher(EVENTS, ACCOUNT, "the rule r", f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/r", "eu-west-1")
ALARM = Publisher(CLOUDWATCH, ACCOUNT, "the alarm a", f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:a", "eu-west-1")
ADA = Admin("user ada", f"arn:aws:iam::{ACCOUNT}:user/ada")
USE = ("kms:GenerateDataKey", "kms:Decrypt")
GOLDEN = golden_records()
# Acts of root, and of root of a member through a session. Records of services name root as who they work for.
ROOT = [one for one in GOLDEN if one.kind in ("root-direct", "root-session")]
SERVICES = [one for one in GOLDEN if one.kind == "root-service-invoked"]
STRANGERS = [one for one in GOLDEN if one.kind == "other"]


def heard(record: Any) -> bool:
    """Return whether the pattern of the rule lets a record through, by an evaluator that is not ours."""
    event: Any = as_event(record)
    return bool(Evaluator.load(json.dumps(EVENT_PATTERN)).matches_event(event))


@pytest.mark.parametrize("golden", ROOT, ids=lambda one: one.id)
def test_root_is_heard(golden: Golden) -> None:
    """Whatever root itself does passes both patterns; the benchmark's misses records of the console of before 2020."""
    assert heard(golden.record)
    old = "invokedBy" in golden.record["userIdentity"]
    assert compile_pattern(METRIC_FILTER)(json.dumps(golden.record)) is not old
    assert not old or golden.record["eventTime"] < "2020"


@pytest.mark.parametrize("golden", [*SERVICES, *STRANGERS], ids=lambda one: one.id)
def test_others_are_not(golden: Golden) -> None:
    """What services do for root, and what others do, passes neither; sessions and recovery reach EventBridge only."""
    record = golden.record
    assert not compile_pattern(METRIC_FILTER)(json.dumps(record))
    apart = ("AssumeRoot", "PasswordRecoveryRequested", "PasswordRecoveryCompleted")
    assert heard(record) is (record.get("eventName") in apart)


def test_nobody_can_make_up_an_event() -> None:
    """An event from anybody but AWS does not pass."""
    event: Any = as_event(ROOT[0].record, source="mine.signin")
    assert not Evaluator.load(json.dumps(EVENT_PATTERN)).matches_event(event)
    assert len(json.dumps(EVENT_PATTERN, separators=(",", ":"))) < 2048
    assert same_filter(METRIC_FILTER.replace(" ", ""))
    assert not same_filter(METRIC_FILTER.replace("Root", "root"))


def test_a_new_topic_lets_in_just_who_it_is_for() -> None:
    """Services of this account publish, others' do not; nobody else does, and the account governs it."""
    policy = new_topic_policy(TOPIC, "aws", (RULE, ALARM))
    assert lets_in(policy, RULE, ("sns:Publish",), TOPIC)
    assert lets_in(policy, ALARM, ("sns:Publish",), TOPIC)
    theirs = Publisher(CLOUDWATCH, OTHER, "the alarm a", ALARM.arn.replace(ACCOUNT, OTHER), "eu-west-1")
    assert not lets_in(policy, theirs, ("sns:Publish",), TOPIC)
    for caller in (ANONYMOUS, account(OTHER), service("s3.amazonaws.com")):
        assert decide(policy, Request("sns:Publish", TOPIC, caller)).allowed is False
    assert decide(policy, Request("sns:SetTopicAttributes", TOPIC, identity(ADA.arn))).allowed is True
    assert changer(policy, TOPIC_CHANGE, TOPIC, [ADA]) == "user ada"
    assert changer(policy, TOPIC_CHANGE, TOPIC, []) == ""


def test_a_new_key_lets_in_just_who_it_is_for() -> None:
    """The same of the key, which nobody outside the account can use or change."""
    policy = new_key_policy("aws", ACCOUNT, (RULE, ALARM))
    assert lets_in(policy, RULE, USE, KEY)
    assert lets_in(policy, ALARM, USE, KEY)
    assert decide(policy, Request("kms:Decrypt", KEY, account(OTHER))).allowed is False
    assert changer(policy, KEY_CHANGE, KEY, [ADA]) == "user ada"
    assert changer({"Statement": key_statements((RULE,))}, KEY_CHANGE, KEY, [ADA]) == ""


SIDS = st.sampled_from(["theirs", "RootwardenEventBridge", f"RootwardenCloudWatch{ACCOUNT}", ""])
THEIRS = st.builds(
    lambda sid, action, principal: {
        **({"Sid": sid} if sid else {}), "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*",
    },
    SIDS,
    st.sampled_from(["sns:Publish", ["sns:Subscribe"], "SNS:*"]),
    st.sampled_from([{"AWS": "*"}, {"Service": "events.amazonaws.com"}, {"AWS": OTHER}, "*"]),
)  # fmt: skip


@given(st.one_of(st.lists(THEIRS), THEIRS), st.sets(st.sampled_from([RULE, ALARM]), min_size=1))
def test_statements_are_added_and_others_stay(held: Any, publishers: set[Publisher]) -> None:
    """Whatever stood there stays in its order, but for statements of ours; adding twice is adding once."""
    policy = {"Version": "2012-10-17", "Id": "x", "Statement": held}
    before = json.dumps(policy)
    new = with_statements(policy, topic_statements(publishers, TOPIC))
    assert json.dumps(policy) == before
    ours = {one["Sid"] for one in topic_statements(publishers, TOPIC)}
    listed = held if isinstance(held, list) else [held]
    kept = [one for one in listed if one.get("Sid") not in ours]
    assert new["Statement"][: len(kept)] == kept
    assert new == {**policy, "Statement": [*kept, *topic_statements(publishers, TOPIC)]}
    assert all(lets_in(new, one, ("sns:Publish",), TOPIC) for one in publishers)
    assert with_statements(new, topic_statements(publishers, TOPIC)) == new


@pytest.mark.parametrize("call", ["guardduty.CreateDetector", "accessanalyzer.CreateAnalyzer", "kms.CreateKey"])
def test_what_is_made_twice_when_called_twice_says_so(call: str) -> None:
    """Such calls are never repeated in doubt, and there is a way to look for what they made."""
    row: Write = WRITES[call]
    assert not row.again
    assert {"accessanalyzer.GetAnalyzer", "kms.ListKeys", "kms.ListResourceTags"} <= set(LOOKS)
