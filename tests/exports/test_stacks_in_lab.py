"""Exported templates, made into stacks in the lab: everything comes to be, and the findings pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

from rootwarden.catalogue.remedying import remedies
from rootwarden.errors import InputError
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import apply
from rootwarden.model.findings import Status
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import _open_lab, client, entry
from tests.exports.sample_plans import (
    ACCOUNT,
    BUCKET,
    LOG_BUCKET,
    OTHER,
    REGION,
    TRAIL,
    alarm,
    detectors,
    money,
    no_trail,
    people,
    plan,
    validation,
)
from tests.exports.stacks import REMEDY, TRAILS, bare, findings, planned, stacked, text

__all__ = ["_open_lab"]


def see(lab: Lab, service: str, operation: str, **asked: Any) -> Any:
    """Return the answer to a call in the account."""
    return getattr(client(lab, service, entry(lab, ACCOUNT), REGION), operation)(**asked)


def _all_pass(lab: Lab, folder: Path) -> None:
    lab.deliver()
    found = findings(folder, *TRAILS)
    assert {one.code for one in found if one.status is Status.PASS} == set(TRAILS)
    wrong = [(one.code, one.status, one.message) for one in found if one.status is Status.FAIL]
    assert not wrong


def test_an_account_without_a_trail_gets_one_by_a_stack(
    open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RW-TRAIL-01 to 07 pass once the stack is made, and nothing is done twice where the bucket has to be first."""
    bare(open_lab)
    sign_in(monkeypatch, open_lab, ACCOUNT)
    before = findings(tmp_path, *TRAILS)
    assert [one.code for one in before if one.status is Status.FAIL] == ["RW-TRAIL-01"]
    stack = stacked(open_lab, plan(no_trail()))
    assert list(stack.resources)[-1] == "Trail"
    _all_pass(open_lab, tmp_path)


@pytest.mark.skipif(REMEDY not in {*remedies()}, reason=f"the remedy {REMEDY} is not there")
def test_what_the_remedy_declares_is_whole(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan for an account without a trail, made by the remedies themselves, says all of it as code."""
    bare(open_lab)
    sign_in(monkeypatch, open_lab, ACCOUNT)
    real = planned(tmp_path, *TRAILS, settings={REMEDY: {"admin": "role/Admin"}})
    assert len(real.changes) == 1
    template = text(real, "cloudformation")
    assert "Not done by the stack" not in template
    stacked(open_lab, real)
    _all_pass(open_lab, tmp_path)


@pytest.fixture(name="lab")
def _lab(open_lab: Lab) -> Lab:
    open_lab.reset()
    return open_lab


def test_trail_and_buckets_read_as_declared(lab: Lab) -> None:
    """What the template says is what S3 and CloudTrail answer."""
    stack = stacked(lab, plan(no_trail()))
    trail = see(lab, "cloudtrail", "get_trail", Name=TRAIL)["Trail"]
    assert trail["KmsKeyId"].endswith(stack.resources["TrailKey"].ref)
    assert trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"]
    assert see(lab, "cloudtrail", "get_trail_status", Name=TRAIL)["IsLogging"]
    lock = see(lab, "s3", "get_object_lock_configuration", Bucket=BUCKET)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}
    (rule,) = see(lab, "s3", "get_bucket_lifecycle_configuration", Bucket=BUCKET)["Rules"]
    assert rule["Filter"] == {"Prefix": "AWSLogs/"}
    assert (rule["Expiration"], rule["NoncurrentVersionExpiration"]) == ({"Days": 2557}, {"NoncurrentDays": 400})
    logging = see(lab, "s3", "get_bucket_logging", Bucket=BUCKET)["LoggingEnabled"]
    assert logging == {"TargetBucket": LOG_BUCKET, "TargetPrefix": "trail/"}
    tags = see(lab, "s3", "get_bucket_tagging", Bucket=BUCKET)["TagSet"]
    assert tags == [{"Key": "rootwarden", "Value": "trail"}]


def test_alarm_topic_rule_and_writer_read_as_declared(lab: Lab) -> None:
    """A filter with its alarm, a rule with its target, a topic with its policy, a role with a path."""
    stack = stacked(lab, plan(alarm()))
    topic = stack.resources["RootTopic"].ref
    (ringing,) = see(lab, "cloudwatch", "describe_alarms")["MetricAlarms"]
    assert (ringing["AlarmActions"], ringing["Threshold"]) == ([topic], 1.0)
    (counting,) = see(lab, "logs", "describe_metric_filters")["metricFilters"]
    assert counting["metricTransformations"][0]["defaultValue"] == 0
    (target,) = see(lab, "events", "list_targets_by_rule", Rule="rootwarden-root")["Targets"]
    assert target["Arn"] == topic
    policy = json.loads(see(lab, "sns", "get_topic_attributes", TopicArn=topic)["Attributes"]["Policy"])
    assert {one["Resource"] for one in policy["Statement"]} == {topic}
    role = see(lab, "iam", "get_role", RoleName="rootwarden-trail-to-logs")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/rootwarden/rootwarden-trail-to-logs"
    inline = see(lab, "iam", "get_role_policy", RoleName="rootwarden-trail-to-logs", PolicyName="write")
    (statement,) = inline["PolicyDocument"]["Statement"]
    assert statement["Resource"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:rootwarden/trail:*"


def test_people_and_money_read_as_declared(lab: Lab) -> None:
    """The group holds its policies and the user; the budget tells whom it should."""
    budget = plan(*(one for one in (people(), _only_types(money(), "AWS::Budgets"))))
    stacked(lab, budget)
    group = see(lab, "iam", "get_group", GroupName="people")
    assert [one["UserName"] for one in group["Users"]] == ["ada"]
    attached = see(lab, "iam", "list_attached_group_policies", GroupName="people")["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == ["read-self"]
    policy = see(lab, "iam", "get_group_policy", GroupName="people", PolicyName="gate")["PolicyDocument"]
    assert policy["Statement"][0]["Condition"] == {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    (made,) = see(lab, "budgets", "describe_budgets", AccountId=ACCOUNT)["Budgets"]
    assert float(made["BudgetLimit"]["Amount"]) == 250
    asked = {"AccountId": ACCOUNT, "BudgetName": "rootwarden-monthly"}
    (told,) = see(lab, "budgets", "describe_notifications_for_budget", **asked)["Notifications"]
    (mail,) = see(lab, "budgets", "describe_subscribers_for_notification", **asked, Notification=told)["Subscribers"]
    assert mail == {"SubscriptionType": "EMAIL", "Address": "billing@example.com"}


def _only_types(change: Any, *beginnings: str) -> Any:
    declares = tuple(one for one in change.declares if one.type.startswith(beginnings))
    return msgspec.structs.replace(change, declares=declares)


@pytest.mark.parametrize(
    ("change", "service", "operation"),
    [
        (detectors(), "accessanalyzer", "list_analyzers"),
        (money(), "ce", "get_anomaly_monitors"),
    ],
    ids=["detectors", "money"],
)
def test_services_that_the_lab_may_lack(lab: Lab, change: Any, service: str, operation: str) -> None:
    """A stack of them is made, or the lab says of itself that it does not implement the call: nothing is skipped."""
    try:
        see(lab, service, operation)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NotImplemented"
        with pytest.raises(ClientError, match="does not implement"):
            stacked(lab, plan(change))
        return
    stack = stacked(lab, plan(change))
    assert set(stack.resources) == {one.name for one in change.declares}


def test_a_bucket_elsewhere_says_where(lab: Lab) -> None:
    """In every Region but us-east-1 a bucket is made with its Region as location."""
    only = _only_types(no_trail(), "AWS::S3::Bucket")
    abroad = msgspec.structs.replace(only, region="eu-west-1")
    stacked(lab, plan(abroad), "eu-west-1")
    assert see(lab, "s3", "get_bucket_location", Bucket=BUCKET)["LocationConstraint"] == "eu-west-1"


def test_what_exists_is_not_created(lab: Lab) -> None:
    """A stack of a plan that changes a trail makes no trail: what only fills a template is refused here."""
    with pytest.raises(InputError, match="WaitConditionHandle"):
        stacked(lab, plan(validation()))


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"BucketName": "b", "AccessControl": "Private"}, "AccessControl"),
        (
            {"BucketName": "bucket", "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "TagFilters": []}]}},
            "TagFilters",
        ),
    ],
)
def test_unknown_properties_are_refused(lab: Lab, properties: dict[str, Any], named: str) -> None:
    """A property that nobody sets is an error, in a rule of the life cycle too."""
    template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    with pytest.raises(InputError, match=named):
        apply(json.dumps(template), {}, Hands(lab.endpoint), OTHER, REGION)


def test_join_and_literal_braces(lab: Lab) -> None:
    """Fn::Join joins, and ${!x} in a Sub is text."""
    outputs = {
        "Joined": {"Value": {"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}},
        "Text": {"Value": {"Fn::Sub": "${AWS::Region} ${!aws:username}"}},
    }
    stack = apply(json.dumps({"Resources": {}, "Outputs": outputs}), {}, Hands(lab.endpoint), ACCOUNT, REGION)
    assert stack.outputs == {"Joined": f"a-{REGION}", "Text": f"{REGION} ${{aws:username}}"}


def test_one_plan_of_several_changes_is_one_stack(lab: Lab) -> None:
    """Changes that need each other only by name are made in the order in which they need each other."""
    stack = stacked(lab, plan(no_trail(), alarm(), people()))
    assert len(stack.resources) == len({*stack.resources}) == 18
