"""What calls need from IAM: each action on what it is about, more where parameters bring more, and none else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT
from rootwarden.aws.remediate_policy import change_session_policy, plan_policy, remediate_policy
from rootwarden.errors import RefusedError
from rootwarden.model.plan import Call, Change, Risk, Step
from rootwarden.model.writes import ALSO, ON, WRITES
from rootwarden.proofs.made_bucket import MadeBucket
from rootwarden.proofs.made_key import MadeKey
from rootwarden.proofs.made_trail import MadeTrail
from rootwarden.proofs.made_trail_logs import TrailLogs
from rootwarden.proofs.policy_decision import Request, decide
from rootwarden.proofs.trail_writers import Writer
from tests.remedies.anywhere import ANYWHERE, unbound

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/rootwarden"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MADE_FOR = "record-all-management-events-01234567"


def change(*steps: Step, account: str = ACCOUNT) -> Change:
    """Return a change of these steps."""
    return Change(id=MADE_FOR, remedy="r", title="", why="", account=account, risk=Risk.CAREFUL, steps=steps)


def one(call: str, *, on: str = "*", also: tuple[str, ...] = (), **parameters: object) -> Change:
    """Return a change of one call."""
    service, operation = call.split(".")
    made = Call(service=service, operation=operation, region="eu-west-1", parameters=parameters)
    return change(Step(id="s", does="", call=made, on=(on,), also=also))


def trail(organization: str) -> Change:
    """Return the making of a trail that sends its events to CloudWatch Logs too, with buckets, key, log group, role."""
    writer = Writer(trail=TRAIL, account=ACCOUNT, organization=organization)
    trail_bucket, log_bucket = (
        MadeBucket(
            id=id_, logical=id_, name=f"rootwarden-{id_}-{ACCOUNT}-20261126100000-0123456789", account=ACCOUNT,
            region="eu-west-1", partition="aws", policy={}, lock_days=365, keep_days=1095,
        )
        for id_ in ("trail", "access-log")
    )  # fmt: skip
    key = MadeKey(change=MADE_FOR, at=NOW, trail=TRAIL, account=ACCOUNT, region="eu-west-1", partition="aws", policy={})
    logs = TrailLogs(name="rootwarden", writer=writer, days=90)
    made = MadeTrail(
        writer=writer, bucket=trail_bucket, access_log=log_bucket, key=key, logs=logs, trusts=False, now=NOW
    )
    return change(*made.steps())


def allowed(policy: object, action: str, on: str, **context: str) -> bool | None:
    """Return whether the project's own engine lets a policy do this; keys that are not named are not in the request."""
    keys = ("iam:PassedToService", "iam:AWSServiceName", f"aws:ResourceTag/{_TAG}", f"aws:RequestTag/{_TAG}")
    known: dict[str, str | None] = {name.lower(): None for name in keys}
    known |= {name.replace("__", ":").replace("_tag_", f"/{_TAG}").lower(): text for name, text in context.items()}
    return decide(policy, Request(action, on, context=known)).allowed


_TAG = "rootwarden:made-for"
_OURS = f"{MADE_FOR} {NOW:%Y-%m-%dT%H:%M:%SZ}"
_ROLE, _OTHER = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("rootwarden", "Admin"))
_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
CASES = [
    ("iam:PassRole", _ROLE, {"iam__PassedToService": "cloudtrail.amazonaws.com"}, True),
    ("iam:PassRole", _ROLE, {"iam__PassedToService": "lambda.amazonaws.com"}, False),
    ("iam:PassRole", _OTHER, {"iam__PassedToService": "cloudtrail.amazonaws.com"}, False),
    ("iam:CreateServiceLinkedRole", f"{_LINKED}/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail",
     {"iam__AWSServiceName": "cloudtrail.amazonaws.com"}, True),
    ("iam:CreateServiceLinkedRole", f"{_LINKED}/elasticbeanstalk.amazonaws.com/X",
     {"iam__AWSServiceName": "elasticbeanstalk.amazonaws.com"}, False),
    ("kms:CreateKey", "*", {"aws__RequestTag_tag_": _OURS}, True),
    ("kms:CreateKey", "*", {}, False),
    ("kms:EnableKeyRotation", KEY, {"aws__ResourceTag_tag_": _OURS}, True),
    ("kms:EnableKeyRotation", KEY, {"aws__ResourceTag_tag_": "another"}, False),
    ("kms:EnableKeyRotation", KEY, {}, False),
    ("kms:DeleteAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/payroll", {}, False),
    ("kms:PutKeyPolicy", KEY, {"aws__ResourceTag_tag_": _OURS}, False),
    ("cloudtrail:DeleteTrail", TRAIL, {}, True),
    ("cloudtrail:DeleteTrail", f"{TRAIL}-of-others", {}, False),
    ("iam:CreateRole", _ROLE, {}, True),
    ("iam:CreateRole", _OTHER, {}, False),
    ("s3:PutBucketOwnershipControls", f"arn:aws:s3:::rootwarden-trail-{ACCOUNT}-20261126100000-0123456789", {}, True),
    ("s3:PutBucketPolicy", "arn:aws:s3:::payroll", {}, False),
]  # fmt: skip


@pytest.mark.parametrize(("action", "on", "context", "may"), CASES)
def test_a_trail_of_an_organization_gives_no_right_over_what_others_made(
    action: str, on: str, context: dict[str, str], may: bool
) -> None:
    assert allowed(plan_policy((trail("o-scenescene"),)), action, on, **context) is may


@pytest.mark.parametrize("organization", ["", "o-scenescene"])
def test_nothing_that_could_be_bound_stands_on_everything(organization: str) -> None:
    assert unbound(plan_policy((trail(organization),))["Statement"]) == set()


def test_the_longest_change_of_a_member_fits_a_session_and_still_names_what_it_touches() -> None:
    text = change_session_policy(trail(""))
    assert len(text) <= SESSION_POLICY_LIMIT
    reads = ("Get", "List", "Describe")
    writes = {
        action
        for statement in json.loads(text)["Statement"]
        if "*" in statement["Resource"][:1] and "Condition" not in statement
        for action in statement["Action"]
        if not action.partition(":")[2].startswith(reads)
    }
    assert writes == set()
    for action, on, context, may in CASES:
        if not action.startswith(("iam:CreateServiceLinkedRole", "organizations:")):
            assert allowed(json.loads(text), action, on, **context) is may, (action, on)


def test_a_session_knows_by_its_name_what_aws_has_named() -> None:
    """KMS may take minutes to count the tag of a new key: its ARN, once AWS told it, needs no tag."""
    made = trail("")
    kept = {f"{step.id}.{name}": KEY for step in made.steps for name in step.keeps if step.call.service == "kms"}
    before, after = (json.loads(change_session_policy(made, one)) for one in ({}, kept))
    another = KEY.replace("1234abcd", "99999999")
    for action in ("kms:EnableKeyRotation", "kms:CreateAlias"):
        assert [allowed(one, action, KEY) for one in (before, after)] == [False, True]
        assert not allowed(after, action, another)


def test_what_no_session_can_be_told_is_refused() -> None:
    """Sooner than allowed on everything."""
    groups = (f"arn:aws:iam::{ACCOUNT}:group/{'g' * 60}-{number}" for number in range(40))
    calls = [
        Step(id=arn, does="", on=(arn,), call=Call(
            service="iam", operation="RemoveUserFromGroup", parameters={"UserName": "u", "GroupName": "g"}))
        for arn in groups
    ]  # fmt: skip
    with pytest.raises(RefusedError, match="longer than the 2048 characters"):
        change_session_policy(change(*calls))


BROUGHT = [
    ("iam.CreateRole", {"RoleName": "r", "Tags": [{"Key": "k", "Value": "v"}]}, "iam:TagRole"),
    ("iam.CreateUser", {"UserName": "u", "Tags": [{"Key": "k", "Value": "v"}]}, "iam:TagUser"),
    ("iam.CreatePolicy", {"PolicyName": "p", "Tags": [{"Key": "k", "Value": "v"}]}, "iam:TagPolicy"),
    ("kms.CreateKey", {"Tags": [{"TagKey": "k", "TagValue": "v"}]}, "kms:TagResource"),
    ("sns.CreateTopic", {"Name": "t", "Tags": [{"Key": "k", "Value": "v"}]}, "sns:TagResource"),
    ("budgets.CreateBudget", {"ResourceTags": [{"Key": "k", "Value": "v"}]}, "budgets:TagResource"),
    ("cloudwatch.PutMetricAlarm", {"AlarmName": "a", "Tags": [{"Key": "k", "Value": "v"}]}, "cloudwatch:TagResource"),
    ("events.PutRule", {"Name": "r", "Tags": [{"Key": "k", "Value": "v"}]}, "events:TagResource"),
    ("events.PutRule", {"Name": "r", "RoleArn": _ROLE}, "iam:PassRole"),
    ("logs.CreateLogGroup", {"logGroupName": "g", "tags": {"k": "v"}}, "logs:TagResource"),
    ("cloudtrail.CreateTrail", {"Name": "t", "TagsList": [{"Key": "k", "Value": "v"}]}, "cloudtrail:AddTags"),
    ("cloudtrail.CreateTrail", {"Name": "t", "CloudWatchLogsRoleArn": _ROLE}, "iam:PassRole"),
    ("cloudtrail.UpdateTrail", {"Name": TRAIL, "CloudWatchLogsRoleArn": _ROLE}, "iam:PassRole"),
    ("cloudtrail.CreateTrail", {"Name": "t", "IsOrganizationTrail": True}, "iam:CreateServiceLinkedRole"),
    ("s3.CreateBucket", {"Bucket": "b", "ObjectOwnership": "BucketOwnerEnforced"}, "s3:PutBucketOwnershipControls"),
    ("s3.CreateBucket", {"Bucket": "b", "ObjectLockEnabledForBucket": True}, "s3:PutBucketVersioning"),
    ("s3.CreateBucket", {"Bucket": "b", "ObjectLockEnabledForBucket": True}, "s3:PutBucketObjectLockConfiguration"),
    ("sso-admin.CreatePermissionSet", {"Name": "s", "Tags": [{"Key": "k", "Value": "v"}]}, "sso:TagResource"),
    ("sso-admin.CreateAccountAssignment", {"TargetId": ACCOUNT}, "iam:CreateRole"),
    ("sso-admin.DeleteAccountAssignment", {"TargetId": ACCOUNT}, "iam:DeleteRole"),
]


@pytest.mark.parametrize(("call", "parameters", "brought"), BROUGHT)
def test_a_parameter_brings_its_action_and_without_it_there_is_none(
    call: str, parameters: dict[str, object], brought: str
) -> None:
    def needed(change_: Change) -> set[str]:
        return {action for statement in plan_policy((change_,))["Statement"] for action in statement["Action"]}

    assert brought in needed(one(call, **parameters))
    assert needed(one(call)) == {WRITES[call].action}


def test_an_assignment_in_another_account_needs_nothing_of_iam() -> None:
    statements = plan_policy((one("sso-admin.CreateAccountAssignment", TargetId="222233334444"),))["Statement"]
    assert [statement["Action"] for statement in statements] == [["sso:CreateAccountAssignment"]]


def test_a_plan_of_before_is_as_narrow() -> None:
    """Its steps name `*`, and actions that the table knows better by now."""
    former = one("cloudtrail.CreateTrail", Name="t", CloudWatchLogsRoleArn=_ROLE, also=("iam:PassRole",))
    assert unbound(plan_policy((former,))["Statement"]) == set()


def test_the_role_that_applies_any_plan_may_what_every_plan_may() -> None:
    """And hands roles to services, or has them make their own, for those services only."""
    statements = remediate_policy()["Statement"]
    granted = {action for statement in statements for action in statement["Action"]}
    assert {action for row in WRITES.values() for action in row.actions} | set(ALSO) <= granted
    for action in ("iam:PassRole", "iam:CreateServiceLinkedRole"):
        assert all("Condition" in statement for statement in statements if action in statement["Action"]), action


def test_what_may_stand_on_everything_is_what_aws_knows_no_resource_for() -> None:
    """The list of exceptions and the table of resources are written apart, and agree."""
    assert {action for action in ANYWHERE if ON.get(action) != ()} == set()
