"""Each call leaves the record CloudTrail would write, and LookupEvents finds it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from rootwarden.lab.clock import iso
from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize, task  # noqa: F401


def named(records: list[dict], name: str) -> list[dict]:
    """Return the records of one event name."""
    return [one for one in records if one["eventName"] == name]


def test_a_record_says_who_did_what_where(lab: Lab):
    """A user's call: identity, source, names, parameters in CloudTrail's spelling, no secret in the answer."""
    iam = client(lab, "iam", entry(lab))
    iam.create_user(UserName="person")
    key = iam.create_access_key(UserName="person")["AccessKey"]
    client(lab, "iam", key, "eu-west-1").create_access_key(UserName="person")
    record = lab.records(MANAGEMENT)[-1]
    assert record["userIdentity"]["type"] == "IAMUser"
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{MANAGEMENT}:user/person"
    assert record["userIdentity"]["accessKeyId"] == key["AccessKeyId"]
    assert (record["eventSource"], record["eventName"]) == ("iam.amazonaws.com", "CreateAccessKey")
    assert (record["awsRegion"], record["readOnly"], record["managementEvent"]) == ("us-east-1", False, True)
    assert record["requestParameters"] == {"userName": "person"}
    assert set(record["responseElements"]["accessKey"]) == {"userName", "accessKeyId", "status", "createDate"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"])
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert "Boto3" in record["userAgent"]


def test_secrets_never_reach_a_record(lab: Lab):
    """Passwords, secret keys and session tokens are in no record at all."""
    iam = client(lab, "iam", entry(lab))
    iam.create_user(UserName="person")
    iam.create_login_profile(UserName="person", Password="Correct-Horse-1")
    secret = iam.create_access_key(UserName="person")["AccessKey"]["SecretAccessKey"]
    token = client(lab, "sts", entry(lab)).get_caller_identity() and entry(lab)["SessionToken"]
    text = json.dumps(lab.records(MANAGEMENT))
    assert not any(hidden in text for hidden in ("Correct-Horse-1", secret, token))


def test_assume_root_joins_caller_and_member(lab: Lab):
    """The access key in the caller's record is the one that acts as Root in the member's records."""
    (member,) = organize(lab, "member")
    sts = client(lab, "sts", entry(lab), "eu-west-1")
    answer = sts.assume_root(TargetPrincipal=member, TaskPolicyArn=task("IAMAuditRootUserCredentials"))["Credentials"]
    client(lab, "iam", answer).list_mfa_devices()
    (asked,) = named(lab.records(MANAGEMENT), "AssumeRoot")
    assert asked["awsRegion"] == "eu-west-1"
    assert asked["requestParameters"]["targetPrincipal"] == member
    assert asked["requestParameters"]["taskPolicyArn"] == task("IAMAuditRootUserCredentials")
    assert asked["responseElements"]["credentials"]["accessKeyId"] == answer["AccessKeyId"]
    (acted,) = named(lab.records(member), "ListMFADevices")
    identity = acted["userIdentity"]
    assert (identity["type"], identity["arn"]) == ("Root", f"arn:aws:iam::{member}:root")
    assert (identity["accessKeyId"], identity["sessionContext"]["assumedRoot"]) == (answer["AccessKeyId"], "true")
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"
    assert acted["recipientAccountId"] == member


def test_a_role_of_another_account_is_recorded_on_both_sides(lab: Lab):
    """AssumeRole across accounts: the target sees an AWSAccount, and both copies share one id."""
    (member,) = organize(lab, "member")
    arn = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    answer = client(lab, "sts", entry(lab)).assume_role(RoleArn=arn, RoleSessionName="me")
    (ours,), (theirs,) = named(lab.records(MANAGEMENT), "AssumeRole"), named(lab.records(member), "AssumeRole")
    assert ours["responseElements"]["credentials"]["accessKeyId"] == answer["Credentials"]["AccessKeyId"]
    assert (theirs["userIdentity"]["type"], theirs["userIdentity"]["accountId"]) == ("AWSAccount", MANAGEMENT)
    assert ours["sharedEventID"] == theirs["sharedEventID"]
    assert ours["eventID"] != theirs["eventID"]
    client(lab, "iam", answer["Credentials"]).list_users()
    issuer = lab.records(member)[-1]["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert (issuer["type"], issuer["arn"]) == ("Role", arn)


def test_failures_are_recorded_with_their_error(lab: Lab):
    """Denied, wrong and missing calls are in the trail with their code; AccessDeniedException is AccessDenied there."""
    lab.deny("cloudtrail:DescribeTrails")
    who = entry(lab)
    error_of(client(lab, "cloudtrail", who).describe_trails)
    error_of(client(lab, "iam", who).get_user, UserName="nobody")
    error_of(client(lab, "account", who).get_gov_cloud_account_information)
    found = [(one["eventName"], one["errorCode"], bool(one["errorMessage"])) for one in lab.records(MANAGEMENT)]
    assert found == [
        ("DescribeTrails", "AccessDenied", True),
        ("GetUser", "NoSuchEntity", True),
        ("GetGovCloudAccountInformation", "NotImplemented", True),
    ]


def test_lookup_events_pages_newest_first(lab: Lab):
    """Fifty a page, newest first, none twice, although every look adds an event of its own."""
    iam = client(lab, "iam", entry(lab))
    for number in range(60):
        iam.create_user(UserName=f"user-{number}")
    cloudtrail = client(lab, "cloudtrail", entry(lab))
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]}
    pages = list(cloudtrail.get_paginator("lookup_events").paginate(**asked))
    assert [len(page["Events"]) for page in pages] == [50, 10]
    users = [
        json.loads(one["CloudTrailEvent"])["requestParameters"]["userName"] for page in pages for one in page["Events"]
    ]
    assert users == [f"user-{number}" for number in reversed(range(60))]


def test_lookup_events_filters(lab: Lab):
    """By source, reader or writer, access key, user, resource and time; in one Region; data events never."""
    who = entry(lab)
    iam = client(lab, "iam", who)
    iam.create_user(UserName="person")
    key = iam.create_access_key(UserName="person")["AccessKey"]
    client(lab, "sns", key).list_topics()
    client(lab, "sns", key, "eu-west-1").list_topics()
    s3 = client(lab, "s3", who)
    s3.create_bucket(Bucket="some-bucket")
    s3.put_object(Bucket="some-bucket", Key="x", Body=b"x")
    cloudtrail = client(lab, "cloudtrail", who)

    def names(attribute: str = "", value: str = "", **more: object) -> set[str]:
        if attribute:
            more["LookupAttributes"] = [{"AttributeKey": attribute, "AttributeValue": value}]
        return {one["EventName"] for one in cloudtrail.lookup_events(**more)["Events"]}

    assert names("Username", "person") == {"ListTopics"}
    assert names("AccessKeyId", key["AccessKeyId"]) == {"ListTopics"}
    assert names("ReadOnly", "false") == {"CreateUser", "CreateAccessKey", "CreateBucket"}
    assert names("ResourceName", "person") == {"CreateUser", "CreateAccessKey"}
    assert names("EventSource", "s3.amazonaws.com") == {"CreateBucket"}
    assert names(EndTime=datetime(2020, 1, 1, tzinfo=UTC)) == set()
    west = client(lab, "cloudtrail", who, "eu-west-1").lookup_events()["Events"]
    assert [one["EventName"] for one in west] == ["ListTopics"]
    two = [{"AttributeKey": "ReadOnly", "AttributeValue": "true"}] * 2
    assert error_of(cloudtrail.lookup_events, LookupAttributes=two) == ("InvalidLookupAttributesException", 400)


def test_what_happened_in_the_console_can_be_added(lab: Lab):
    """A root sign-in put into the list is found by LookupEvents, unless it is older than 90 days."""
    now = datetime.now(UTC)
    for age in (10, 100):
        lab.records(MANAGEMENT).append(
            {
                "eventID": f"sign-in-{age}",
                "eventName": "ConsoleLogin",
                "eventSource": "signin.amazonaws.com",
                "eventTime": iso(now - timedelta(days=age)),
                "awsRegion": "us-east-1",
                "userIdentity": {"type": "Root", "accountId": MANAGEMENT},
                "responseElements": {"ConsoleLogin": "Success"},
            }
        )
    asked = [{"AttributeKey": "Username", "AttributeValue": "root"}]
    found = client(lab, "cloudtrail", entry(lab)).lookup_events(LookupAttributes=asked)["Events"]
    assert [one["EventId"] for one in found] == ["sign-in-10"]
