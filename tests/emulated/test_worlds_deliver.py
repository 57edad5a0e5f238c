"""The seeded worlds at work: what root does is written down and rings, exactly where the world says that it should."""

from __future__ import annotations

import json

from rootwarden.lab.blueprint import Account, Trail, World
from tests.emulated.seeded_world import Seeded, _seeded, api, only  # noqa: F401

SIGN_IN_REGION = "us-east-1"


def over(world: World, account: Account) -> list[Trail]:
    """Return the trails that should hold a sign-in to this account."""
    return [
        trail
        for owner in world.accounts
        for trail in owner.trails
        if (owner.id == account.id or (trail.organization and owner.id == world.management.id))
        and trail.stopped_days_ago is None
        and (trail.multi_region or (trail.region or world.region) == SIGN_IN_REGION)
    ]


def broken(trail: Trail) -> bool:
    """Return whether the world says that this trail cannot deliver."""
    return bool(trail.delivery_error) or trail.bucket_deleted


def test_every_sign_in_is_in_the_files_that_should_hold_it(seeded: Seeded):
    """One failed sign-in in each open account: a file of each healthy trail over it, a reason from each broken one."""
    lab, world = seeded
    open_accounts = [account for account in world.accounts if account.state == "ACTIVE"]
    for account in open_accounts:
        lab.sign_in(account.id, ok=False)
    done = lab.deliver()
    names = {trail.name for account in world.accounts for trail in account.trails if broken(trail)}
    assert {one.trail.rpartition("/")[2] for one in done.refused} <= names, done.refused
    for account in open_accounts:
        wanted = sorted(trail.name for trail in over(world, account) if not broken(trail))
        files = [one for one in done.files if one.account == account.id and one.region == SIGN_IN_REGION]
        assert sorted(one.trail.rpartition("/")[2] for one in files) == wanted, account.name


@only("fortress")
def test_the_fortress_rings(seeded: Seeded):
    """One sign-in of its own root rings twice: by the rule where root signs in, by the alarm where the trail lives."""
    lab, world = seeded
    queues = {}
    for region in (SIGN_IN_REGION, world.region):
        topic = f"arn:aws:sns:{region}:{world.management.id}:root-alerts"
        sqs, sns = (api(lab, name, world.management, region) for name in ("sqs", "sns"))
        url = sqs.create_queue(QueueName="heard")["QueueUrl"]
        arn = f"arn:aws:sqs:{region}:{world.management.id}:heard"
        statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = {"Statement": [statement | {"Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        queues[region] = sqs, url
    alarms = api(lab, "cloudwatch", world.management, world.region)
    alarms.set_alarm_state(AlarmName="root-usage", StateValue="OK", StateReason="the tests before have rung it")
    record = lab.sign_in(world.management.id, ok=False)

    def heard(region: str) -> list[dict]:
        sqs, url = queues[region]
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(one["Body"]) for one in found]

    (event,), (alarm,) = heard(SIGN_IN_REGION), heard(world.region)
    assert event["detail"] == record
    assert (alarm["AlarmName"], alarm["NewStateValue"]) == ("root-usage", "ALARM")
