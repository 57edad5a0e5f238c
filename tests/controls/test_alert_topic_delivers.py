"""RW-MON-05: each topic that an alarm or a rule sends to can deliver."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Finding, Status
from tests.controls.alert_facts import (
    ALARM,
    DEFAULT,
    KEY,
    RULE,
    TOPIC,
    alarm,
    alarms,
    allow,
    document,
    facts,
    key,
    rule,
    subscription,
    topic,
)  # fmt: skip
from tests.controls.judged import ACCOUNT, cited, judge, only, unread
from tests.controls.trail_facts import REGIONS

SLUG = "alert-topic-delivers"
CLOUDWATCH, EVENTS = "cloudwatch.amazonaws.com", "events.amazonaws.com"
SECURITY = "555566667777"
ALARM_ONLY: dict[str, Any] = {"events.rules": []}
RULE_ONLY: dict[str, Any] = {"cloudwatch.alarms": []}


def one(changed: dict[str, Any] | None = None, settings: Any = None, **more: Any) -> Finding:
    """Return the finding for the good account with another topic and other facts."""
    topics = {} if changed is None else {"sns.topics": [changed]}
    return only(SLUG, facts(**topics, **more), settings=settings)


def allowed(*statements: dict[str, Any], **more: Any) -> Finding:
    """Return the finding for a topic with this policy."""
    return one(topic(attributes={"Policy": document(*statements)}), **more)


def encrypted(name: str = KEY, **more: Any) -> Finding:
    """Return the finding for a topic encrypted with this key."""
    return one(topic(attributes={"KmsMasterKeyId": name}), **more)


def test_working_path_passes():
    """A confirmed subscriber and a policy that lets both senders in."""
    finding = one()
    assert (finding.status, finding.resource, finding.region) == (Status.PASS, TOPIC, "eu-west-1")
    assert cited(finding)[f"sns.topics[{TOPIC}]@{ACCOUNT}.subscriptions[0].SubscriptionArn"].startswith("arn:")


def test_each_topic_is_one_finding():
    """Composite alarms and disabled rules point at topics too; other targets do not count."""
    other = TOPIC.replace("alerts", "other")
    found = judge(
        SLUG,
        facts(
            **{
                "cloudwatch.alarms": alarms(
                    alarm(AlarmActions=["arn:aws:automate:eu-west-1:ec2:stop"]),
                    composite=({"AlarmName": "both", "AlarmActions": [TOPIC]},),
                ),
                "events.rules": [
                    rule(State="DISABLED", targets=[{"Id": "1", "Arn": other}]),
                    rule(Name="fn", targets=[{"Id": "1", "Arn": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:x"}]),
                ],
                "sns.topics": [topic(), {**topic(), "TopicArn": other, "attributes": None}],
            }
        ),
    )
    assert {f.resource: (f.status, f.reason) for f in found} == {
        TOPIC: (Status.PASS, ""),
        other: (Status.FAIL, "topic_missing"),
    }


def test_no_topic_does_not_apply():
    """Topics that nothing points at, those of budgets for example, are not on an alert path."""
    finding = one(**ALARM_ONLY, **{"cloudwatch.alarms": alarms(alarm(AlarmActions=[]))})
    assert (finding.status, finding.reason) == (Status.NOT_APPLICABLE, "no_topic")
    assert one(**ALARM_ONLY, **RULE_ONLY).reason == "no_topic"


# -- subscribers ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("arn", ["PendingConfirmation", "Deleted"])
def test_unconfirmed_subscription_fails(arn: str):
    """Only a real ARN is a subscriber."""
    finding = one(topic(subscriptions=[subscription(SubscriptionArn=arn)]))
    assert (finding.status, finding.reason) == (Status.FAIL, "no_confirmed_subscriber")
    assert one(topic(subscriptions=[])).reason == "no_confirmed_subscriber"
    assert one(topic(subscriptions=[subscription(SubscriptionArn=arn), subscription(2)])).status is Status.PASS


def test_number_of_subscribers_is_a_setting():
    """min_subscribers counts confirmed ones that receive the alert."""
    assert one(topic(), {"min_subscribers": 2}).reason == "too_few_subscribers"
    two = topic(subscriptions=[subscription(1), subscription(2)])
    assert one(two, {"min_subscribers": 2}).status is Status.PASS
    drops = topic(subscriptions=[subscription(1), subscription(2, FilterPolicy={"team": ["red"]})])
    assert one(drops, {"min_subscribers": 2}).reason == "filtered"


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (None, Status.PASS),
        ({}, Status.PASS),
        ({"team": ["red"]}, Status.FAIL),
        ({"team": [{"exists": False}]}, Status.PASS),
        ({"team": ["red", {"exists": False}]}, Status.PASS),
        ({"team": [{"exists": False}], "kind": ["x"]}, Status.FAIL),
        ({"team": [{"exists": True}]}, Status.FAIL),
        ({"$or": [{"team": ["red"]}, {"kind": [{"exists": False}]}]}, Status.PASS),
        ({"$or": [{"team": ["red"]}, {"kind": ["x"]}]}, Status.FAIL),
        ("{broken", Status.UNKNOWN),
    ],
)
def test_filter_policies(policy: Any, status: Status):
    """Alerts carry no message attributes: a filter passes them only where it asks for absence."""
    assert one(topic(subscriptions=[subscription(FilterPolicy=policy)])).status is status


def test_filter_on_the_body_is_unknown():
    """What the body holds is not known."""
    body = subscription(FilterPolicy={"detail": ["x"]}, FilterPolicyScope="MessageBody")
    assert one(topic(subscriptions=[body])).status is Status.UNKNOWN
    assert one(topic(subscriptions=[body, subscription(2)])).status is Status.PASS


# -- the policy of the topic ------------------------------------------------------------------------------------------
def test_default_policy_is_enough_for_alarms_only():
    """Alarms act for the owning account (AWS:SourceOwner), EventBridge does not."""
    assert allowed(DEFAULT, **ALARM_ONLY).status is Status.PASS
    finding = allowed(DEFAULT)
    assert (finding.status, finding.reason) == (Status.FAIL, "publish_not_allowed")
    assert "the rule root-activity publish" in finding.message


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (allow(CLOUDWATCH), Status.PASS),
        (allow(CLOUDWATCH, Condition={}), Status.PASS),
        (allow(CLOUDWATCH, Condition={"ArnLike": {"aws:SourceArn": ALARM}}), Status.PASS),
        (allow(CLOUDWATCH, Condition={"ArnLike": {"aws:SourceArn": ALARM + "-other"}}), Status.FAIL),
        (allow(CLOUDWATCH, Condition={"StringEquals": {"aws:SourceAccount": SECURITY}}), Status.FAIL),
        (allow(CLOUDWATCH, Action="sns:Subscribe"), Status.FAIL),
        (allow(CLOUDWATCH, Resource=TOPIC + "-other"), Status.FAIL),
        (allow(EVENTS), Status.FAIL),
        ({**DEFAULT, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Condition": {}}, Status.PASS),
        (allow(CLOUDWATCH, Condition={"StringMatchesMaybe": {"aws:SourceAccount": ACCOUNT}}), Status.UNKNOWN),
    ],
)
def test_policies_for_alarms(statement: dict[str, Any], status: Status):
    """The policy is evaluated with its conditions, for CloudWatch and for the owning account."""
    assert allowed(statement, **ALARM_ONLY).status is status


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (allow(EVENTS), Status.PASS),
        (allow(EVENTS, Condition={"ArnEquals": {"aws:SourceArn": RULE}}), Status.FAIL),
        (allow(EVENTS, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}), Status.FAIL),
        (allow(EVENTS, Condition={"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}), Status.UNKNOWN),
        (allow(EVENTS, Condition={"StringNotEquals": {"aws:SourceAccount": SECURITY}}), Status.UNKNOWN),
        (allow(EVENTS, Condition={"Bool": {"aws:SecureTransport": "true"}}), Status.PASS),
        (allow(EVENTS, Condition={"ArnEquals": {"aws:SourceArn": RULE + "-other"}}), Status.FAIL),
        (allow(CLOUDWATCH), Status.FAIL),
    ],
)
def test_policies_for_rules(statement: dict[str, Any], status: Status):
    """EventBridge comes as a service only, and names neither rule nor account."""
    assert allowed(statement, **RULE_ONLY).status is status


def test_rule_that_sends_as_a_role_is_never_a_pass():
    """Policies of the role count too; only a Deny, or silence in another account, settles it."""
    role = f"arn:aws:iam::{ACCOUNT}:role/alerts"
    rules = {**RULE_ONLY, "events.rules": [rule(targets=[{"Id": "1", "Arn": TOPIC, "RoleArn": role}])]}
    for statement in (allow(EVENTS), allow(CLOUDWATCH), allow(EVENTS, Principal={"AWS": role})):
        assert allowed(statement, **rules).status is Status.UNKNOWN
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
    assert allowed(allow(EVENTS), deny, **rules).reason == "publish_not_allowed"
    strange = rule(targets=[{"Id": "1", "Arn": TOPIC, "RoleArn": role.replace(ACCOUNT, SECURITY)}])
    assert allowed(allow(EVENTS), **{**rules, "events.rules": [strange]}).reason == "publish_not_allowed"
    dark = rule(targets=[{"Id": "1", "Arn": TOPIC, "RoleArn": unread("events.rules")}])
    assert {f.status for f in judge(SLUG, facts(**{"events.rules": [dark]}))} == {Status.UNKNOWN}


def test_deny_wins():
    """An explicit Deny keeps the alarm out, whatever else allows it."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
    assert allowed(DEFAULT, deny, **ALARM_ONLY).status is Status.FAIL
    tls = {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    assert allowed(DEFAULT, tls, **ALARM_ONLY).status is Status.PASS


def test_one_alarm_among_several_that_is_kept_out_fails():
    """A statement for one alarm does not cover the next."""
    second = alarm(AlarmName="second", AlarmArn=ALARM + "-2")
    statement = allow(CLOUDWATCH, Condition={"ArnLike": {"aws:SourceArn": ALARM}})
    finding = allowed(statement, **ALARM_ONLY, **{"cloudwatch.alarms": alarms(alarm(), second)})
    assert finding.status is Status.FAIL and "the alarm second publish" in finding.message


# -- the key of the topic ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["alias/aws/sns", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/sns"])
def test_default_key_fails(name: str):
    """Neither alarms nor rules may use the key that AWS manages for SNS."""
    assert encrypted(name).reason == "default_key"


@pytest.mark.parametrize(
    "name", [KEY, KEY.rsplit("/", 1)[1], "alias/alerts", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/alerts"]
)
def test_customer_key_passes_by_any_of_its_names(name: str):
    """ARN, id, alias, alias ARN."""
    assert encrypted(name).status is Status.PASS


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"KeyManager": "AWS"}, Status.FAIL, "default_key"),
        ({"KeyState": "Disabled"}, Status.FAIL, "key_not_usable"),
        ({"KeyState": None, "KeyManager": None, "policy": None}, Status.FAIL, "key_not_usable"),
        ({"policy": document()}, Status.FAIL, "key_policy"),
        ({"policy": document(allow(CLOUDWATCH, Action="kms:*", Resource="*"))}, Status.FAIL, "key_policy"),
        ({"policy": document(allow(CLOUDWATCH, EVENTS, Action="kms:*", Resource="*"))}, Status.PASS, ""),
        (
            {
                "policy": document(
                    allow(CLOUDWATCH, Action="kms:*", Resource="*"),
                    allow(
                        EVENTS,
                        Action="kms:*",
                        Resource="*",
                        Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
                    ),
                )
            },
            Status.FAIL,
            "key_policy",
        ),
        (
            {"policy": document(allow(CLOUDWATCH, EVENTS, Action="kms:Decrypt", Resource="*"))},
            Status.FAIL,
            "key_policy",
        ),
        (
            {
                "policy": document(
                    {
                        "Effect": "Allow",
                        "Principal": "*",
                        "Action": "kms:*",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
                    }
                )
            },
            Status.FAIL,
            "key_policy",
        ),
        ({"policy": unread("kms.keys")}, Status.UNKNOWN, "AccessDenied"),
        ({"policy": 7}, Status.UNKNOWN, ""),
    ],
)
def test_customer_keys(changes: dict[str, Any], status: Status, reason: str):
    """The key must be in use, and its policy let the sender generate and decrypt data keys."""
    finding = encrypted(**{"kms.keys": [key(**changes)]})
    assert finding.status is status
    assert not reason or finding.reason == reason


def test_key_that_nobody_shows_is_unknown():
    """Unread, not listed, or of an account outside the audit."""
    assert encrypted(**{"kms.keys": unread("kms.keys")}).reason == "AccessDenied"
    assert encrypted(**{"kms.keys": []}).reason == "key_not_listed"
    assert encrypted(KEY.replace(ACCOUNT, SECURITY)).reason == "key_out_of_scope"


# -- where the topic is -----------------------------------------------------------------------------------------------
def test_topic_in_another_region_fails():
    """Alarms and rules cannot send to another Region."""
    away = one(**ALARM_ONLY, **{"cloudwatch.alarms": alarms(alarm(), region="us-east-1")})
    assert (away.status, away.reason) == (Status.FAIL, "wrong_region")
    assert one(**RULE_ONLY, **{"events.rules": [rule(region="us-east-1")]}).reason == "wrong_region"


def test_topic_of_another_account():
    """A central topic is judged by the view of the account that shows it; unseen it is unknown."""
    central = TOPIC.replace(ACCOUNT, SECURITY)
    mine = {"cloudwatch.alarms": alarms(alarm(AlarmActions=[central])), "events.rules": [], "sns.topics": []}
    assert only(SLUG, facts(**mine)).reason == "topic_out_of_scope"
    shown = {**topic(), "TopicArn": central}
    shown["attributes"] = {"Policy": document(allow(CLOUDWATCH, Resource=central))}
    assert only(SLUG, facts(**mine), others={SECURITY: {"sns.topics": [shown]}}).status is Status.PASS
    theirs = {"StringEquals": {"AWS:SourceOwner": SECURITY}}
    shown["attributes"] = {"Policy": document({**DEFAULT, "Resource": central, "Condition": theirs})}
    assert only(SLUG, facts(**mine), others={SECURITY: {"sns.topics": [shown]}}).status is Status.FAIL
    dark = only(SLUG, facts(**mine), others={SECURITY: {"sns.topics": unread("sns.topics")}})
    assert dark.reason == "AccessDenied"


# -- what could not be read -------------------------------------------------------------------------------------------
def test_unread_topic_is_unknown():
    """Attributes, subscriptions, or the topic as a whole."""
    dark = unread("sns.topics")
    assert one({**topic(), "attributes": dark}).status is Status.UNKNOWN
    assert one(topic(subscriptions=dark)).status is Status.UNKNOWN
    assert one(topic(subscriptions=[subscription(), dark])).status is Status.PASS
    assert one(topic(subscriptions=[dark])).status is Status.UNKNOWN
    assert only(SLUG, facts(**{"sns.topics": dark})).reason == "AccessDenied"
    assert only(SLUG, facts(**{"sns.topics": []})).reason == "topic_not_listed"
    assert only(SLUG, facts(**{"sns.topics": [{"region": "eu-west-1", **dark}]})).reason == "AccessDenied"


def test_a_proven_fault_fails_although_other_parts_are_unread():
    """A topic without readers cannot deliver, whatever its policy says."""
    finding = one({**topic(subscriptions=[]), "attributes": unread("sns.topics")})
    assert (finding.status, finding.reason) == (Status.FAIL, "no_confirmed_subscriber")


@pytest.mark.parametrize(
    "gap",
    [
        {"cloudwatch.alarms": unread("cloudwatch.alarms")},
        {"events.rules": unread("events.rules")},
        {"cloudwatch.alarms": [*alarms(alarm()), {"region": "eu-west-1", **unread("cloudwatch.alarms")}]},
        {"cloudwatch.alarms": [*alarms(alarm()), {"region": "*", **unread("cloudwatch.alarms")}]},
        {"events.rules": [rule(), rule(Name="b", targets=unread("events.rules"))]},
        {"cloudwatch.alarms": [{"region": "eu-west-1", "MetricAlarms": [alarm()]}]},
        {"cloudwatch.alarms": alarms(alarm(AlarmActions=["topic"]))},
        {"cloudwatch.alarms": [{**alarms(alarm())[0], "LogAlarms": unread("cloudwatch.alarms")}]},
        {"events.rules": [{"Name": "x", "targets": []}]},
    ],
)
def test_unread_alarms_and_rules_leave_no_pass(gap: dict[str, Any]):
    """What is unread may send to the same topic without being let in; one finding says where."""
    found = judge(SLUG, facts(**gap))
    assert {finding.status for finding in found} == {Status.UNKNOWN}
    assert [finding.resource for finding in found] == [TOPIC, ""]


def test_other_regions_that_are_refused_are_one_note():
    """A Region-deny policy hides Regions from which nothing can be sent to this topic."""
    dark = [{"region": name, **unread("cloudwatch.alarms")} for name in ("us-east-1", "us-west-2", "eu-west-2")]
    found = judge(SLUG, facts(**{"cloudwatch.alarms": [*alarms(alarm()), *dark]}))
    assert [(f.resource, f.status) for f in found] == [(TOPIC, Status.PASS), ("", Status.UNKNOWN)]
    assert found[0].notes == ("other_regions_unread: alarms or rules in 3 other Regions were not read",)


def test_alarms_without_actions_and_alarms_on_logs():
    """AWS leaves out an empty list of actions; alarms on logs send like the others."""
    quiet = {name: value for name, value in alarm().items() if name != "AlarmActions"}
    assert only(SLUG, facts(**{"cloudwatch.alarms": alarms(quiet), "events.rules": []})).reason == "no_topic"
    logs = [{"region": "eu-west-1", "MetricAlarms": [], "CompositeAlarms": [], "LogAlarms": [alarm()]}]
    finding = only(SLUG, facts(**{"cloudwatch.alarms": logs, "events.rules": []}))
    assert (finding.status, finding.resource) == (Status.PASS, TOPIC)


def test_no_topic_in_the_regions_that_were_asked_is_unknown():
    """Nobody looked into the other Regions in use."""
    none = {"cloudwatch.alarms": alarms(), "events.rules": [], "account.regions": REGIONS}
    assert only(SLUG, none, regions_asked=("eu-west-1",)).reason == "region_not_asked"
    assert only(SLUG, none, regions_asked=("eu-west-1", "us-east-1")).reason == "no_topic"
    del none["account.regions"]
    assert only(SLUG, none, regions_asked=("eu-west-1", "us-east-1")).reason == "region_not_asked"


def test_unread_alarms_hide_no_fail():
    """A broken topic of a rule fails although alarms are unread."""
    found = judge(
        SLUG, facts(**{"cloudwatch.alarms": unread("cloudwatch.alarms"), "sns.topics": [topic(subscriptions=[])]})
    )
    assert [finding.status for finding in found] == [Status.FAIL, Status.UNKNOWN]


def test_nothing_collected_is_one_unknown():
    """Both facts missing: one finding that names both permissions."""
    finding = only(SLUG, {})
    assert finding.status is Status.UNKNOWN and finding.unknown_because is not None
    assert {"cloudwatch:DescribeAlarms", "events:ListRules"} <= set(finding.unknown_because.missing)
