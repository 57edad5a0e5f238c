"""An organization in the lab with Rootwarden deployed in it, and hands to look at what came to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct

from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import Stack, apply, roll_out
from tests.deploy.templates import text
from tests.emulated.lab_at_work import MANAGEMENT, client, entry, organize

HOME, ABROAD = "us-east-1", "eu-west-1"
PAGER = f"arn:aws:sns:{HOME}:222222222222:pager"


class Deployed(Struct, frozen=True):
    """The lab, who is who in it, and the central stack."""

    hands: Hands
    security: str
    member: str
    organization: str
    central: Stack

    def see(self, account: str, service: str, operation: str, region: str = HOME, **asked: Any) -> Any:
        """Return the answer to a call in an account."""
        with self.hands.working_in(account):
            return getattr(self.hands(service, region), operation)(**asked)

    def waiting(self, output: str = "QueueUrl") -> list[dict[str, Any]]:
        """Return the bodies of the messages on a queue of the central stack, and take them off."""
        return take(self.hands, self.security, self.central.outputs[output])


def take(hands: Hands, account: str, url: str, region: str = HOME) -> list[dict[str, Any]]:
    """Return the bodies of the messages on a queue, and take them off."""
    bodies = []
    with hands.working_in(account):
        sqs = hands("sqs", region)
        while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages"):
            for one in some:
                bodies.append(json.loads(one["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return bodies


def keep_a_trail(hands: Hands, account: str) -> None:
    """Let a trail log in all Regions of an account: without one EventBridge gets no events of API calls."""
    bucket = f"trail-of-{account}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    with hands.working_in(account):
        s3, trail = hands("s3", HOME), hands("cloudtrail", HOME)
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        trail.create_trail(Name="all", S3BucketName=bucket, IsMultiRegionTrail=True, IncludeGlobalServiceEvents=True)
        trail.start_logging(Name="all")


@pytest.fixture(scope="module", name="organization")
def _organization(open_lab: Lab) -> Deployed:
    """The templates as an organization deploys them: central, the roll-out to members, the management account."""
    security, member = organize(open_lab, "security", "production")
    described = client(open_lab, "organizations", entry(open_lab)).describe_organization()
    organization = described["Organization"]["Id"]
    hands = Hands(open_lab.endpoint)
    given = {"OrganizationId": organization, "AlarmTopicArn": PAGER, "OldestMessageSeconds": "300"}
    central = apply(text("central"), given, hands, security, HOME)
    bus = {"CentralBusArn": central.outputs["BusArn"]}
    roll = {**bus, "OrganizationalUnitIds": "r-abcd", "Regions": f"{HOME},{ABROAD}", "KeepUndelivered": "true"}
    roll_out(text("stackset"), roll, hands, [security, member], HOME)
    apply(text("member"), bus, hands, MANAGEMENT, HOME)
    for account in (MANAGEMENT, member):
        keep_a_trail(hands, account)
    return Deployed(hands, security, member, organization, central)


@pytest.fixture(name="deployed")
def _deployed(organization: Deployed) -> Deployed:
    """The same with nothing on its queues: deploying it, and the tests before, did things that are watched."""
    organization.waiting()
    organization.waiting("DeadLetterQueueUrl")
    return organization


def subscriptions(found: Deployed) -> Iterator[dict[str, Any]]:
    """Yield the subscriptions of the spending topic."""
    topic = found.central.outputs["SpendingTopicArn"]
    yield from found.see(found.security, "sns", "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]
