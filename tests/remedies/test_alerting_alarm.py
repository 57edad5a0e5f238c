"""alarm-on-root-use: filter, alarm and topic where the trail's log group is, and that a sign-in of root rings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.flows.applying.looking import Seen, Standing
from rootwarden.flows.applying.running import apply_plan
from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from rootwarden.model.plan import Plan
from tests.emulated.lab_listening import Box
from tests.remedies.alerting_desk import Desk, open_desk

SLUG = "alarm-on-root-use"
MANAGEMENT, MEMBER = "222222222201", "222222222202"
HOME = "eu-central-1"
TOPIC = f"arn:aws:sns:{HOME}:{MANAGEMENT}:rootwarden-alerts"
SETTINGS = {SLUG: {"emails": ("security@startup.example",)}}


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="desk")
def _desk(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The management account of a young company, whose organization trail writes into a log group."""
    return open_desk(open_lab, "startup", MANAGEMENT, tmp_path, monkeypatch, HOME, "us-east-1")


@pytest.mark.parametrize("encrypt", [False, True], ids=["plain", "encrypted"])
def test_it_rings(desk: Desk, encrypt: bool) -> None:
    """After the plan a sign-in of root of any account of the trail makes the alarm tell who listens, once."""
    desk.apply(desk.plan(wishes=(SLUG,), settings={SLUG: {**SETTINGS[SLUG], "encrypt": encrypt}}))
    box = Box(desk.lab, MANAGEMENT, "heard", HOME).admit("sns.amazonaws.com", TOPIC)
    desk.client("sns", HOME).subscribe(
        TopicArn=TOPIC, Protocol="sqs", Endpoint=box.arn, Attributes={"RawMessageDelivery": "true"}
    )
    desk.client("iam", "us-east-1").list_users()
    assert box.bodies() == []
    desk.lab.sign_in(MANAGEMENT, ok=False)
    (alarm,) = box.bodies()
    assert (alarm["AlarmName"], alarm["NewStateValue"], alarm["Trigger"]["MetricName"]) == (
        "rootwarden-root-use", "ALARM", "RootUse",
    )  # fmt: skip
    cloudwatch = desk.client("cloudwatch", HOME)
    cloudwatch.set_alarm_state(AlarmName="rootwarden-root-use", StateValue="OK", StateReason="looked into")
    desk.lab.sign_in(MEMBER, ok=False)
    assert [one["NewStateValue"] for one in box.bodies()] == ["ALARM"]
    assert not any(TOPIC in (loss.source, loss.target) for loss in desk.lab.undelivered())


def test_what_is_planned(desk: Desk) -> None:
    """Topic, filter and alarm, free or for cents, and the same as code."""
    (change,) = desk.plan(wishes=(SLUG,), settings=SETTINGS).changes
    assert [step.call.name for step in change.steps] == [
        "sns.CreateTopic", "sns.Subscribe", "logs.PutMetricFilter", "cloudwatch.PutMetricAlarm"
    ]  # fmt: skip
    assert (change.region, str(change.cost.low), str(change.cost.high)) == (HOME, "0", "0.40")
    assert {one.type for one in change.declares} >= {"AWS::Logs::MetricFilter", "AWS::CloudWatch::Alarm"}


def test_both_ways_share_one_topic(desk: Desk) -> None:
    """Watched and alarmed by one plan: the second lets CloudWatch in where the first made the topic."""
    watch = "watch-root-with-eventbridge"
    settings = {**SETTINGS, watch: {**SETTINGS[SLUG], "regions": (HOME,)}}
    before = desk.facts()
    plan = desk.plan(wishes=(watch, SLUG), settings=settings)
    assert [step.call.operation for step in plan.changes[1].steps] == [
        "SetTopicAttributes", "PutMetricFilter", "PutMetricAlarm"
    ]  # fmt: skip
    applied = desk.apply(plan)
    assert all(one.waiting and one.awaits == ("security@startup.example",) for one in applied.checked), applied.checked
    desk.confirm(TOPIC, "security@startup.example")
    assert desk.findings("RW-MON-05")[TOPIC].status is Status.PASS
    again = desk.plan(wishes=(watch, SLUG), settings=settings)
    assert (again.changes, again.left) == ((), ())
    undone = desk.undo(applied)
    assert all(one.proved for one in undone.checked), undone.checked
    assert desk.facts() == before


def test_a_filter_that_counts_root_already_is_used(desk: Desk) -> None:
    """Somebody made the filter, with other blanks, and no alarm: only the alarm is set, on that metric."""
    spaced = '{$.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent"}'
    desk.client("logs", HOME).put_metric_filter(
        logGroupName="organization-trail", filterName="theirs", filterPattern=spaced,
        metricTransformations=[{"metricName": "Theirs", "metricNamespace": "Own", "metricValue": "1"}],
    )  # fmt: skip
    (change,) = desk.plan(wishes=(SLUG,), settings=SETTINGS).changes
    assert "logs.PutMetricFilter" not in [step.call.name for step in change.steps]
    asked = change.steps[-1].call.parameters
    assert (asked["Namespace"], asked["MetricName"]) == ("Own", "Theirs")


def test_where_no_trail_is_logging(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm on a log group that nobody writes to would never ring, so none is set."""
    solo = open_desk(open_lab, "solo-founder", "111111111111", tmp_path, monkeypatch, "eu-west-1")
    plan = solo.plan(wishes=(SLUG,), settings=SETTINGS)
    assert (plan.changes, plan.left[0].why) == ((), "no trail is logging")


def test_where_the_alarm_is_there(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An enterprise has one on its organization trail, and its members need none of their own."""
    for account in ("333333333301", "333333333305"):
        desk = open_desk(open_lab, "enterprise", account, tmp_path, monkeypatch, "eu-west-1")
        plan = desk.plan(wishes=(SLUG,), settings=SETTINGS)
        assert (plan.changes, plan.left) == ((), ())


def test_a_plan_of_both_is_known_as_made(desk: Desk) -> None:
    """Applied a second time the whole plan is there already, though its second change set anew what the first did."""
    watch = "watch-root-with-eventbridge"
    plan = desk.plan(wishes=(watch, SLUG), settings={**SETTINGS, watch: {**SETTINGS[SLUG], "regions": (HOME,)}})
    desk.apply(plan)
    stand: list[Standing] = []

    def agree(_: Plan, seen: list[Seen]) -> bool:
        stand.extend(one.standing for one in seen)
        return True

    assert apply_plan(plan, desk.request(), agree, lambda _: None) is None
    assert stand == [Standing.MADE, Standing.MADE]
