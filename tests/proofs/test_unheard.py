"""Whether anybody hears what a change set up, as the facts read: topics of several Regions, filters, anomalies."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Change, Risk
from rootwarden.model.readings import Unknown
from rootwarden.proofs.anomaly_watch import SUBSCRIPTIONS
from rootwarden.proofs.unheard import asked, unheard

ARN = "arn:aws:sns:eu-west-1:1:alerts"
WAITING = {
    "SubscriptionArn": "PendingConfirmation",
    "Protocol": "email",
    "Endpoint": "a@b.example",
    "FilterPolicy": None,
}
HEARS = WAITING | {"SubscriptionArn": f"{ARN}:7"}
OTHER = HEARS | {"Endpoint": "x@b.example"}


def change(*then: Expect) -> Change:
    """Return a change after which this must hold."""
    return Change(id="c", remedy="r", title="T", why="", account="1", risk=Risk.SAFE, then=then)


def once_confirmed(arn: str, address: str) -> Expect:
    """Return what planning assumes of a subscription."""
    at = (Item("TopicArn", arn), "subscriptions", Item("Endpoint", address))
    return Expect(fact="sns.topics", at=at, value={"SubscriptionArn": "x"}, assumed=True)


def topics(*subscriptions: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an account with one topic."""
    return {"sns.topics": [{"region": "eu-west-1", "TopicArn": ARN, "subscriptions": list(subscriptions)}]}


@pytest.mark.parametrize(
    ("facts", "who"),
    [
        (topics(WAITING), ("a@b.example",)),
        (topics(), ("a@b.example",)),
        ({"sns.topics": []}, ("a@b.example",)),
        ({}, ("a@b.example",)),
        (topics(HEARS | {"FilterPolicy": {"kind": ["other"]}}), ("a@b.example",)),
        (topics(WAITING | {"SubscriptionArn": "Deleted"}), ("a@b.example",)),
        ({"sns.topics": [{"TopicArn": ARN, "subscriptions": {"_unknown": {"why": "AccessDenied"}}}]}, ("a@b.example",)),
        (topics(HEARS), ()),
        (topics(WAITING, OTHER), ()),
    ],
)
def test_a_topic_is_heard_once_somebody_receives(facts: dict[str, Any], who: tuple[str, ...]) -> None:
    """Whoever it is; what could not be read is heard by nobody."""
    one = change(once_confirmed(ARN, "a@b.example"))
    assert asked(one) == ("a@b.example",)
    found = unheard(one, facts)
    assert (found.who if found is not None else ()) == who


def test_every_topic_counts() -> None:
    """One that is heard says nothing of another; a change that asks nobody is no matter of confirming."""
    deaf = ARN.replace("eu-west-1", "us-east-1")
    found = unheard(change(once_confirmed(ARN, "a@b.example"), once_confirmed(deaf, "c@b.example")), topics(HEARS))
    assert found is not None and found.who == ("c@b.example",) and "alerts in us-east-1" in found.why
    assert unheard(change(Expect(fact="sns.topics", at=(Item("TopicArn", ARN),), value={})), {}) is None


@pytest.mark.parametrize(
    ("status", "who"), [({}, ()), ({"Status": "CONFIRMED"}, ()), ({"Status": "DECLINED"}, ("a@b.example",))]
)
def test_who_declines_is_not_told_of_anomalies(status: dict[str, str], who: tuple[str, ...]) -> None:
    """AWS names a status where it knows one."""
    told = {"Type": "EMAIL", "Address": "a@b.example"}
    at = (Item("SubscriptionName", "n"), "Subscribers", Item("", told))
    facts = {SUBSCRIPTIONS: [{"SubscriptionName": "n", "Subscribers": [told | status]}]}
    found = unheard(change(Expect(fact=SUBSCRIPTIONS, at=at, value=told)), facts)
    assert (found.who if found is not None else ()) == who


def test_who_joins_a_topic_needs_a_listener_too() -> None:
    """A rule or an alarm that sends to the topic of another change; whom that asked is named."""
    rule = Expect(fact="events.rules", at=(Item("Arn", "r"), "targets", Item("Id", "t")), value={"Arn": ARN})
    ringing = Expect(fact="cloudwatch.alarms", at=(Item("region", "r"),), value={"AlarmActions": [ARN, "arn:aws:x:y"]})
    for one in (rule, ringing):
        assert asked(change(one)) == ()
        found = unheard(change(one), topics(WAITING))
        assert found is not None and found.who == ("a@b.example",)
        assert unheard(change(one), topics(OTHER)) is None
        nobody = unheard(change(one), topics())
        assert nobody is not None and nobody.who == () and "before somebody subscribes to it" in nobody.why


@pytest.mark.parametrize("at", ["topics", "subscriptions"])
def test_what_nobody_could_look_at_is_said_to_be_so(at: str) -> None:
    """That a topic is silent is said of one that was read only."""
    unread = Unknown("denied", call="sns.ListSubscriptionsByTopic").mark()
    rule = Expect(fact="events.rules", at=(Item("Name", "r"), "Targets"), value=[{"Arn": ARN}])
    facts = {"sns.topics": unread} if at == "topics" else topics()
    if at == "subscriptions":
        facts["sns.topics"][0]["subscriptions"] = unread
    found = unheard(change(rule), facts)
    assert found is not None and found.why.startswith("nobody could look")
