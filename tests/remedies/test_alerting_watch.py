"""watch-root-with-eventbridge: rules and topics in two Regions, and that they ring when root signs in or calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from tests.emulated.lab_listening import Box
from tests.remedies.alerting_desk import Desk, open_desk

SLUG = "watch-root-with-eventbridge"
MANAGEMENT = "222222222201"
REGIONS = ("eu-central-1", "us-east-1")
SETTINGS = {SLUG: {"regions": REGIONS, "emails": ("security@startup.example",)}}


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="desk")
def _desk(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The management account of a young company, whose organization trail is logging everywhere."""
    return open_desk(open_lab, "startup", MANAGEMENT, tmp_path, monkeypatch, *REGIONS)


def topic(region: str) -> str:
    """Return the ARN of the topic in a Region."""
    return f"arn:aws:sns:{region}:{MANAGEMENT}:rootwarden-alerts"


def listen(desk: Desk, region: str) -> Box:
    """Let a queue hear the topic of a Region."""
    box = Box(desk.lab, MANAGEMENT, f"heard-{region}", region).admit("sns.amazonaws.com", topic(region))
    desk.client("sns", region).subscribe(
        TopicArn=topic(region), Protocol="sqs", Endpoint=box.arn, Attributes={"RawMessageDelivery": "true"}
    )
    return box


def as_root(desk: Desk, service: str, region: str) -> Any:
    """Return a client that signs with a key of root."""
    key = desk.lab.root_key(MANAGEMENT)
    return boto3.client(
        service, endpoint_url=desk.lab.endpoint, region_name=region, aws_access_key_id=key.id,
        aws_secret_access_key=key.secret,
    )  # fmt: skip


def test_it_rings(desk: Desk) -> None:
    """After the plan a sign-in of root and its calls in two Regions, read-only ones too, reach who listens."""
    desk.apply(desk.plan(wishes=(SLUG,), settings=SETTINGS))
    boxes = {region: listen(desk, region) for region in REGIONS}
    record = desk.lab.sign_in(MANAGEMENT, ok=False)
    assert [one["detail"]["eventID"] for one in boxes["us-east-1"].bodies()] == [record["eventID"]]
    assert boxes["eu-central-1"].bodies() == []
    as_root(desk, "sqs", "eu-central-1").list_queues()
    as_root(desk, "sns", "eu-central-1").list_topics()
    heard = [one["detail"]["eventName"] for one in boxes["eu-central-1"].bodies()]
    assert heard == ["ListQueues", "ListTopics"]
    as_root(desk, "iam", "us-east-1").get_account_summary()
    (event,) = boxes["us-east-1"].bodies()
    assert (event["detail"]["userIdentity"]["type"], event["detail"]["eventName"]) == ("Root", "GetAccountSummary")
    desk.client("sqs", "eu-central-1").list_queues()
    assert boxes["eu-central-1"].bodies() == []


def test_planned_in_each_region_until_it_is_confirmed(desk: Desk) -> None:
    """One change in each; once made, only people have something to do; once they clicked, nobody has."""
    plan = desk.plan(wishes=(SLUG,), settings=SETTINGS)
    assert [(one.region, one.risk, one.cost.high) for one in plan.changes] == [
        ("eu-central-1", "safe", 0), ("us-east-1", "safe", 0)
    ]  # fmt: skip
    assert {step.call.name for one in plan.changes for step in one.steps} == {
        "sns.CreateTopic", "sns.Subscribe", "events.PutRule", "events.PutTargets"
    }  # fmt: skip
    assert {one.type for one in plan.changes[0].declares} == {
        "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription", "AWS::Events::Rule"
    }  # fmt: skip
    desk.apply(plan)
    again = desk.plan(wishes=(SLUG,), settings=SETTINGS)
    assert again.changes == ()
    assert len(again.left) == 2
    assert again.left[0].why.startswith("a person has to confirm the subscription of rootwarden-alerts in")
    for region in REGIONS:
        desk.confirm(topic(region), "security@startup.example")
    found = desk.findings("RW-MON-05")
    assert {found[topic(region)].status for region in REGIONS} == {Status.PASS}
    again = desk.plan(wishes=(SLUG,), settings=SETTINGS)
    assert (again.changes, again.left) == ((), ())


def test_with_a_key_of_its_own(desk: Desk) -> None:
    """Encrypted topics let EventBridge in as well, at a dollar a month for each key."""
    settings = {SLUG: {**SETTINGS[SLUG], "encrypt": True}}
    plan = desk.plan(wishes=(SLUG,), settings=settings)
    assert plan.cost.high == 2
    applied = desk.apply(plan)
    assert all(one.waiting and one.awaits == ("security@startup.example",) for one in applied.checked)
    desk.confirm(topic("us-east-1"), "security@startup.example")
    assert desk.findings("RW-MON-05")[topic("us-east-1")].status is Status.PASS
    box = listen(desk, "us-east-1")
    desk.lab.sign_in(MANAGEMENT, ok=False)
    assert len(box.bodies()) == 1


def test_a_rule_that_somebody_switched_off(desk: Desk) -> None:
    """It is set as wanted again; taken back, it is off as it was found, with what else it said."""
    desk.apply(desk.plan(wishes=(SLUG,), settings=SETTINGS))
    desk.confirm(topic("us-east-1"), "security@startup.example")
    events = desk.client("events", "us-east-1")
    mine = {"detail": {"userIdentity": {"type": ["Root"]}}}
    events.put_rule(Name="rootwarden-root", State="DISABLED", EventPattern=json.dumps(mine), Description="mine")
    before = desk.facts()
    plan = desk.plan(wishes=(SLUG,), settings=SETTINGS)
    (change,) = plan.changes
    assert ([step.call.name for step in change.steps], change.risk) == (["events.PutRule"], "careful")
    applied = desk.apply(plan)
    assert applied.checked[0].proved
    desk.undo(applied)
    assert desk.facts() == before
    assert events.describe_rule(Name="rootwarden-root")["Description"] == "mine"


def test_a_topic_of_others_is_joined_not_taken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The topic of the settings is there already and its key keeps EventBridge out: it is mended and kept."""
    settings = {SLUG: {"regions": ("us-east-1",), "topic": "root-alerts"}}
    before = desk.facts()
    plan = desk.plan(wishes=(SLUG,), settings=settings)
    (change,) = plan.changes
    assert "sns.CreateTopic" not in {step.call.name for step in change.steps}
    desk.only(monkeypatch, plan)
    applied = desk.apply(plan)
    assert applied.checked[0].proved
    assert desk.findings("RW-MON-05")[change.declares[-1].properties["Targets"][0]["Arn"]].status is Status.PASS
    desk.undo(applied)
    assert desk.facts() == before


def test_another_topic_of_that_name_is_never_taken_over(desk: Desk) -> None:
    """Nothing names it, so that nobody looked; AWS refuses to make it again, and the run stops before the rule."""
    theirs = desk.client("sns", "us-east-1")
    theirs.create_topic(Name="rootwarden-alerts", Tags=[{"Key": "owner", "Value": "shop"}])
    plan = desk.plan(wishes=(SLUG,), settings={SLUG: {**SETTINGS[SLUG], "regions": ("us-east-1",)}})
    with pytest.raises(AssertionError, match="Topic already exists with different tags"):
        desk.apply(plan)
    assert [one["Name"] for one in desk.facts()["events.rules"]] == ["root-sign-in"]
    assert len(theirs.list_topics()["Topics"]) == 2


def test_what_has_to_be_there_first(desk: Desk) -> None:
    """An address, a trail that is logging, and a Region that was read."""
    nobody = desk.plan(wishes=(SLUG,), settings={SLUG: {"regions": ("us-east-1",)}})
    assert nobody.left[0].why == "nobody is configured whom the topic rootwarden-alerts could reach"
    elsewhere = desk.plan(wishes=(SLUG,), settings={SLUG: {**SETTINGS[SLUG], "regions": ("eu-west-1", "mars-1")}})
    assert {one.why for one in elsewhere.left} == {
        "mars-1 cannot be used by account 222222222201", "eu-west-1 was not read"
    }  # fmt: skip
    desk.client("cloudtrail", "eu-central-1").stop_logging(Name="organization-trail")
    deaf = desk.plan(wishes=(SLUG,), settings=SETTINGS)
    assert deaf.changes == ()
    assert deaf.left[0].why.startswith("no trail is logging in eu-central-1, us-east-1")


def test_a_region_that_cannot_be_read_is_left_as_it_is(desk: Desk) -> None:
    """Unread rules are no reason to make one."""
    desk.lab.deny("events:ListRules")
    plan = desk.plan(wishes=(SLUG,), settings=SETTINGS)
    desk.lab.clear_faults()
    assert plan.changes == ()
    assert all("could not tell what to change" in one.why for one in plan.left)


def test_a_member_is_entered_with_the_rights_of_its_change_alone(
    open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the management account, by the role for changes; the organization's trail lets the member's rules hear."""
    member = "222222222202"
    desk = open_desk(open_lab, "startup", member, tmp_path, monkeypatch, "us-east-1", caller=MANAGEMENT)
    wishes = (SLUG, "enable-guardduty", "enable-access-analyzer")
    asked = {"regions": ("us-east-1",)}
    settings = {SLUG: {**SETTINGS[SLUG], **asked, "encrypt": True}, wishes[1]: asked, wishes[2]: asked}
    before = desk.facts()
    plan = desk.plan(wishes=wishes, settings=settings)
    assert [one.account for one in plan.changes] == [member] * 3
    applied = desk.apply(plan)
    assert [(one.proved, one.waiting) for one in applied.checked] == [(False, True), (True, False), (True, False)]
    made = f"arn:aws:sns:us-east-1:{member}:rootwarden-alerts"
    box = Box(desk.lab, member, "heard").admit("sns.amazonaws.com", made)
    desk.client("sns", "us-east-1").subscribe(
        TopicArn=made, Protocol="sqs", Endpoint=box.arn, Attributes={"RawMessageDelivery": "true"}
    )
    record = desk.lab.sign_in(member, ok=False)
    assert [one["detail"]["eventID"] for one in box.bodies()] == [record["eventID"]]
    desk.undo(applied)
    assert desk.facts() == before
