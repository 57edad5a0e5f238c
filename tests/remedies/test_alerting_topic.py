"""repair-alert-topic in the worlds whose topics are broken: planned once, applied, proved, and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from tests.remedies.alerting_desk import Desk, open_desk

CONTROL = "RW-MON-05"
SLUG = "repair-alert-topic"
STARTUP, SOLO, ENTERPRISE = "222222222201", "111111111111", "333333333301"


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="startup")
def _startup(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A rule sends to a topic that is encrypted with AWS's own key."""
    return open_desk(open_lab, "startup", STARTUP, tmp_path, monkeypatch, "us-east-1", "eu-central-1")


@pytest.fixture(name="solo")
def _solo(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An alarm sends to such a topic, too, and nobody has confirmed a subscription."""
    return open_desk(open_lab, "solo-founder", SOLO, tmp_path, monkeypatch, "eu-west-1")


@pytest.fixture(name="enterprise")
def _enterprise(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """One topic is fine; the confirmation mail of the other went to a mailbox that nobody reads."""
    return open_desk(open_lab, "enterprise", ENTERPRISE, tmp_path, monkeypatch, "us-east-1", "eu-west-1")


def test_the_default_key_is_replaced(startup: Desk) -> None:
    """By a customer key that EventBridge may use, and that somebody but root can change."""
    plan = startup.plan(CONTROL)
    (change,) = plan.changes
    assert (change.remedy, plan.mends, plan.left) == (SLUG, 1, ())
    assert [step.call.name for step in change.steps] == ["kms.CreateKey", "kms.CreateAlias", "sns.SetTopicAttributes"]
    assert plan.cost.high == 1
    assert {one.type for one in change.declares} == {"AWS::KMS::Key", "AWS::KMS::Alias"}
    assert any("can change the policy of the key afterwards" in note for note in change.notes)


def test_a_pending_subscription_waits_for_a_person(solo: Desk) -> None:
    """The key is replaced and the address not asked again; until somebody clicks the run waits, and then it passes."""
    settings = {SLUG: {"emails": ("founder@solo.example",)}}
    plan = solo.plan(CONTROL, settings=settings)
    (change,) = plan.changes
    assert "sns.Subscribe" not in [step.call.name for step in change.steps]
    assert plan.mends == 1
    assert any("founder@solo.example: click the link" in note for note in change.notes)
    applied = solo.apply(plan)
    assert applied.exit == 8, applied.checked
    again = solo.plan(CONTROL, settings=settings)
    assert again.changes == ()
    assert again.left[0].why == "a person has to confirm the subscription of alerts"
    solo.confirm(change.resource, "founder@solo.example")
    assert solo.findings(CONTROL)[change.resource].status is Status.PASS
    solo.undo(applied)
    topics = solo.facts()["sns.topics"]
    assert topics[0]["attributes"]["KmsMasterKeyId"] == "alias/aws/sns"


def test_another_address_is_subscribed(solo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else is asked; until then both wait, and what waits cannot be removed, as the plan says."""
    plan = solo.plan(CONTROL, settings={SLUG: {"emails": ("pager@solo.example",)}})
    (change,) = plan.changes
    assert change.steps[-1].call.parameters["Endpoint"] == "pager@solo.example"
    assert any("48 hours" in stays for stays in change.stays)
    solo.only(monkeypatch, plan)
    applied = solo.apply(plan)
    assert applied.exit == 8
    solo.confirm(change.resource, "pager@solo.example")
    assert solo.findings(CONTROL)[change.resource].status is Status.PASS
    before = solo.facts()
    assert before["sns.topics"][0]["attributes"]["SubscriptionsConfirmed"] == "1"
    solo.undo(applied)
    listed = solo.facts()["sns.topics"][0]["subscriptions"]
    assert [(one["Endpoint"], one["SubscriptionArn"]) for one in listed] == [
        ("founder@solo.example", "PendingConfirmation")
    ]


def test_a_mailbox_that_nobody_reads_is_joined_by_another(enterprise: Desk) -> None:
    """Only the topic that nobody hears of is touched, and without an address there is nothing to do but click."""
    left = enterprise.plan(CONTROL).left
    assert [one.why for one in left] == ["a person has to confirm the subscription of root-sign-in"]
    plan = enterprise.plan(CONTROL, settings={SLUG: {"emails": ("secops@enterprise.example",)}})
    (change,) = plan.changes
    assert [step.call.name for step in change.steps] == ["sns.Subscribe"]
    assert plan.cost.high == 0
    applied = enterprise.apply(plan)
    enterprise.confirm(change.resource, "secops@enterprise.example")
    assert {one.status for one in enterprise.findings(CONTROL).values()} == {Status.PASS}
    undone = enterprise.undo(applied)
    assert undone.checked[0].proved


def shut(desk: Desk, topic: str, *more: dict[str, object]) -> None:
    """Give a topic a policy that lets only a stranger's statement stand."""
    stranger = {
        "Sid": "theirs", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish",
        "Resource": topic,
    }  # fmt: skip
    policy = {"Version": "2008-10-17", "Id": "theirs", "Statement": [stranger, *more]}
    client = desk.client("sns", topic.split(":")[3])
    client.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))


def test_publishers_are_let_in_and_what_others_wrote_stays(enterprise: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement each for the alarm and the rule; the stranger's stays; the key's policy is mended as well."""
    topic = f"arn:aws:sns:eu-west-1:{ENTERPRISE}:security-alerts"
    shut(enterprise, topic)
    kms = enterprise.client("kms", "eu-west-1")
    (key,) = [one for one in enterprise.facts()["kms.keys"] if one["named_as"]]
    own = {
        "Sid": "own", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ENTERPRISE}:root"}, "Action": "kms:*",
        "Resource": "*",
    }  # fmt: skip
    kms.put_key_policy(KeyId=key["Arn"], PolicyName="default", Policy=json.dumps({"Statement": [own]}))
    before = enterprise.facts()
    plan = enterprise.plan(CONTROL)
    (change,) = [one for one in plan.changes if one.resource == topic]
    assert [step.call.name for step in change.steps] == ["sns.SetTopicAttributes", "kms.PutKeyPolicy"]
    enterprise.only(monkeypatch, plan)
    applied = enterprise.apply(plan)
    assert applied.exit == 0, applied.checked
    facts = enterprise.facts()
    (mended,) = [one for one in facts["sns.topics"] if one["TopicArn"] == topic]
    policy = mended["attributes"]["Policy"]
    assert (policy["Id"], [one["Sid"] for one in policy["Statement"]]) == (
        "theirs", ["theirs", f"RootwardenCloudWatch{ENTERPRISE}"],
    )  # fmt: skip
    assert policy["Statement"][1]["Condition"] == {"StringEquals": {"aws:SourceAccount": ENTERPRISE}}
    enterprise.undo(applied)
    assert enterprise.facts() == before


def test_a_denial_of_others_is_not_overruled(enterprise: Desk) -> None:
    """Where a Deny keeps the sender out a statement more would not help, and nobody takes the Deny away."""
    topic = f"arn:aws:sns:eu-west-1:{ENTERPRISE}:security-alerts"
    deny = {"Sid": "no", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic}
    shut(enterprise, topic, deny)
    plan = enterprise.plan(CONTROL)
    assert not any(one.resource == topic for one in plan.changes)
    assert any("a Deny in the policy of the topic security-alerts" in one.why for one in plan.left)


def test_a_policy_that_only_root_could_change_is_not_written(enterprise: Desk) -> None:
    """Where everybody but root is denied the change of the topic no administrator is left, so nothing is written."""
    topic = f"arn:aws:sns:eu-west-1:{ENTERPRISE}:security-alerts"
    deny = {
        "Sid": "no", "Effect": "Deny", "Principal": "*", "Action": "sns:SetTopicAttributes", "Resource": topic,
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ENTERPRISE}:root"}},
    }  # fmt: skip
    shut(enterprise, topic, deny)
    plan = enterprise.plan(CONTROL)
    assert not any(one.resource == topic for one in plan.changes)
    assert any("nobody but root could be shown" in one.why for one in plan.left)


def test_a_missing_topic_is_made(startup: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule sends to a topic that somebody deleted: it is made again, and people are asked to listen."""
    topic = f"arn:aws:sns:us-east-1:{STARTUP}:root-alerts"
    startup.client("sns", "us-east-1").delete_topic(TopicArn=topic)
    before = startup.facts()
    assert startup.plan(CONTROL).left[0].why == "nobody is configured whom the topic root-alerts could reach"
    plan = startup.plan(CONTROL, settings={SLUG: {"emails": ("cto@startup.example", "ops@startup.example")}})
    (change,) = plan.changes
    assert [step.id for step in change.steps] == ["topic", "subscribe-1", "subscribe-2"]
    assert {one.type for one in change.declares} == {
        "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"
    }  # fmt: skip
    startup.only(monkeypatch, plan)
    applied = startup.apply(plan)
    assert applied.exit == 8
    startup.confirm(topic, "ops@startup.example")
    assert startup.findings(CONTROL)[topic].status is Status.PASS
    undone = startup.undo(applied)
    assert all(one.proved for one in undone.checked)
    assert startup.facts() == before


def test_what_is_unread_is_not_changed(startup: Desk) -> None:
    """Where the topic cannot be read nothing is planned for it."""
    startup.lab.deny("sns:GetTopicAttributes")
    plan = startup.plan(CONTROL)
    startup.lab.clear_faults()
    assert plan.changes == ()
    startup.lab.deny("iam:GetAccountAuthorizationDetails")
    plan = startup.plan(CONTROL)
    startup.lab.clear_faults()
    assert plan.changes == ()
    assert any("could not tell what to change" in one.why for one in plan.left)


def test_a_key_that_was_made_without_an_answer_is_found_again(startup: Desk) -> None:
    """Broken off after the key was made: going on finds it by its tag and makes no second one."""
    plan = startup.plan(CONTROL)
    change = plan.changes[0]
    kms = startup.client("kms", "us-east-1")
    made = kms.create_key(**{"Tags": change.steps[0].call.parameters["Tags"]})["KeyMetadata"]["Arn"]
    hands = Hands(startup.reading.way, SystemClock(), "01J", startup.request().entry)
    hands.enter(change)
    probe = change.steps[0].seen
    assert probe is not None
    assert hands.was_done(change.steps[0], probe, {}) == {"arn": made}
    kms.untag_resource(KeyId=made, TagKeys=["rootwarden:change"])
    assert hands.was_done(change.steps[0], probe, {}) is None
