"""What a stack or Terraform leaves undone is told by the calls, down to the thing that they name."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Call, Declared, Step
from rootwarden.model.writes import WRITES
from rootwarden.report.code.aws_types import TYPES
from rootwarden.report.code.left_steps import _MAKES, When, left_steps
from tests.exports.sample_plans import ACCOUNT, change, declared, ref

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"


def step(call: str, **parameters: Any) -> Step:
    """Return a step of one call."""
    service, _, operation = call.partition(".")
    return Step(id=operation, does="x", call=Call(service=service, operation=operation, parameters=parameters))


def left(*declares: Declared, steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    """Return when and what commands do of a change."""
    found = left_steps(change("one", *declares, steps=steps))
    return [(one.when.value, each.call.operation) for one in found for each in one.steps]


def test_every_type_says_which_calls_make_it() -> None:
    """So that none of them is taken for done by its service alone."""
    assert set(_MAKES) == set(TYPES)


@pytest.mark.parametrize(
    ("made", "call"),
    [
        (declared("SNS::Topic", "T", TopicName="t"), step("sns.CreateTopic", Name="t")),
        (declared("SNS::Topic", "T", TopicName="t"), step("sns.SetTopicAttributes", TopicArn=TOPIC)),
        (declared("SNS::TopicPolicy", "P", Topics=[TOPIC]),
         step("sns.SetTopicAttributes", TopicArn=TOPIC, AttributeName="Policy")),
        (declared("S3::Bucket", "B", BucketName="b"), step("s3.PutBucketVersioning", Bucket="b")),
        (declared("S3::BucketPolicy", "B", Bucket=ref("X")), step("s3.PutBucketPolicy", Bucket="b")),
        (declared("CloudTrail::Trail", "T", "t", TrailName="t"),
         step("cloudtrail.UpdateTrail", Name=f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t")),
        (declared("Budgets::Budget", "B", Budget={"BudgetName": "b"}),
         step("budgets.CreateBudget", AccountId="1", Budget={"BudgetName": "b"})),
        (declared("KMS::Key", "K", KeyPolicy={}), step("kms.CreateKey")),
        (declared("KMS::Key", "K", KeyPolicy={}), step("kms.EnableKeyRotation", KeyId=refer("CreateKey", "id"))),
        (declared("GuardDuty::Detector", "D", "1a", Enable=True), step("guardduty.UpdateDetector", DetectorId="1a")),
    ],
    ids=lambda value: getattr(value, "type", None),
)  # fmt: skip
def test_what_makes_it_is_not_left(made: Declared, call: Step) -> None:
    """The stack does it."""
    assert left(made, steps=(call,)) == []


@pytest.mark.parametrize(
    ("made", "call"),
    [
        (declared("SNS::Subscription", "S", TopicArn=TOPIC), step("sns.SetTopicAttributes", TopicArn=TOPIC)),
        (declared("SNS::TopicPolicy", "P", Topics=[TOPIC]),
         step("sns.SetTopicAttributes", TopicArn=TOPIC, AttributeName="KmsMasterKeyId")),
        (declared("SNS::Topic", "T", TopicName="t"), step("sns.SetTopicAttributes", TopicArn=f"{TOPIC}2")),
        (declared("S3::Bucket", "B", BucketName="b"), step("s3.PutBucketLogging", Bucket="other")),
        (declared("S3::Bucket", "B", BucketName="b"),
         step("s3.PutBucketLogging", Bucket="other", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "b"}})),
        (declared("S3::Bucket", "B", BucketName="b"), step("s3.PutBucketPolicy", Bucket="b")),
        (declared("CloudTrail::Trail", "T", TrailName="t"), step("cloudtrail.StopLogging", Name="other")),
        (declared("IAM::Group", "G", GroupName="g"), step("iam.AddUserToGroup", GroupName="g", UserName="u")),
    ],
    ids=lambda value: getattr(value, "type", None),
)  # fmt: skip
def test_what_is_about_something_else_is_left(made: Declared, call: Step) -> None:
    """Commands do it: before, where it comes first, or all of it, where nothing else is done."""
    assert left(made, steps=(call,)) == [(When.INSTEAD.value, call.call.operation)]


def test_an_alert_topic_that_gets_a_key() -> None:
    """Key and subscription are new, the topic is not declared: setting its key comes after."""
    key = declared("KMS::Alias", "K", AliasName="alias/k", TargetKeyId="x")
    mail = declared("SNS::Subscription", "S", TopicArn=TOPIC, Protocol="email", Endpoint="a@example.com")
    steps = (
        step("kms.CreateAlias", AliasName="alias/k", TargetKeyId="x"),
        step("sns.SetTopicAttributes", TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue="alias/k"),
        step("sns.Subscribe", TopicArn=TOPIC, Protocol="email", Endpoint="a@example.com"),
    )
    assert left(key, mail, steps=steps) == [("after", "SetTopicAttributes")]


def test_what_depends_on_something_declared_is_told_by_that() -> None:
    """The policy of a declared bucket, and not of another one; a subscription of a topic whose ARN comes later."""
    bucket = declared("S3::Bucket", "B", BucketName="b")
    policy = declared("S3::BucketPolicy", "P", Bucket=ref("B"), PolicyDocument={})
    mine, other = step("s3.PutBucketPolicy", Bucket="b"), step("s3.PutBucketPolicy", Bucket="other")
    made = step("s3.CreateBucket", Bucket="b")
    assert left(bucket, policy, steps=(made, mine)) == []
    assert left(bucket, policy, steps=(made, other)) == [("after", "PutBucketPolicy")]
    topic = declared("SNS::Topic", "T", TopicName="t")
    mail = declared("SNS::Subscription", "S", TopicArn=ref("T"), Protocol="email", Endpoint="a@example.com")
    create = Step(id="topic", does="x", call=step("sns.CreateTopic", Name="t").call, keeps={"arn": "TopicArn"})
    subscribe = step("sns.Subscribe", TopicArn=refer("topic", "arn"), Protocol="email", Endpoint="a@example.com")
    assert left(topic, mail, steps=(create, subscribe)) == []


def test_patterns_name_calls_that_there_are() -> None:
    """Every call of the table of writes that creates something of a service here makes one of its types."""
    services = {type_.split("::")[1].lower() for type_ in TYPES}
    patterns = [pattern for some in _MAKES.values() for pattern in some]
    strange = {
        call
        for call in WRITES
        if call.split(".")[0] in services
        and call.split(".")[1].startswith("Create")
        and not any(fnmatchcase(call, pattern) for pattern in patterns)
    }
    assert strange <= {"iam.CreateLoginProfile", "iam.CreateAccessKey", "iam.CreateVirtualMFADevice"}
