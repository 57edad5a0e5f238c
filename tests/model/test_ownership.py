"""Who looks after a resource, by its tags, its name, or the state of Terraform."""

from __future__ import annotations

import json

import pytest

from rootwarden.errors import InputError
from rootwarden.model.ownership import owner_by_name, owner_by_tags, terraform_resources, untold
from rootwarden.model.plan import Call, Change, Risk, Step


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"aws:cloudformation:stack-name": "logging"}, "the CloudFormation stack logging"),
        ({"managed-by": "Terraform Cloud"}, "terraform (tag managed-by = Terraform Cloud)"),
        ({"ManagedBy": "cdk"}, "cdk (tag ManagedBy = cdk)"),
        ({"terraform": "true"}, "terraform (tag terraform = true)"),
        ({"acme:iac": "pulumi"}, "pulumi (tag acme:iac = pulumi)"),
        ({"terraform": "false"}, ""),
        ({"managed-by": "alice"}, ""),
        ({"note": "was in terraform once"}, ""),
        ({"rootwarden:managed": "people"}, ""),
        ({}, ""),
    ],
)
def test_by_tags(tags: dict[str, str], owner: str):
    """Tags that tools set, and those that people set by habit."""
    assert owner_by_tags(tags) == owner


@pytest.mark.parametrize(
    ("arn", "owner"),
    [
        ("arn:aws:cloudtrail:eu-west-1:111122223333:trail/aws-controltower-BaselineCloudTrail", "Control Tower"),
        ("arn:aws:s3:::aws-controltower-logs-111122223333-eu-west-1", "Control Tower"),
        ("arn:aws:iam::111122223333:role/AWSControlTowerExecution", "Control Tower"),
        ("arn:aws:iam::111122223333:role/stacksets/StackSet-logging", "a CloudFormation StackSet"),
        ("arn:aws:sns:us-east-1:111122223333:AWSAccelerator-alerts", "the Landing Zone Accelerator"),
        ("arn:aws:s3:::my-aws-controltower-notes", ""),
        ("arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", ""),
    ],
)
def test_by_name(arn: str, owner: str):
    """By how landing zones call what they make."""
    assert owner_by_name(arn) == owner


def test_by_the_state_of_terraform():
    """ARNs of what it manages; data sources are nobody's; a policy makes its bucket Terraform's."""
    state = {
        "version": 4,
        "resources": [
            {"mode": "managed", "type": "aws_cloudtrail", "name": "main",
             "instances": [{"attributes": {"arn": "arn:aws:cloudtrail:eu-west-1:1:trail/main"}}]},
            {"mode": "data", "type": "aws_caller_identity", "name": "me", "instances": [{"attributes": {"arn": "x"}}]},
            {"mode": "managed", "type": "aws_s3_bucket_policy", "name": "logs",
             "instances": [{"attributes": {"bucket": "logs"}}, {"attributes": None}]},
        ],
    }  # fmt: skip
    assert terraform_resources(json.dumps(state).encode(), "main.tfstate") == {
        "arn:aws:cloudtrail:eu-west-1:1:trail/main": "aws_cloudtrail.main",
        **{f"arn:{part}:s3:::logs": "aws_s3_bucket_policy.logs" for part in ("aws", "aws-cn", "aws-us-gov")},
    }


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"version": 3, "resources": []}', b'{"version": 4}'])
def test_what_is_no_state_is_refused(data: bytes):
    """By name, with what to do."""
    with pytest.raises(InputError, match=r"main\.tfstate is no Terraform state"):
        terraform_resources(data, "main.tfstate")


GROUP = "arn:aws:iam::111122223333:group/staff/admins"


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        (("AttachGroupPolicy",), 1),
        (("AttachGroupPolicy", "PutGroupPolicy"), 1),
        (("CreateGroup", "AttachGroupPolicy"), 0),
        (("AddUserToGroup",), 0),
        (("RemoveUserFromGroup",), 0),
        (("AddUserToGroup", "AttachGroupPolicy"), 1),
    ],
)
def test_of_a_group_nobody_can_tell(operations: tuple[str, ...], said: int):
    """It has no tags; of one that is made just now, and of who is in it, there is nothing to tell."""
    steps = (
        Step(id=one, does="", on=(GROUP,), call=Call(service="iam", operation=one, parameters={"GroupName": "admins"}))
        for one in operations
    )
    change = Change(id="c", remedy="r", title="", why="", account="111122223333", risk=Risk.CAREFUL, steps=tuple(steps))
    notes = list(untold(change))
    assert len(notes) == said
    assert all("made the group admins" in one and "--physical-resource-id admins" in one for one in notes)
