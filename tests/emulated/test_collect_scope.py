"""Which accounts are visited and who reads what they share: closed accounts, foreign topics, buckets that are gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.collect.sns import _without_token
from rootwarden.aws.hop import assume_role, role_arn
from rootwarden.aws.opening import Way, open_aws
from rootwarden.aws.targets import Roles, target
from rootwarden.lab.server import Lab
from tests.emulated.collecting import ONE_REGION, collected, sign_in
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, organize  # noqa: F401

ROLE = "OrganizationAccountAccessRole"
REGION = "eu-west-1"
STATES = {
    "SUSPENDED": "account_suspended",
    "PENDING_CLOSURE": "account_pending_closure",
    "CLOSED": "account_closed",
    "PENDING_ACTIVATION": "account_not_yet_active",
}


@pytest.fixture(autouse=True)
def _signed_in(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with all rights works in the management account."""
    sign_in(monkeypatch, lab, MANAGEMENT)


def api(lab: Lab, service: str, account: str = MANAGEMENT) -> Any:
    """Return a client in an account and the Region of the test."""
    return client(lab, service, entry(lab, account), REGION)


def test_closed_accounts_are_not_entered(lab: Lab, tmp_path: Path) -> None:
    """A closed account is in the snapshot, every fact marked with its state, and nobody tries to enter it."""
    gone, alive = organize(lab, "gone", "alive")
    api(lab, "organizations").close_account(AccountId=gone)
    states = {one["Id"]: one["State"] for one in api(lab, "organizations").list_accounts()["Accounts"]}
    read = collected(tmp_path, org=True, role=ROLE, regions=ONE_REGION)
    whys = {value["_unknown"]["why"] for value in read.accounts[gone].values()}
    assert states[gone] != "ACTIVE"
    assert whys == {STATES[states[gone]]}
    assert read.accounts[alive]["iam.account_summary"]["Users"] == 0
    assert (read.result.accounts_read, read.result.accounts_expected) == (2, 3)
    assert {one["Id"]: one["State"] for one in read.organization["org.accounts"]} == states
    tried = [
        record["requestParameters"]["roleArn"]
        for record in lab.records(MANAGEMENT)
        if record["eventName"] == "AssumeRole"
    ]
    assert not any(gone in arn for arn in tried)


@pytest.mark.parametrize("state", [*STATES, "ACTIVE"])
def test_only_active_accounts_are_entered(state: str) -> None:
    """Every state but ACTIVE bars the door with a reason of its own; the caller's own account needs no role."""
    found = target("222233334444", state, MANAGEMENT, Roles("Audit", {"222233334444": "path/Special"}))
    assert (found.barred.why if found.barred else "") == STATES.get(state, "")
    assert found.role == ("" if state in STATES else "path/Special")
    assert target(MANAGEMENT, "ACTIVE", MANAGEMENT, Roles()).role == ""


def test_who_asked_is_kept(lab: Lab, tmp_path: Path) -> None:
    """The account of the caller, or of the role that was assumed before anything else."""
    (member,) = organize(lab, "member")
    assert collected(tmp_path, regions=ONE_REGION).snapshot.header.caller == MANAGEMENT
    inside = collected(tmp_path, regions=ONE_REGION, role_arn=f"arn:aws:iam::{member}:role/{ROLE}")
    assert inside.snapshot.header.caller == member


def test_a_topic_of_another_account_is_read_by_its_owner(lab: Lab, tmp_path: Path) -> None:
    """An alarm names a topic elsewhere: its owner reads it; a topic that is gone has no attributes."""
    app, ops = organize(lab, "app", "ops")
    sns = api(lab, "sns", ops)
    topic = sns.create_topic(Name="pager")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    api(lab, "cloudwatch", app).put_metric_alarm(
        AlarmName="root", MetricName="RootUsage", Namespace="X", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic, topic + "-gone"],
    )  # fmt: skip
    read = collected(tmp_path, org=True, role=ROLE, regions=ONE_REGION)
    found = {item["TopicArn"]: item for item in read.accounts[app]["sns.topics"]}
    assert found[topic]["attributes"]["Policy"]["Statement"]
    assert [one["Protocol"] for one in found[topic]["subscriptions"]] == ["email"]
    assert found[topic + "-gone"] == {
        "region": REGION, "TopicArn": topic + "-gone", "attributes": None, "subscriptions": [],
    }  # fmt: skip
    assert read.accounts[ops]["sns.topics"] == []


def test_a_bucket_that_is_gone_is_null(lab: Lab, tmp_path: Path) -> None:
    """A trail names a deleted bucket: null in the trail's account. One of a stranger is not claimed to be gone."""
    (stranger,) = organize(lab, "stranger")
    s3, trails = api(lab, "s3"), api(lab, "cloudtrail")
    where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    for owner, name in ((MANAGEMENT, "logs-gone"), (MANAGEMENT, "logs-here"), (stranger, "logs-elsewhere")):
        bucket = api(lab, "s3", owner)
        bucket.create_bucket(Bucket=name, **where)
        bucket.put_bucket_policy(Bucket=name, Policy=_for_trails(name))
        trails.create_trail(Name=name, S3BucketName=name)
    s3.delete_bucket(Bucket="logs-gone")
    alone = collected(tmp_path, regions=ONE_REGION).accounts[MANAGEMENT]["s3.buckets"]
    assert alone["logs-gone"] is None
    assert alone["logs-here"]["policy"]["Statement"]
    assert "logs-elsewhere" not in alone
    both = collected(tmp_path, org=True, role=ROLE, regions=ONE_REGION).accounts
    assert set(both[stranger]["s3.buckets"]) == {"logs-elsewhere"}


def _for_trails(bucket: str) -> str:
    allow = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [allow | {"Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}],
        }
    )


def test_rule_targets_carry_no_passwords(lab: Lab, tmp_path: Path) -> None:
    """Of a target only what tells whom it reaches is kept; what is sent instead of the event may hold secrets."""
    events = api(lab, "events")
    events.put_rule(Name="root", EventPattern='{"source": ["aws.signin"]}')
    cluster = f"arn:aws:ecs:{REGION}:{MANAGEMENT}:cluster/c"
    definition = f"arn:aws:ecs:{REGION}:{MANAGEMENT}:task-definition/t:1"
    secret = '{"containerOverrides": [{"environment": [{"name": "P", "value": "hunter2"}]}]}'
    events.put_targets(
        Rule="root",
        Targets=[{"Id": "1", "Arn": cluster, "Input": secret, "EcsParameters": {"TaskDefinitionArn": definition}}],
    )
    (rule,) = collected(tmp_path, regions=ONE_REGION).accounts[MANAGEMENT]["events.rules"]
    assert rule["targets"] == [{"Id": "1", "Arn": cluster, "HasInput": True}]


def test_web_hooks_lose_their_path() -> None:
    """A web hook's path often is its password: what stays tells endpoints apart and names the host."""
    hook = "https://user:pw@events.example.com:8443/integration/0123abcd/enqueue?key=1"
    shown = _without_token(hook)
    assert shown.startswith("https://events.example.com:8443/...")
    assert not any(word in shown for word in ("pw", "0123abcd", "key"))
    assert _without_token(hook + "2") != shown
    assert _without_token("ops@example.com") == "ops@example.com"
    assert _without_token("https://example.com/") == "https://example.com/"


def test_credentials_of_a_hop_are_renewed(lab: Lab) -> None:
    """When the session of a member nears its end the next call assumes the role anew, without being asked to."""
    (app,) = organize(lab, "app")
    caller = open_aws(Way(), SystemClock()).ask
    inside = assume_role(caller, role_arn("aws", app, ROLE))
    inside.call("iam", "GetAccountSummary")
    before = inside._credentials.get_frozen_credentials().access_key
    inside._credentials._expiry_time = SystemClock().now()  # type: ignore[attr-defined]
    inside.call("iam", "GetAccountSummary")
    assert inside._credentials.get_frozen_credentials().access_key != before
