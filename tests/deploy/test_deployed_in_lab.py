"""The templates, applied to an organization in the lab over HTTP: what comes to be, and what reaches the queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.catalogue.event_pattern import DRILL, event_patterns
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import apply
from rootwarden.model.golden import golden_records
from rootwarden.trail.items import AlarmRang
from rootwarden.trail.sources.queue import read_body
from tests.deploy.deployed import (
    ABROAD,
    HOME,
    PAGER,
    Deployed,
    _deployed,
    _organization,
    keep_a_trail,
    subscriptions,
    take,
)
from tests.deploy.templates import text
from tests.emulated.lab_at_work import MANAGEMENT, _open_lab, client, entry, task

__all__ = ["_deployed", "_open_lab", "_organization"]
PATTERNS = {f"rootwarden-{one.name}": one.pattern for one in event_patterns() if one.name != DRILL}


def test_the_queue_as_it_came_to_be(deployed: Deployed) -> None:
    """Encrypted with the stack's own key, long polling, a dead-letter queue behind it."""
    outputs, security = deployed.central.outputs, deployed.security
    asked = {"QueueUrl": outputs["QueueUrl"], "AttributeNames": ["All"]}
    queue = deployed.see(security, "sqs", "get_queue_attributes", **asked)["Attributes"]
    assert queue["KmsMasterKeyId"] == outputs["KeyArn"]
    assert queue["ReceiveMessageWaitTimeSeconds"] == "20"
    assert queue["MessageRetentionPeriod"] == "1209600"
    dead = f"arn:aws:sqs:{HOME}:{security}:rootwarden-dead"
    assert json.loads(queue["RedrivePolicy"]) == {"deadLetterTargetArn": dead, "maxReceiveCount": 10}
    policy = {one["Sid"]: one for one in json.loads(queue["Policy"])["Statement"]}
    assert set(policy) == {"Rules", "Topics", "OnlyTls"}
    rules = f"arn:aws:events:{HOME}:{security}:rule"
    let_in = [f"{rules}/rootwarden/rootwarden-*", f"{rules}/rootwarden-drill"]
    assert policy["Rules"]["Condition"] == {"ArnLike": {"aws:SourceArn": let_in}}
    assert policy["Topics"]["Condition"] == {"ArnEquals": {"aws:SourceArn": [outputs["SpendingTopicArn"]]}}
    key = deployed.see(security, "kms", "get_key_rotation_status", KeyId=outputs["KeyArn"])
    assert key["KeyRotationEnabled"]


@pytest.mark.parametrize("region", [HOME, ABROAD])
@pytest.mark.parametrize("who", ["security", "member"])
def test_rules_of_members(deployed: Deployed, who: str, region: str) -> None:
    """Every account sends from every Region, with a role of its own for each, to the central bus."""
    account = getattr(deployed, who)
    rules = deployed.see(account, "events", "list_rules", region)["Rules"]
    if who == "security" and region == HOME:  # the central stack's own, for what drills make up
        (drills,) = [one for one in rules if one["Name"] == "rootwarden-drill"]
        rules.remove(drills)
        (target,) = deployed.see(account, "events", "list_targets_by_rule", region, Rule=drills["Name"])["Targets"]
        assert target["Arn"] == deployed.central.outputs["QueueArn"]
    assert {one["Name"]: json.loads(one["EventPattern"]) for one in rules} == PATTERNS
    assert {one["State"] for one in rules} == {"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}
    for name in PATTERNS:
        (target,) = deployed.see(account, "events", "list_targets_by_rule", region, Rule=name)["Targets"]
        assert target["Arn"] == deployed.central.outputs["BusArn"]
        assert target["RoleArn"] == f"arn:aws:iam::{account}:role/rootwarden-send-{region}"
        assert target["DeadLetterConfig"] == {"Arn": f"arn:aws:sqs:{region}:{account}:rootwarden-undelivered"}


def test_the_bus_and_its_rules(deployed: Deployed) -> None:
    """The bus lets in the organization, and its rules send to the queue."""
    bus = deployed.see(deployed.security, "events", "describe_event_bus", Name="rootwarden")
    (statement,) = json.loads(bus["Policy"])["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": deployed.organization}}
    rules = deployed.see(deployed.security, "events", "list_rules", EventBusName="rootwarden")["Rules"]
    assert {one["Name"]: json.loads(one["EventPattern"]) for one in rules} == PATTERNS
    for name in PATTERNS:
        asked = {"Rule": name, "EventBusName": "rootwarden"}
        (target,) = deployed.see(deployed.security, "events", "list_targets_by_rule", **asked)["Targets"]
        assert target["Arn"] == deployed.central.outputs["QueueArn"]
        assert "RoleArn" not in target


def test_alarms_tell_the_topic(deployed: Deployed) -> None:
    """Both alarms look at the right queue and tell the topic that was given."""
    found = deployed.see(deployed.security, "cloudwatch", "describe_alarms")["MetricAlarms"]
    alarms = {one["AlarmName"]: one for one in found}
    assert {name: one["Dimensions"][0]["Value"] for name, one in alarms.items()} == {
        "rootwarden-unhandled": "rootwarden-dead",
        "rootwarden-unread": "rootwarden",
    }
    assert alarms["rootwarden-unread"]["Threshold"] == 300
    assert all(one["AlarmActions"] == [PAGER] for one in found)


def test_the_role_of_the_watcher(open_lab: Lab, deployed: Deployed) -> None:
    """It carries exactly one policy, which names the queue and the key, and trusts ECS tasks of this account only."""
    role = deployed.see(deployed.security, "iam", "get_role", RoleName="RootwardenWatch")["Role"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": deployed.security}}
    attached = deployed.see(deployed.security, "iam", "list_attached_role_policies", RoleName="RootwardenWatch")
    (policy,) = attached["AttachedPolicies"]
    asked = {"PolicyArn": policy["PolicyArn"], "VersionId": "v1"}
    document = deployed.see(deployed.security, "iam", "get_policy_version", **asked)["PolicyVersion"]["Document"]
    resources = {one["Sid"]: one["Resource"] for one in document["Statement"]}
    sts = client(open_lab, "sts", entry(open_lab, deployed.security))
    with pytest.raises(sts.exceptions.ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=role["Arn"], RoleSessionName="an-administrator")
    assert resources == {"Queue": deployed.central.outputs["QueueArn"], "Key": deployed.central.outputs["KeyArn"]}


def watching(open_lab: Lab, deployed: Deployed) -> Any:
    """Return SQS for a session that has the policy of the watcher and nothing else."""
    asked = {"PolicyArn": deployed.central.outputs["PolicyArn"], "VersionId": "v1"}
    document = deployed.see(deployed.security, "iam", "get_policy_version", **asked)["PolicyVersion"]["Document"]
    who = entry(open_lab, deployed.security)
    trust = {"Effect": "Allow", "Principal": {"AWS": deployed.security}, "Action": "sts:AssumeRole"}
    stand_in = {"RoleName": "StandIn", "AssumeRolePolicyDocument": json.dumps({"Statement": [trust]})}
    role = client(open_lab, "iam", who).create_role(**stand_in)["Role"]["Arn"]
    asked = {"RoleArn": role, "RoleSessionName": "watch", "Policy": json.dumps(document)}
    return client(open_lab, "sqs", client(open_lab, "sts", who).assume_role(**asked)["Credentials"])


def test_the_watcher_can_work_with_its_policy(open_lab: Lab, deployed: Deployed) -> None:
    """Find it, count, receive, delete; but not send, prolong or purge."""
    deployed.hands.control("POST", f"signin/{deployed.member}", {"ok": False})
    sqs, url = watching(open_lab, deployed), deployed.central.outputs["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"]
    handle = message["ReceiptHandle"]
    assert sqs.get_queue_url(QueueName="rootwarden", QueueOwnerAWSAccountId=deployed.security)["QueueUrl"] == url
    asked = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessagesNotVisible"]}
    assert sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"
    with pytest.raises(sqs.exceptions.ClientError, match="AccessDenied"):
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=300)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    with pytest.raises(sqs.exceptions.ClientError, match="AccessDenied"):
        sqs.send_message(QueueUrl=url, MessageBody="{}")
    with pytest.raises(sqs.exceptions.ClientError, match="AccessDenied"):
        sqs.purge_queue(QueueUrl=url)


def test_somebody_tries_to_sign_in_as_root_and_the_queue_knows(deployed: Deployed) -> None:
    """From the member's default bus to the central queue, as EventBridge would carry it."""
    deployed.hands.control("POST", f"signin/{deployed.member}", {"ok": False})
    (event,) = deployed.waiting()
    assert (event["account"], event["source"], event["detail"]["eventName"]) == (
        deployed.member, "aws.signin", "ConsoleLogin",
    )  # fmt: skip
    assert event["detail"]["userIdentity"]["type"] == "Root"
    assert deployed.waiting("DeadLetterQueueUrl") == []


def test_a_root_session_is_seen_from_both_sides(open_lab: Lab, deployed: Deployed) -> None:
    """The call of AssumeRoot in the management account, and what the session reads in the member: reads pass too."""
    sts = client(open_lab, "sts", entry(open_lab))
    asked = {"TargetPrincipal": deployed.member, "TaskPolicyArn": task("IAMAuditRootUserCredentials")}
    client(open_lab, "iam", sts.assume_root(**asked)["Credentials"]).get_account_summary()
    seen = {(one["account"], one["detail"]["eventName"]) for one in deployed.waiting()}
    assert seen == {(MANAGEMENT, "AssumeRoot"), (deployed.member, "GetAccountSummary")}


def test_every_record_that_fires_arrives(deployed: Deployed) -> None:
    """All known records, put into the member's trail: what a detection fires on arrives, in each Region with rules."""
    sent: dict[str, bool] = {}
    for golden in golden_records():
        record = {**golden.record, "recipientAccountId": deployed.member}
        if record.get("awsRegion") not in (HOME, ABROAD) or not isinstance(record.get("eventID"), str):
            continue
        if record.get("managementEvent") is False or record.get("eventCategory", "Management") != "Management":
            continue  # the trail here takes management events only
        sent[record["eventID"]] = bool(golden.fires)
        deployed.hands.control("POST", f"records/{deployed.member}", [record])
    arrived = {one["detail"]["eventID"] for one in deployed.waiting()}
    assert sum(sent.values()) > 100
    assert {event for event, fires in sent.items() if fires} <= arrived
    assert arrived < set(sent)


def test_ordinary_work_does_not_arrive(open_lab: Lab, deployed: Deployed) -> None:
    """People who work leave nothing on the queue."""
    iam = client(open_lab, "iam", entry(open_lab, deployed.member))
    iam.create_user(UserName="ana")
    iam.list_users()
    client(open_lab, "s3", entry(open_lab, deployed.member)).list_buckets()
    assert deployed.waiting() == []


def test_an_account_outside_is_not_let_in(deployed: Deployed) -> None:
    """The same template in an account of nobody's organization: the bus refuses, and the event is kept there."""
    outsider = "999988887777"
    given = {"CentralBusArn": deployed.central.outputs["BusArn"], "KeepUndelivered": "true"}
    stack = apply(text("member"), given, deployed.hands, outsider, HOME)
    keep_a_trail(deployed.hands, outsider)
    deployed.hands.control("POST", f"signin/{outsider}", {})
    assert deployed.waiting() == []
    kept = take(deployed.hands, outsider, stack.resources["UndeliveredQueue"].ref)
    assert "ConsoleLogin" in {one["detail"]["eventName"] for one in kept}


def test_what_a_member_makes_up_does_not_arrive(open_lab: Lab, deployed: Deployed) -> None:
    """Somebody in a member puts an event that looks like root's: it is on the bus, but its source gives it away."""
    events = client(open_lab, "events", entry(open_lab, deployed.member))
    undelivered = "rootwarden-undelivered"
    queue = {"Id": "control", "Arn": f"arn:aws:sqs:{HOME}:{deployed.member}:{undelivered}"}
    events.put_rule(Name="rootwarden-control", EventPattern=json.dumps({"source": ["mine"]}))
    events.put_targets(Rule="rootwarden-control", Targets=[queue])
    detail = {"eventName": "ConsoleLogin", "userIdentity": {"type": "Root"}}
    made_up = {"Source": "mine", "DetailType": "AWS Console Sign In via CloudTrail", "Detail": json.dumps(detail)}
    bus = {"EventBusName": deployed.central.outputs["BusArn"]}
    deployed.waiting()  # the rule above is itself an act that is watched
    events.put_events(Entries=[made_up, made_up | bus])
    url = deployed.see(deployed.member, "sqs", "get_queue_url", QueueName=undelivered)["QueueUrl"]
    assert [one["source"] for one in take(deployed.hands, deployed.member, url)] == ["mine"]
    assert deployed.waiting() == []


def test_what_a_drill_makes_up_arrives_from_the_security_account_alone(deployed: Deployed) -> None:
    """Nobody else can put it where the rule for drills looks: not on a bus of theirs, and not on the central one."""
    marked = json.dumps({"eventID": "rw-drill-01J0000000000000000000000A", "eventName": "x"})
    made_up = {"Source": "rootwarden.drill", "DetailType": "AWS API Call via CloudTrail", "Detail": marked}
    central = made_up | {"EventBusName": deployed.central.outputs["BusArn"]}
    home = made_up | {"EventBusName": f"arn:aws:events:{HOME}:{deployed.security}:event-bus/default"}
    for account in (deployed.member, MANAGEMENT):
        deployed.see(account, "events", "put_events", Entries=[made_up])
        deployed.see(account, "events", "put_events", Entries=[central])
        with pytest.raises(ClientError, match="AccessDenied"):
            deployed.see(account, "events", "put_events", Entries=[home])
    assert deployed.waiting() == []
    deployed.see(deployed.security, "events", "put_events", Entries=[made_up])
    (event,) = deployed.waiting()
    assert (event["source"], event["account"]) == ("rootwarden.drill", deployed.security)


def test_notices_of_spending_reach_the_queue(deployed: Deployed) -> None:
    """What is published on the spending topic comes by the queue's policy and subscription."""
    (one,) = subscriptions(deployed)
    assert (one["Protocol"], one["Endpoint"]) == ("sqs", deployed.central.outputs["QueueArn"])
    topic = deployed.central.outputs["SpendingTopicArn"]
    deployed.see(deployed.security, "sns", "publish", TopicArn=topic, Message="AWS Budget Notification")
    (message,) = deployed.waiting()
    assert message["Message"] == "AWS Budget Notification"


def test_one_account_alone(open_lab: Lab) -> None:
    """Without an organization the rules are on the default bus; other Regions send there, and it not to itself."""
    founder, hands = "555566667777", Hands(open_lab.endpoint)
    central = apply(text("central"), {}, hands, founder, HOME)
    bus = central.outputs["BusArn"]
    assert bus == f"arn:aws:events:{HOME}:{founder}:event-bus/default"
    at_home = apply(text("member"), {"CentralBusArn": bus}, hands, founder, HOME)
    assert set(at_home.resources) == {"SenderRole"}
    apply(text("member"), {"CentralBusArn": bus}, hands, founder, ABROAD)
    keep_a_trail(hands, founder)
    take(hands, founder, central.outputs["QueueUrl"])
    hands.control("POST", f"signin/{founder}", {})
    golden = next(one.record for one in golden_records() if one.id == "root-lists-detectors")
    far = {**golden, "recipientAccountId": founder, "awsRegion": ABROAD}
    hands.control("POST", f"records/{founder}", [far])
    seen = [(one["region"], one["detail"]["eventName"]) for one in take(hands, founder, central.outputs["QueueUrl"])]
    assert sorted(seen) == [(ABROAD, golden["eventName"]), (HOME, "ConsoleLogin")]


def test_a_trail_bucket_as_second_source(open_lab: Lab) -> None:
    """With a bucket, its account, a topic and a key: each is let in by name, and the watcher may read the objects."""
    security, archive, hands = "222233334444", "333344445555", Hands(open_lab.endpoint)
    with hands.working_in(security):
        topic = hands("sns", HOME).create_topic(Name="new-log-files")["TopicArn"]
    given = {
        "TrailBucketName": "organization-trail",
        "TrailBucketAccountId": archive,
        "TrailKeyArn": f"arn:aws:kms:{HOME}:{archive}:key/1234",
        "TrailTopicArn": topic,
        "WatcherPrincipal": f"arn:aws:iam::{security}:role/cluster",
    }
    stack = apply(text("central"), given, hands, security, HOME)
    with hands.working_in(security):
        asked = {"QueueUrl": stack.outputs["QueueUrl"], "AttributeNames": ["Policy"]}
        policy = json.loads(hands("sqs", HOME).get_queue_attributes(**asked)["Attributes"]["Policy"])
        key = json.loads(
            hands("kms", HOME).get_key_policy(KeyId=stack.outputs["KeyArn"], PolicyName="default")["Policy"]
        )
        role = hands("iam").get_role(RoleName="RootwardenWatch")["Role"]
        may = hands("iam").get_policy_version(PolicyArn=stack.outputs["PolicyArn"], VersionId="v1")["PolicyVersion"]
    for document in (policy, key):
        said = {one["Sid"]: one for one in document["Statement"]}
        assert said["TrailBucket"]["Condition"] == {
            "StringEquals": {"aws:SourceAccount": archive},
            "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::organization-trail"},
        }
        assert topic in said["Topics"]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": given["WatcherPrincipal"]}
    resources = {one["Sid"]: one["Resource"] for one in may["Document"]["Statement"]}
    assert resources["TrailBucket"] == "arn:aws:s3:::organization-trail/AWSLogs/*"
    assert resources["TrailKey"] == given["TrailKeyArn"]


def test_the_payer_tells_of_spending(open_lab: Lab) -> None:
    """A topic in the account that pays, to which the security account may subscribe its queue, and nobody else."""
    hands, payer, security, outsider = Hands(open_lab.endpoint), "777766665555", "444433332222", "888877776666"
    topic = apply(text("payer"), {"SecurityAccountId": security}, hands, payer, HOME).outputs["TopicArn"]
    central = apply(text("central"), {"PayerTopicArn": topic}, hands, security, HOME)
    with hands.working_in(outsider):
        sns = hands("sns", HOME)
        with pytest.raises(sns.exceptions.ClientError, match="AuthorizationError"):
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{HOME}:{outsider}:q")
    with hands.working_in(payer):
        hands("sns", HOME).publish(TopicArn=topic, Message="AWS Budget Notification")
    (message,) = take(hands, security, central.outputs["QueueUrl"])
    assert (message["Message"], message["TopicArn"]) == ("AWS Budget Notification", topic)


def test_an_alarm_about_root_is_heard(open_lab: Lab) -> None:
    """An alarm of the same account tells its topic; the queue is subscribed to it, and nothing else may send there."""
    security, hands = "666677778888", Hands(open_lab.endpoint)
    with hands.working_in(security):
        sns, cloudwatch = hands("sns", HOME), hands("cloudwatch", HOME)
        topic = sns.create_topic(Name="root-alarms")["TopicArn"]
        who = {"Service": "cloudwatch.amazonaws.com"}
        said = {"Effect": "Allow", "Principal": who, "Action": "sns:Publish", "Resource": topic}
        sns.set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps({"Statement": [said]})
        )
        stranger = sns.create_topic(Name="stranger")["TopicArn"]
        cloudwatch.put_metric_alarm(
            AlarmName="root-used", Namespace="CloudTrailMetrics", MetricName="RootUsed", Statistic="Sum", Period=60,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic],
        )  # fmt: skip
    stack = apply(text("central"), {"RootAlarmTopicArn": topic}, hands, security, HOME)
    with hands.working_in(security):
        hands("sns", HOME).subscribe(TopicArn=stranger, Protocol="sqs", Endpoint=stack.outputs["QueueArn"])
        hands("sns", HOME).publish(TopicArn=stranger, Message="not for us")
        cloudwatch = hands("cloudwatch", HOME)
        cloudwatch.set_alarm_state(AlarmName="root-used", StateValue="ALARM", StateReason="DRILL rw-drill-1")
    (message,) = take(hands, security, stack.outputs["QueueUrl"])
    assert message["TopicArn"] == topic
    (rang,) = read_body(json.dumps(message).encode(), "here")
    assert isinstance(rang, AlarmRang)
    assert (rang.name, rang.state, rang.account, rang.reason) == ("root-used", "ALARM", security, "DRILL rw-drill-1")
