"""CloudTrail writes its log files into the buckets of its trails, and buckets tell of them."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from urllib.parse import unquote_plus
from urllib.request import Request, urlopen

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize  # noqa: F401
from tests.emulated.lab_listening import HOME, Box, allow, rule, rule_arn, trail

S3 = "s3.amazonaws.com"
AT = datetime(2026, 3, 2, 9, 14, 40, tzinfo=UTC)


def records_in(lab: Lab, bucket: str, key: str, account: str = MANAGEMENT) -> list[dict[str, Any]]:
    """Read one log file from its bucket."""
    body = client(lab, "s3", entry(lab, account)).get_object(Bucket=bucket, Key=key)["Body"].read()
    return list(json.loads(gzip.decompress(body))["Records"])


def keys_in(lab: Lab, bucket: str, account: str = MANAGEMENT) -> list[str]:
    """List what is in a bucket."""
    listed = client(lab, "s3", entry(lab, account)).list_objects_v2(Bucket=bucket)
    return [one["Key"] for one in listed.get("Contents", [])]


# -- log files --------------------------------------------------------------------------------------------------------
def test_files_by_region_under_the_names_of_aws(lab: Lab):
    """One file for each Region, each record once, and nothing that happened before the trail logged."""
    lab.sign_in(MANAGEMENT)
    trail(lab, S3KeyPrefix="logs")
    client(lab, "ec2", entry(lab), "eu-west-1")
    client(lab, "sqs", entry(lab), "eu-west-1").create_queue(QueueName="one")
    record = lab.sign_in(MANAGEMENT, ok=False)
    done = lab.deliver(moment=AT)
    assert done.refused == []
    keys = {one.region: one.key for one in done.files}
    pattern = (
        rf"logs/AWSLogs/{MANAGEMENT}/CloudTrail/(\S+)/2026/03/02/{MANAGEMENT}_CloudTrail_\1_20260302T0914Z_\w{{16}}"
    )
    assert all(re.fullmatch(pattern + r"\.json\.gz", key) for key in keys.values())
    assert set(keys) == {HOME, "eu-west-1"}
    signed_in = [one for one in records_in(lab, f"all-{MANAGEMENT}", keys[HOME]) if one["eventName"] == "ConsoleLogin"]
    assert signed_in == [record]
    west = records_in(lab, f"all-{MANAGEMENT}", keys["eu-west-1"])
    assert [one["eventName"] for one in west] == ["CreateQueue"]
    later = lab.deliver(moment=AT).files
    assert [name for file in later for name in names_in(lab, file.key)] == []


def names_in(lab: Lab, key: str) -> list[str]:
    """Return what was recorded in a file, reads left out."""
    found = records_in(lab, f"all-{MANAGEMENT}", key)
    return [one["eventName"] for one in found if not one["readOnly"]]


def test_the_trail_of_an_organization_holds_its_members(lab: Lab):
    """Members' files carry the organization's id in their key and lie in the managing account's bucket."""
    (member,) = organize(lab, "member")
    organizations = client(lab, "organizations", entry(lab))
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    organization = organizations.describe_organization()["Organization"]["Id"]
    trail(lab, IsOrganizationTrail=True)
    record = lab.sign_in(member, ok=False)
    (file,) = lab.deliver(member).files
    assert file.key.startswith(f"AWSLogs/{organization}/{member}/CloudTrail/{HOME}/")
    assert records_in(lab, f"all-{MANAGEMENT}", file.key) == [record]
    own = [one.account for one in lab.deliver().files]
    assert own
    assert set(own) == {MANAGEMENT}  # what the managing account did waited for its own delivery


def test_a_trail_of_one_region_sees_only_that(lab: Lab):
    """Calls in other Regions are in no file of it."""
    trail(lab, region="eu-west-1", IsMultiRegionTrail=False)
    client(lab, "sqs", entry(lab), "eu-west-1").create_queue(QueueName="seen")
    client(lab, "sqs", entry(lab), "eu-west-2").create_queue(QueueName="unseen")
    lab.sign_in(MANAGEMENT)
    (file,) = lab.deliver().files
    assert (file.region, names_in(lab, file.key)) == ("eu-west-1", ["StartLogging", "CreateQueue"])


def test_a_bucket_that_is_closed_or_gone(lab: Lab):
    """The trail says why in its status, the records wait, and arrive when the bucket is mended."""
    arn = trail(lab)
    s3, cloudtrail = client(lab, "s3", entry(lab)), client(lab, "cloudtrail", entry(lab))
    bucket = f"all-{MANAGEMENT}"
    good = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.put_bucket_policy(Bucket=bucket, Policy=good.replace("cloudtrail.", "config."))
    record = lab.sign_in(MANAGEMENT)
    (refusal,) = lab.deliver().refused
    assert (refusal.trail, refusal.why.split(":")[0]) == (arn, "AccessDenied")
    assert cloudtrail.get_trail_status(Name="all")["LatestDeliveryError"] == "AccessDenied"
    s3.put_bucket_policy(Bucket=bucket, Policy=good)
    (file,) = lab.deliver().files
    assert record in records_in(lab, bucket, file.key)
    status = cloudtrail.get_trail_status(Name="all")
    assert "LatestDeliveryError" not in status
    assert abs((datetime.now(UTC) - status["LatestDeliveryTime"]).total_seconds()) < 60
    s3.delete_object(Bucket=bucket, Key=file.key)
    s3.delete_bucket(Bucket=bucket)
    lab.sign_in(MANAGEMENT)
    assert lab.deliver().refused[0].why.startswith("NoSuchBucket")


def test_the_control_plane_delivers(lab: Lab):
    """Over HTTP, for one account and at a given time; a time without a zone is refused."""
    trail(lab)
    lab.sign_in(MANAGEMENT)
    url = f"{lab.endpoint}/rw-api/deliver/{MANAGEMENT}"
    request = Request(url, b'{"now": "2026-03-02T09:14:00Z"}', method="POST")
    with urlopen(request) as answer:
        (file,) = json.load(answer)["files"]
    assert "20260302T0914Z" in file["key"]
    assert keys_in(lab, file["bucket"]) == [file["key"]]


def test_the_topic_of_a_trail_hears_of_files(lab: Lab):
    """CloudTrail publishes bucket and key of each new file on the trail's topic."""
    sns = client(lab, "sns", entry(lab))
    topic = sns.create_topic(Name="files")["TopicArn"]
    policy = json.dumps(allow("cloudtrail.amazonaws.com", "sns:Publish", topic))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    box = Box(lab, MANAGEMENT, "heard").admit("sns.amazonaws.com", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn, Attributes={"RawMessageDelivery": "true"})
    trail(lab, SnsTopicName="files")
    lab.sign_in(MANAGEMENT)
    (file,) = lab.deliver().files
    assert box.bodies() == [{"s3Bucket": file.bucket, "s3ObjectKey": [file.key]}]


# -- what buckets tell ------------------------------------------------------------------------------------------------
def notify(lab: Lab, bucket: str, configuration: dict[str, Any]) -> None:
    """Set whom a bucket tells."""
    s3 = client(lab, "s3", entry(lab))
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def test_a_log_file_is_announced_to_a_queue_of_another_account(lab: Lab):
    """Queue of the security account, key filter by prefix and suffix, key URL-encoded, first S3's test message."""
    trail(lab)
    bucket = f"all-{MANAGEMENT}"
    box = Box(lab, "444455556666", "files").admit(S3, f"arn:aws:s3:::{bucket}")
    rules = [{"Name": "prefix", "Value": "AWSLogs/"}, {"Name": "suffix", "Value": ".json.gz"}]
    one = {
        "Id": "logs",
        "QueueArn": box.arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": rules}},
    }
    notify(lab, bucket, {"QueueConfigurations": [one]})
    s3 = client(lab, "s3", entry(lab))
    shown = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert [(each["QueueArn"], each["Events"]) for each in shown] == [(box.arn, ["s3:ObjectCreated:*"])]
    (test,) = box.bodies()
    assert (test["Event"], test["Bucket"]) == ("s3:TestEvent", bucket)
    (file,) = lab.deliver().files
    s3.put_object(Bucket=bucket, Key="AWSLogs/a b+c.json.gz", Body=b"12345")
    s3.put_object(Bucket=bucket, Key="other/x.json.gz", Body=b"x")
    s3.put_object(Bucket=bucket, Key="AWSLogs/x.txt", Body=b"x")
    log_file, put = [message["Records"][0] for message in box.bodies()]
    assert log_file["s3"]["object"]["key"] == file.key
    assert (log_file["eventName"], log_file["s3"]["bucket"]["name"]) == ("ObjectCreated:Put", bucket)
    assert put["s3"]["object"]["key"] == "AWSLogs/a+b%2Bc.json.gz"
    assert unquote_plus(put["s3"]["object"]["key"]) == "AWSLogs/a b+c.json.gz"
    assert (put["s3"]["object"]["size"], put["s3"]["configurationId"]) == (5, "logs")
    assert (put["eventSource"], put["awsRegion"], put["eventVersion"]) == ("aws:s3", HOME, "2.1")


def test_through_a_topic_and_eventbridge(lab: Lab):
    """A topic carries the same message; EventBridge gets an event of its own shape with the plain key."""
    s3, sns = client(lab, "s3", entry(lab)), client(lab, "sns", entry(lab))
    s3.create_bucket(Bucket="some-bucket")
    topic = sns.create_topic(Name="files")["TopicArn"]
    policy = allow(S3, "sns:Publish", topic, ArnLike={"aws:SourceArn": "arn:aws:s3:::some-*"})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    box = Box(lab, MANAGEMENT, "through-topic").admit("sns.amazonaws.com", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn)
    bridge = Box(lab, MANAGEMENT, "through-bus").admit("events.amazonaws.com", rule_arn("objects"))
    rule(lab, MANAGEMENT, "objects", {"source": ["aws.s3"]}, {"Arn": bridge.arn})
    configuration = {
        "TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"]}]
    }
    notify(lab, "some-bucket", configuration | {"EventBridgeConfiguration": {}})
    shown = s3.get_bucket_notification_configuration(Bucket="some-bucket")
    assert shown["EventBridgeConfiguration"] == {}
    box.bodies()
    s3.put_object(Bucket="some-bucket", Key="a b", Body=b"123")
    s3.copy_object(Bucket="some-bucket", Key="copy", CopySource="some-bucket/a b")
    s3.delete_objects(Bucket="some-bucket", Delete={"Objects": [{"Key": "a b"}]})
    messages = [json.loads(one["Message"])["Records"][0] for one in box.bodies()]
    assert [(one["eventName"], one["s3"]["object"]["key"]) for one in messages] == [
        ("ObjectCreated:Put", "a+b"),
        ("ObjectRemoved:Delete", "a+b"),
    ]
    events = bridge.bodies()
    assert [(one["detail-type"], one["detail"]["reason"]) for one in events] == [
        ("Object Created", "PutObject"),
        ("Object Created", "CopyObject"),
        ("Object Deleted", "DeleteObject"),
    ]
    assert events[0]["detail"]["object"]["key"] == "a b"
    assert (events[0]["account"], events[0]["resources"]) == (MANAGEMENT, ["arn:aws:s3:::some-bucket"])
    notify(lab, "some-bucket", {})
    s3.put_object(Bucket="some-bucket", Key="quiet", Body=b"")
    assert box.bodies() + bridge.bodies() == []


def test_a_destination_that_does_not_let_s3_in_is_refused(lab: Lab):
    """PutBucketNotificationConfiguration tries each destination, unless told not to."""
    s3 = client(lab, "s3", entry(lab))
    s3.create_bucket(Bucket="some-bucket")
    box = Box(lab, MANAGEMENT, "closed")
    configuration = {"QueueConfigurations": [{"QueueArn": box.arn, "Events": ["s3:ObjectCreated:*"]}]}
    asked = {"Bucket": "some-bucket", "NotificationConfiguration": configuration}
    assert error_of(s3.put_bucket_notification_configuration, **asked) == ("InvalidArgument", 400)
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket="some-bucket")
    s3.put_bucket_notification_configuration(**asked, SkipDestinationValidation=True)
    s3.put_object(Bucket="some-bucket", Key="x", Body=b"")
    assert [one.target for one in lab.undelivered()] == [box.arn, box.arn]


def test_every_record_is_in_one_file_while_deliveries_run(lab: Lab):
    """Four hands record while files are written: each record is in exactly one."""
    trail(lab)
    files: list[Any] = []
    model = {"eventName": "Something", "eventSource": "iam.amazonaws.com", "awsRegion": HOME, "managementEvent": True}

    def record(first: int) -> None:
        for number in range(first, 2000, 4):
            lab.add_records(MANAGEMENT, model | {"eventID": str(number), "eventTime": "2026-01-01T00:00:00Z"})

    hands = [Thread(target=record, args=(first,)) for first in range(4)]
    for one in hands:
        one.start()
    while any(one.is_alive() for one in hands):
        files += lab.deliver().files
    files += lab.deliver().files
    seen = [one["eventID"] for file in files for one in records_in(lab, file.bucket, file.key)]
    assert sorted(int(one) for one in seen if one.isdigit()) == list(range(2000))


def test_one_account_kept_out_does_not_hold_up_the_others(lab: Lab):
    """A bucket policy that leaves out the members: their records wait, the managing account's are written once."""
    (member,) = organize(lab, "member")
    client(lab, "organizations", entry(lab)).enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    trail(lab, IsOrganizationTrail=True)
    bucket, own = f"all-{MANAGEMENT}", f"arn:aws:s3:::all-{MANAGEMENT}/AWSLogs/*/{MANAGEMENT}/*"
    policy = allow("cloudtrail.amazonaws.com", "s3:PutObject", own)
    client(lab, "s3", entry(lab)).put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    record = lab.sign_in(member, ok=False)
    lab.sign_in(MANAGEMENT)
    for _ in range(2):
        done = lab.deliver()
        assert {one.account for one in done.files} <= {MANAGEMENT}
        assert [one.why.split(":")[0] for one in done.refused] == ["AccessDenied"]
    signed_in = [
        one["recipientAccountId"]
        for key in keys_in(lab, bucket)
        for one in records_in(lab, bucket, key)
        if one["eventName"] == "ConsoleLogin"
    ]
    assert signed_in == [MANAGEMENT]
    policy["Statement"][0]["Resource"] = f"arn:aws:s3:::{bucket}/*"
    client(lab, "s3", entry(lab)).put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    (file,) = lab.deliver(member).files
    assert records_in(lab, bucket, file.key) == [record]
