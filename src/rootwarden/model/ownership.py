"""Who looks after a resource: what a stack, a landing zone or Terraform made is theirs, and not changed behind them.

Sources: CloudFormation User Guide, "Resource tags" (aws:cloudformation:*); Control Tower User Guide, "Resources created
in the shared accounts"; Terraform documentation, "State" (format 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from rootwarden.errors import InputError
from rootwarden.model.plan import Change

_STACK, _STACK_ID = "aws:cloudformation:stack-name", "aws:cloudformation:stack-id"
# Tags that people set by habit, and words in their values that name a tool which would undo what it did not do itself.
_HABITS = frozenset(("managedby", "managed", "provisioner", "provisionedby", "createdby", "iac", "tool", "terraform"))
_TOOLS = ("terraform", "opentofu", "terragrunt", "pulumi", "cdk", "cloudformation", "crossplane", "landing zone")
_MEMBERS = frozenset(("iam.AddUserToGroup", "iam.RemoveUserFromGroup"))
# How resources of a landing zone are called.
_NAMES = {
    "aws-controltower": "Control Tower",
    "awscontroltower": "Control Tower",
    "stackset-awscontroltower": "Control Tower",
    "awsaccelerator": "the Landing Zone Accelerator",
    "aws-landing-zone": "the AWS Landing Zone",
    "stackset-": "a CloudFormation StackSet",
}


def owner_by_tags(tags: Mapping[str, str]) -> str:
    """Return in words who looks after a resource with these tags, "" if they name nobody."""
    if _STACK in tags or _STACK_ID in tags:
        return f"the CloudFormation stack {tags.get(_STACK) or tags[_STACK_ID]}"
    for key, value in tags.items():
        habit = key.rsplit(":", 1)[-1].lower().replace("-", "").replace("_", "").replace(" ", "")
        if habit not in _HABITS:
            continue
        tool = next((one for one in _TOOLS if one in value.lower()), "")
        if tool or (habit == "terraform" and value.lower() not in ("", "false", "no", "0")):
            return f"{tool or 'terraform'} (tag {key} = {value})"
    return ""


def owner_by_name(arn: str) -> str:
    """Return in words which landing zone a resource belongs to by its name, "" if by none."""
    parts = arn.split(":", 5)[-1].lower().replace(":", "/").split("/")
    found = (owner for part in parts for start, owner in _NAMES.items() if part.startswith(start))
    return next(found, "")


def untold(change: Change) -> Iterator[str]:
    """Go through the notes on what a change touches whose owner cannot be read: IAM groups have no tags.

    One that the change makes is nobody's yet, and who is in a group is not the group's (CloudFormation Template
    Reference, AWS::IAM::UserToGroupAddition). CloudFormation API Reference, DescribeStackResources.
    """
    made = {step.call.parameters.get("GroupName") for step in change.steps if step.call.name == "iam.CreateGroup"}
    told = (step for step in change.steps if step.call.name not in _MEMBERS)
    names = {arn.rpartition("/")[2] for step in told for arn in step.on if ":group/" in arn and ":iam::" in arn}
    for name in sorted(names - made):
        yield (
            f"nobody looked whether a stack made the group {name}, because IAM groups have no tags: in each Region, "
            f"`aws cloudformation describe-stack-resources --physical-resource-id {name}` tells"
        )


def terraform_resources(data: bytes, file: str) -> dict[str, str]:
    """Return what a Terraform state says it looks after: {ARN or bucket ARN: the resource's address}.

    Raises:
        InputError: it is no state, or of another format than 4.
    """
    todo = "name a file that `terraform state pull` wrote"
    try:
        state = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is no Terraform state", why=str(error), todo=todo) from error
    if not isinstance(state, dict) or state.get("version") != 4 or not isinstance(state.get("resources"), list):
        raise InputError(f"{file} is no Terraform state of format 4", todo=todo)
    return {arn: address for one in state["resources"] for arn, address in _named(one)}


def _named(resource: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(resource, dict) or resource.get("mode") != "managed":
        return
    address = f"{resource.get('type')}.{resource.get('name')}"
    for instance in resource.get("instances") or ():
        attributes = instance.get("attributes") if isinstance(instance, dict) else None
        if not isinstance(attributes, dict):
            continue
        if isinstance(attributes.get("arn"), str):
            yield attributes["arn"], address
        bucket = attributes.get("bucket")
        if isinstance(bucket, str):  # a policy or a lifecycle of a bucket is a resource of its own
            yield from ((f"arn:{partition}:s3:::{bucket}", address) for partition in ("aws", "aws-cn", "aws-us-gov"))
