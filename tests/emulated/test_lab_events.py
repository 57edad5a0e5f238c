"""What is recorded reaches EventBridge as AWS writes it, and rules carry it to queues, topics, groups and buses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import (  # noqa: F401
    MANAGEMENT,
    _lab,
    _open_lab,
    client,
    entry,
    error_of,
    organize,
    task,
)
from tests.emulated.lab_listening import ALL, HOME, ROOT_PATTERN, Box, allow, rule, rule_arn, trail

EVENTS = "events.amazonaws.com"
OTHER = "444455556666"


def listening(lab: Lab, pattern: dict[str, Any] = ROOT_PATTERN, state: str = "ENABLED", region: str = HOME) -> Box:
    """Return a queue to which a rule of the management account sends what matches."""
    box = Box(lab, MANAGEMENT, "heard", region).admit(EVENTS, rule_arn("root", region=region))
    rule(lab, MANAGEMENT, "root", pattern, {"Arn": box.arn}, state=state, region=region)
    return box


def as_root(lab: Lab, account: str = MANAGEMENT) -> dict[str, Any]:
    """Return credentials of root's own access key."""
    key = lab.root_key(account)
    return {"AccessKeyId": key.id, "SecretAccessKey": key.secret}


# -- the event ---------------------------------------------------------------------------------------------------------
def test_a_call_of_root_arrives_as_aws_writes_it(lab: Lab):
    """The whole envelope: account, Region, source, detail type, and the record as detail."""
    trail(lab)
    box = listening(lab)
    client(lab, "iam", as_root(lab)).create_user(UserName="person")
    (event,) = box.bodies()
    assert list(event) == [
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    ]
    record = next(one for one in lab.records(MANAGEMENT) if one["eventName"] == "CreateUser")
    assert event["detail"] == record
    assert event["detail-type"] == "AWS API Call via CloudTrail"
    assert (event["version"], event["source"], event["account"]) == ("0", "aws.iam", MANAGEMENT)
    assert (event["region"], event["resources"], event["time"]) == (HOME, [], record["eventTime"])
    assert record["userIdentity"]["type"] == "Root"
    assert record["userIdentity"]["accessKeyId"].startswith("AKIA")


@pytest.mark.parametrize(
    ("kind", "detail_type"),
    [
        ("AwsApiCall", "AWS API Call via CloudTrail"),
        ("AwsConsoleSignIn", "AWS Console Sign In via CloudTrail"),
        ("AwsServiceEvent", "AWS Service Event via CloudTrail"),
    ],
)
def test_each_kind_of_record_has_its_detail_type(lab: Lab, kind: str, detail_type: str):
    """Records that are added through the control plane travel like those of calls, in their own Region."""
    trail(lab)
    box = listening(lab, {"detail-type": [detail_type]}, ALL, "eu-west-1")
    record = {"eventID": "one", "eventName": "Something", "eventSource": "signin.amazonaws.com", "eventType": kind}
    record |= {"eventTime": "2026-01-01T00:00:00Z", "awsRegion": "eu-west-1", "userIdentity": {"type": "Root"}}
    lab.add_records(MANAGEMENT, record, record | {"awsRegion": "us-east-2"})
    (event,) = [one for one in box.bodies() if one["detail"]["eventID"] == "one"]
    assert (event["source"], event["region"], event["detail"]) == ("aws.signin", "eu-west-1", record)


def test_nothing_arrives_without_a_trail_that_logs(lab: Lab):
    """EventBridge hears of calls only while a trail of the account logs."""
    box, root = listening(lab), as_root(lab)
    client(lab, "iam", root).create_user(UserName="one")
    assert box.bodies() == []
    trail(lab)
    client(lab, "iam", root).create_user(UserName="two")
    client(lab, "cloudtrail", entry(lab)).stop_logging(Name="all")
    client(lab, "iam", root).create_user(UserName="three")
    assert [one["detail"]["requestParameters"]["userName"] for one in box.bodies()] == ["two"]


@pytest.mark.parametrize(("state", "heard"), [("ENABLED", []), ("DISABLED", []), (ALL, ["ListUsers", "GetUser"])])
def test_reading_is_heard_only_by_rules_for_everything(lab: Lab, state: str, heard: list[str]):
    """List, Get and Describe reach a rule only in the state for all management events."""
    trail(lab)
    box = listening(lab, state=state)
    iam = client(lab, "iam", as_root(lab))
    iam.list_users()
    iam.get_user()
    assert [one["detail"]["eventName"] for one in box.bodies()] == heard


def test_session_tokens_of_root_are_changes_to_eventbridge(lab: Lab):
    """GetSessionToken begins with Get and is heard all the same."""
    trail(lab)
    box = listening(lab)
    client(lab, "sts", as_root(lab)).get_session_token()
    assert [one["detail"]["eventName"] for one in box.bodies()] == ["GetSessionToken"]


def test_a_root_session_of_a_member_is_heard_through_the_trail_of_the_organization(lab: Lab):
    """AssumeRoot, then root of the member: the member's own bus gets the event, for the organization has a trail."""
    (member,) = organize(lab, "member")
    client(lab, "organizations", entry(lab)).enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    trail(lab, IsOrganizationTrail=True)
    box = Box(lab, member, "heard").admit(EVENTS, rule_arn("root", member))
    rule(lab, member, "root", ROOT_PATTERN, {"Arn": box.arn}, state=ALL)
    sts = client(lab, "sts", entry(lab), HOME)
    asked = sts.assume_root(TargetPrincipal=member, TaskPolicyArn=task("IAMAuditRootUserCredentials"))
    client(lab, "iam", asked["Credentials"]).list_access_keys()
    (event,) = box.bodies()
    identity = event["detail"]["userIdentity"]
    assert (event["account"], event["detail"]["eventName"]) == (member, "ListAccessKeys")
    assert identity["sessionContext"]["assumedRoot"] == "true"
    assert identity["accessKeyId"] == asked["Credentials"]["AccessKeyId"]
    assert "sessionIssuer" not in identity["sessionContext"]


def test_selectors_of_the_trail_decide(lab: Lab):
    """A trail for write events only keeps reads from EventBridge; data events need a selector of their own."""
    trail(lab)
    box = listening(lab, {"detail": {"eventName": ["ListUsers", "PutObject"]}}, ALL)
    cloudtrail, who = client(lab, "cloudtrail", entry(lab)), entry(lab)
    s3, iam = client(lab, "s3", who), client(lab, "iam", who)
    cloudtrail.put_event_selectors(
        TrailName="all",
        EventSelectors=[
            {
                "ReadWriteType": "WriteOnly",
                "IncludeManagementEvents": True,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::all-{MANAGEMENT}/in/"]}],
            }
        ],
    )
    iam.list_users()
    s3.put_object(Bucket=f"all-{MANAGEMENT}", Key="out/x", Body=b"x")
    s3.put_object(Bucket=f"all-{MANAGEMENT}", Key="in/x", Body=b"x")
    (event,) = box.bodies()
    assert (event["detail"]["eventName"], event["detail"]["requestParameters"]["key"]) == ("PutObject", "in/x")


# -- targets -----------------------------------------------------------------------------------------------------------
def test_a_queue_that_lets_nobody_in_gets_nothing(lab: Lab):
    """No policy, or one for another rule or service: the loss is told, and the dead-letter queue gets the event."""
    trail(lab)
    dead = Box(lab, MANAGEMENT, "dead").admit(EVENTS, rule_arn("root"))
    box = Box(lab, MANAGEMENT, "closed")
    rule(lab, MANAGEMENT, "root", ROOT_PATTERN, {"Arn": box.arn, "DeadLetterConfig": {"Arn": dead.arn}})
    iam = client(lab, "iam", as_root(lab))
    iam.create_user(UserName="one")
    box.admit(EVENTS, rule_arn("another"))
    iam.create_user(UserName="two")
    box.admit("sns.amazonaws.com", rule_arn("root"))
    iam.create_user(UserName="three")
    assert box.bodies() == []
    letters = dead.messages()
    names = [json.loads(one["Body"])["detail"]["requestParameters"]["userName"] for one in letters]
    assert names == ["one", "two", "three"]
    assert letters[0]["MessageAttributes"]["RULE_ARN"]["StringValue"] == rule_arn("root")
    assert [one.target for one in lab.undelivered()] == [box.arn] * 3
    assert "does not let events.amazonaws.com send" in lab.undelivered()[0].why


def test_inputs(lab: Lab):
    """A fixed text, a part of the event, and a template with and without quotes."""
    trail(lab)
    box = Box(lab, MANAGEMENT, "heard").admit(EVENTS, rule_arn("root"))
    paths = {"who": "$.detail.userIdentity.arn", "ok": "$.detail.readOnly", "gone": "$.detail.nothing"}
    template = '{"text": "by <who>: <gone>", "who": <who>, "ok": <ok>, "rule": "<aws.events.rule-name>", "no": <gone>}'
    rule(
        lab,
        MANAGEMENT,
        "root",
        ROOT_PATTERN,
        {"Arn": box.arn, "Input": '{"fixed": 1}'},
        {"Arn": box.arn, "InputPath": "$.detail.userIdentity"},
        {"Arn": box.arn, "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}},
    )
    client(lab, "iam", as_root(lab)).create_user(UserName="person")
    fixed, part, filled = box.bodies()
    arn = f"arn:aws:iam::{MANAGEMENT}:root"
    assert fixed == {"fixed": 1}
    assert (part["type"], part["arn"]) == ("Root", arn)
    assert filled == {"text": f"by {arn}: ", "who": arn, "ok": False, "rule": "root", "no": ""}


def test_a_topic_and_a_log_group_hear_too(lab: Lab):
    """The topic's policy must let EventBridge publish; the group gets the event as a line."""
    trail(lab)
    sns, logs = client(lab, "sns", entry(lab)), client(lab, "logs", entry(lab))
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    box = Box(lab, MANAGEMENT, "heard").admit("sns.amazonaws.com", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn)
    logs.create_log_group(logGroupName="/events/root")
    group = f"arn:aws:logs:{HOME}:{MANAGEMENT}:log-group:/events/root"
    rule(lab, MANAGEMENT, "root", ROOT_PATTERN, {"Arn": topic}, {"Arn": group})
    iam = client(lab, "iam", as_root(lab))
    iam.create_user(UserName="unheard")
    assert box.bodies() == []  # AWS's default policy of a topic does not let EventBridge in
    policy = json.dumps(allow(EVENTS, "sns:Publish", topic))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    iam.create_user(UserName="person")
    (envelope,) = box.bodies()
    event = json.loads(envelope["Message"])
    lines = logs.filter_log_events(logGroupName="/events/root")["events"]
    assert [json.loads(one["message"])["detail"]["requestParameters"]["userName"] for one in lines] == [
        "unheard",
        "person",
    ]
    assert json.loads(lines[1]["message"]) == event


def sender_role(lab: Lab, account: str, action: str, resource: str) -> str:
    """Make a role that EventBridge may use for one action on one resource."""
    iam = client(lab, "iam", entry(lab, account))
    trust = {"Effect": "Allow", "Principal": {"Service": EVENTS}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName="sender", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    permission = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
    iam.put_role_policy(RoleName="sender", PolicyName="send", PolicyDocument=json.dumps(permission))
    return str(arn["Role"]["Arn"])


def central_bus(lab: Lab, account: str, policy: dict[str, Any]) -> tuple[str, Box]:
    """Make a bus in an account, with a rule that sends everything of root to a queue there."""
    events = client(lab, "events", entry(lab, account))
    bus = events.create_event_bus(Name="central")["EventBusArn"]
    statement = {"Sid": "senders", "Effect": "Allow", "Action": "events:PutEvents", "Resource": bus} | policy
    events.put_permission(EventBusName="central", Policy=json.dumps({"Statement": [statement]}))
    made = events.put_rule(Name="root", EventBusName="central", EventPattern=json.dumps(ROOT_PATTERN), State=ALL)
    box = Box(lab, account, "central").admit(EVENTS, made["RuleArn"])
    events.put_targets(Rule="root", EventBusName="central", Targets=[{"Id": "queue", "Arn": box.arn}])
    return str(bus), box


def test_a_bus_in_another_account_that_lets_the_organization_in(lab: Lab):
    """The event arrives as it was, its account the member's; without a role at the target it does not."""
    member, central = organize(lab, "member", "central")
    organization = client(lab, "organizations", entry(lab)).describe_organization()["Organization"]["Id"]
    trail(lab, member)
    who = {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}}}
    bus, box = central_bus(lab, central, who)
    rule(lab, member, "root", ROOT_PATTERN, {"Arn": bus}, state=ALL)
    lab.root_state(member).password = True
    lab.sign_in(member)
    assert box.bodies() == []
    assert "needs a role" in lab.undelivered()[-1].why
    role = sender_role(lab, member, "events:PutEvents", bus)
    rule(lab, member, "root", ROOT_PATTERN, {"Arn": bus, "RoleArn": role}, state=ALL)
    record = lab.sign_in(member)
    (event,) = box.bodies()
    assert (event["account"], event["source"], event["detail"]) == (member, "aws.signin", record)


def test_a_bus_that_names_an_account(lab: Lab):
    """An account named in the policy gets in without a role; another one does not, by rule or by call."""
    bus, box = central_bus(lab, OTHER, {"Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}})
    trail(lab)
    rule(lab, MANAGEMENT, "root", ROOT_PATTERN, {"Arn": bus})
    lab.sign_in(MANAGEMENT)
    assert [one["account"] for one in box.bodies()] == [MANAGEMENT]
    put = {"EventBusName": bus, "Source": "me", "DetailType": "mine", "Detail": json.dumps(ROOT_PATTERN["detail"])}
    stranger = client(lab, "events", entry(lab, "777788889999"))
    assert error_of(stranger.put_events, Entries=[put])[0] == "AccessDeniedException"
    friend = client(lab, "events", entry(lab))
    assert friend.put_events(Entries=[put | {"Detail": '{"userIdentity": {"type": "Root"}}'}])["FailedEntryCount"] == 0
    (event,) = box.bodies()
    assert (event["account"], event["source"], event["detail-type"]) == (MANAGEMENT, "me", "mine")


def test_a_queue_in_another_account_needs_a_role_and_a_policy(lab: Lab):
    """Both sides must agree, as with any access across accounts."""
    trail(lab)
    box = Box(lab, OTHER, "theirs").admit(EVENTS, rule_arn("root"))
    rule(lab, MANAGEMENT, "root", ROOT_PATTERN, {"Arn": box.arn})
    lab.sign_in(MANAGEMENT)
    assert box.bodies() == []
    role = sender_role(lab, MANAGEMENT, "sqs:SendMessage", box.arn)
    rule(lab, MANAGEMENT, "root", ROOT_PATTERN, {"Arn": box.arn, "RoleArn": role})
    lab.sign_in(MANAGEMENT)
    assert box.bodies() == []
    statement = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "sqs:SendMessage", "Resource": box.arn}
    box.policy({"Statement": [statement]})
    lab.sign_in(MANAGEMENT)
    assert [one["detail"]["eventName"] for one in box.bodies()] == ["ConsoleLogin"]


# -- the service itself ------------------------------------------------------------------------------------------------
def test_patterns_are_tested(lab: Lab):
    """TestEventPattern answers, and refuses what is no pattern or no event."""
    events = client(lab, "events", entry(lab))
    event = {"id": "1", "account": MANAGEMENT, "source": "aws.signin", "time": "2026-01-01T00:00:00Z"}
    event |= {"region": HOME, "resources": [], "detail-type": "x", "detail": {"userIdentity": {"type": "Root"}}}
    text, pattern = json.dumps(event), json.dumps(ROOT_PATTERN)
    assert events.test_event_pattern(EventPattern=pattern, Event=text)["Result"] is True
    assert events.test_event_pattern(EventPattern=pattern.replace("Root", "root"), Event=text)["Result"] is False
    bad = '{"detail": {"userIdentity": {"type": "Root"}}}'
    assert error_of(events.test_event_pattern, EventPattern=bad, Event=text)[0] == "InvalidEventPatternException"
    assert error_of(events.test_event_pattern, EventPattern=pattern, Event="{}")[0] == "ValidationException"
    long = json.dumps({"source": ["x" * 2100]})
    assert error_of(events.put_rule, Name="long", EventPattern=long)[0] == "LimitExceededException"


def test_what_may_not_be_put(lab: Lab):
    """Events in the name of AWS and such without detail fail by themselves; the others arrive."""
    box = listening(lab, {"source": ["me"]})
    good = {"Source": "me", "DetailType": "mine", "Detail": '{"a": 1}', "Resources": ["r"]}
    entries = [good | {"Source": "aws.iam"}, good | {"Detail": "nothing"}, good]
    answer = client(lab, "events", entry(lab)).put_events(Entries=entries)
    codes = [one.get("ErrorCode") for one in answer["Entries"]]
    assert codes == ["NotAuthorizedForSourceException", "MalformedDetail", None]
    (event,) = box.bodies()
    assert (event["account"], event["detail"], event["resources"]) == (MANAGEMENT, {"a": 1}, ["r"])


def test_archives_still_work(lab: Lab):
    """What an archive kept comes back when it is replayed."""
    events = client(lab, "events", entry(lab))
    bus = f"arn:aws:events:{HOME}:{MANAGEMENT}:event-bus/default"
    events.create_archive(ArchiveName="kept", EventSourceArn=bus, EventPattern=json.dumps(ROOT_PATTERN))
    trail(lab)
    lab.sign_in(MANAGEMENT)
    assert events.describe_archive(ArchiveName="kept")["EventCount"] == 1
