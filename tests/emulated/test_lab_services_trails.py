"""CloudTrail and SNS in the lab: trails across accounts and Regions, and subscriptions that somebody has to confirm."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rootwarden.lab.server import Lab
from rootwarden.lab.services.sns import confirmation_token
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize  # noqa: F401

OTHER = "444455556666"
HOME = "eu-west-1"
TRAIL = {"Name": "all-events", "S3BucketName": "trail-bucket", "IsMultiRegionTrail": True}


def bucket_for_trails(lab: Lab, account: str = MANAGEMENT) -> None:
    """Create the bucket of TRAIL in an account, open to CloudTrail."""
    s3 = client(lab, "s3", entry(lab, account))
    s3.create_bucket(Bucket="trail-bucket")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::trail-bucket/*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket="trail-bucket", Policy=document)


def test_a_trail_needs_a_bucket_that_lets_it_write(lab: Lab):
    """No bucket, then a bucket of another account without a policy, then one with: only the last is taken."""
    trails = client(lab, "cloudtrail", entry(lab), HOME)
    assert error_of(trails.create_trail, **TRAIL)[0] == "S3BucketDoesNotExistException"
    client(lab, "s3", entry(lab, OTHER)).create_bucket(Bucket="trail-bucket")
    assert error_of(trails.create_trail, **TRAIL)[0] == "InsufficientS3BucketPolicyException"
    client(lab, "s3", entry(lab, OTHER)).delete_bucket(Bucket="trail-bucket")
    bucket_for_trails(lab, OTHER)
    assert trails.create_trail(**TRAIL)["S3BucketName"] == "trail-bucket"
    assert error_of(trails.create_trail, **TRAIL)[0] == "TrailAlreadyExistsException"


def test_a_multi_region_trail_has_shadows(lab: Lab):
    """Other Regions show the trail unless asked not to, and cannot change it; a single-Region trail stays at home."""
    bucket_for_trails(lab)
    home, away = client(lab, "cloudtrail", entry(lab), HOME), client(lab, "cloudtrail", entry(lab), "us-east-1")
    arn = home.create_trail(**TRAIL)["TrailARN"]
    home.create_trail(**TRAIL | {"Name": "only-here", "IsMultiRegionTrail": False})
    assert [one["Name"] for one in away.describe_trails()["trailList"]] == ["all-events"]
    assert away.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert {(one["Name"], one["HomeRegion"]) for one in away.list_trails()["Trails"]} == {
        ("all-events", HOME), ("only-here", HOME)
    }  # fmt: skip
    assert away.describe_trails(trailNameList=[arn])["trailList"][0]["HomeRegion"] == HOME
    assert error_of(away.start_logging, Name=arn)[0] == "InvalidHomeRegionException"
    assert error_of(away.get_trail_status, Name="only-here")[0] == "TrailNotFoundException"


def test_selectors_replace_each_other(lab: Lab):
    """A trail without selectors records all management events; basic and advanced ones never stand together."""
    bucket_for_trails(lab)
    trails = client(lab, "cloudtrail", entry(lab), HOME)
    trails.create_trail(**TRAIL)
    named = {"TrailName": "all-events"}
    (default,) = trails.get_event_selectors(**named)["EventSelectors"]
    assert (default["ReadWriteType"], default["IncludeManagementEvents"]) == ("All", True)
    advanced = [{"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    trails.put_event_selectors(**named, AdvancedEventSelectors=advanced)
    found = trails.get_event_selectors(**named)
    assert (found["AdvancedEventSelectors"], "EventSelectors" in found) == (advanced, False)
    basic = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
    trails.put_event_selectors(**named, EventSelectors=basic)
    found = trails.get_event_selectors(**named)
    assert ("AdvancedEventSelectors" in found, found["EventSelectors"][0]["ReadWriteType"]) == (False, "WriteOnly")
    assert trails.get_trail(Name="all-events")["Trail"]["HasCustomEventSelectors"] is True


def test_the_trail_of_an_organization(lab: Lab):
    """It needs trusted access and an administrator; members see it, may ask for its status, and change nothing."""
    member, helper = organize(lab, "member", "helper")
    bucket_for_trails(lab, member)
    wanted = TRAIL | {"IsOrganizationTrail": True, "EnableLogFileValidation": True}
    boss = client(lab, "cloudtrail", entry(lab), HOME)
    assert error_of(boss.create_trail, **wanted)[0] == "CloudTrailAccessNotEnabledException"
    organizations = client(lab, "organizations", entry(lab))
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    theirs = client(lab, "cloudtrail", entry(lab, helper), HOME)
    assert error_of(theirs.create_trail, **wanted)[0] == "NotOrganizationMasterAccountException"
    organizations.register_delegated_administrator(AccountId=helper, ServicePrincipal="cloudtrail.amazonaws.com")
    arn = theirs.create_trail(**wanted)["TrailARN"]
    assert arn == f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/all-events"
    theirs.start_logging(Name=arn)
    seen = client(lab, "cloudtrail", entry(lab, member), "us-east-1")
    (shadow,) = seen.describe_trails()["trailList"]
    assert (shadow["TrailARN"], shadow["IsOrganizationTrail"]) == (arn, True)
    assert seen.get_trail_status(Name=arn)["IsLogging"] is True
    assert seen.get_event_selectors(TrailName=arn)["TrailARN"] == arn
    at_home = client(lab, "cloudtrail", entry(lab, member), HOME)
    for change in (at_home.stop_logging, at_home.delete_trail):
        assert error_of(change, Name=arn)[0] == "NotOrganizationMasterAccountException"
    assert client(lab, "cloudtrail", entry(lab, OTHER), HOME).describe_trails()["trailList"] == []


def test_how_deliveries_went(lab: Lab):
    """A new trail has delivered nothing; history can be told; a healthy old one delivers now; stopping ends that."""
    bucket_for_trails(lab)
    trails = client(lab, "cloudtrail", entry(lab), HOME)
    arn = trails.create_trail(**TRAIL, EnableLogFileValidation=True)["TrailARN"]
    assert trails.get_trail_status(Name=arn)["IsLogging"] is False
    trails.start_logging(Name=arn)
    assert "LatestDeliveryTime" not in trails.get_trail_status(Name=arn)
    tell(lab, arn, {"started": "2024-05-01T00:00:00Z"})
    status = trails.get_trail_status(Name=arn)
    assert status["StartLoggingTime"] == datetime(2024, 5, 1, tzinfo=UTC)
    assert datetime.now(UTC) - status["LatestDeliveryTime"] < timedelta(minutes=5)
    assert datetime.now(UTC) - status["LatestDigestDeliveryTime"] < timedelta(minutes=70)
    tell(lab, arn, {"last_delivery": "2025-01-01T00:00:00Z", "error": "AccessDenied"})
    status = trails.get_trail_status(Name=arn)
    assert (status["LatestDeliveryError"], status["LatestDeliveryTime"].year) == ("AccessDenied", 2025)
    tell(lab, arn, {"never_delivered": True})
    assert "LatestDeliveryTime" not in trails.get_trail_status(Name=arn)
    trails.stop_logging(Name=arn)
    status = trails.get_trail_status(Name=arn)
    assert (status["IsLogging"], "LatestDeliveryError" in status) == (False, False)
    assert status["StopLoggingTime"] > status["StartLoggingTime"]
    with pytest.raises(urllib.error.HTTPError, match="400"):
        tell(lab, arn, {"stared": "2024-05-01T00:00:00Z"})


def tell(lab: Lab, arn: str, history: dict[str, Any]) -> None:
    """Tell the lab how a trail's deliveries went."""
    url = f"{lab.endpoint}/rw-api/trails/{arn}"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(history).encode(), method="POST")).close()


# -- topics ----------------------------------------------------------------------------------------------------------
ARN = f"arn:aws:sns:{HOME}:{MANAGEMENT}:alerts"


def test_mail_waits_for_a_click(lab: Lab):
    """E-mail and https stay pending until their token comes back; queues are confirmed at once."""
    sns = client(lab, "sns", entry(lab), HOME)
    sns.create_topic(Name="alerts")
    mail = sns.subscribe(TopicArn=ARN, Protocol="email", Endpoint="a@example.com")
    assert mail["SubscriptionArn"] == "pending confirmation"
    sns.subscribe(TopicArn=ARN, Protocol="sqs", Endpoint=f"arn:aws:sqs:{HOME}:{MANAGEMENT}:queue")
    hook = sns.subscribe(
        TopicArn=ARN,
        Protocol="https",
        Endpoint="https://hook.example",
        ReturnSubscriptionArn=True,
        Attributes={"FilterPolicy": '{"kind": ["root"]}'},
    )["SubscriptionArn"]
    listed = {one["Protocol"]: one["SubscriptionArn"] for one in subscriptions(sns)}
    assert (listed["email"], listed["https"]) == ("PendingConfirmation", "PendingConfirmation")
    assert listed["sqs"].startswith(ARN)
    assert counts(sns) == ("2", "1")
    assert error_of(sns.confirm_subscription, TopicArn=ARN, Token="0" * 64)[0] == "InvalidParameter"
    sns.confirm_subscription(TopicArn=ARN, Token=confirmation_token(hook))
    assert [one["SubscriptionArn"] for one in subscriptions(sns) if one["Protocol"] == "https"] == [hook]
    assert counts(sns) == ("1", "2")
    attributes = sns.get_subscription_attributes(SubscriptionArn=hook)["Attributes"]
    assert (attributes["PendingConfirmation"], attributes["FilterPolicy"]) == ("false", '{"kind": ["root"]}')
    again = sns.subscribe(TopicArn=ARN, Protocol="https", Endpoint="https://hook.example")
    assert again["SubscriptionArn"] == hook


def subscriptions(sns: Any) -> list[dict[str, str]]:
    """Return the subscriptions of the topic."""
    return sns.list_subscriptions_by_topic(TopicArn=ARN)["Subscriptions"]


def counts(sns: Any) -> tuple[str, str]:
    """Return how many are pending and confirmed."""
    attributes = sns.get_topic_attributes(TopicArn=ARN)["Attributes"]
    return attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"]


def test_another_accounts_topic_is_out_of_reach(lab: Lab):
    """AWS's default policy keeps others out; a topic that is not there is NotFound."""
    mine, theirs = client(lab, "sns", entry(lab), HOME), client(lab, "sns", entry(lab, OTHER), HOME)
    assert error_of(mine.get_topic_attributes, TopicArn=ARN) == ("NotFound", 404)
    mine.create_topic(Name="alerts")
    assert error_of(theirs.get_topic_attributes, TopicArn=ARN) == ("AuthorizationError", 403)
    statement = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "SNS:Subscribe", "Resource": ARN}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    mine.set_topic_attributes(TopicArn=ARN, AttributeName="Policy", AttributeValue=document)
    own = theirs.subscribe(TopicArn=ARN, Protocol="sqs", Endpoint=f"arn:aws:sqs:{HOME}:{OTHER}:queue")
    theirs.subscribe(TopicArn=ARN, Protocol="sqs", Endpoint=f"arn:aws:sqs:{HOME}:{MANAGEMENT}:queue")
    assert [(one["Owner"], one["SubscriptionArn"]) for one in subscriptions(mine)] == [
        (OTHER, own["SubscriptionArn"]),  # the owner of a queue need not confirm
        (OTHER, "PendingConfirmation"),
    ]
    assert error_of(theirs.get_topic_attributes, TopicArn=ARN) == ("AuthorizationError", 403)
