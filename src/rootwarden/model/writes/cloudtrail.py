"""Trails."""

from __future__ import annotations

from msgspec.structs import replace

from rootwarden.model.write import Right, Write, linked_role

_NO_TRAIL = ("TrailNotFoundException",)
_SERVICE = "cloudtrail.amazonaws.com"
_LINKED = linked_role(_SERVICE)
# What AWS checks beside the call itself where the trail is an organization's (CloudTrail User Guide, "Creating a trail
# for an organization with the AWS CLI").
ALSO = (
    _LINKED,
    Right(action="iam:GetRole", on=_LINKED.on),
    Right(action="organizations:DescribeOrganization"),
    Right(action="organizations:ListAccounts"),
    Right(action="organizations:ListAWSServiceAccessForOrganization"),
)
_WHOLE = tuple(replace(one, given="IsOrganizationTrail") for one in ALSO)
# The role by which a trail writes to CloudWatch Logs is handed to CloudTrail, and to nobody else.
_PASSED = Right(
    action="iam:PassRole",
    given="CloudWatchLogsRoleArn",
    on=("arn:*:iam::{account}:role/{CloudWatchLogsRoleArn}",),
    only={"StringEquals": {"iam:PassedToService": _SERVICE}},
)
ROWS = (
    Write(
        call="cloudtrail.CreateTrail",
        action="cloudtrail:CreateTrail",
        also=(Right(action="cloudtrail:AddTags", given="TagsList"), _PASSED, *_WHOLE),
        again=False,
    ),
    Write(call="cloudtrail.UpdateTrail", action="cloudtrail:UpdateTrail", also=(_PASSED, *_WHOLE), gone=_NO_TRAIL),
    Write(call="cloudtrail.DeleteTrail", action="cloudtrail:DeleteTrail", gone=_NO_TRAIL),
    Write(call="cloudtrail.StartLogging", action="cloudtrail:StartLogging"),
    Write(call="cloudtrail.StopLogging", action="cloudtrail:StopLogging", gone=_NO_TRAIL),
    Write(call="cloudtrail.PutEventSelectors", action="cloudtrail:PutEventSelectors", gone=_NO_TRAIL),
)
LOOKS = {
    "cloudtrail.GetTrail": ("cloudtrail:GetTrail",),
    "cloudtrail.ListTrails": ("cloudtrail:ListTrails",),
}
_TRAIL = ("arn:*:cloudtrail:{region}:{account}:trail/{Name}",)
ON = {
    **{
        f"cloudtrail:{name}": _TRAIL
        for name in ("CreateTrail", "AddTags", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging", "GetTrail")
    },
    "cloudtrail:PutEventSelectors": ("arn:*:cloudtrail:{region}:{account}:trail/{TrailName}",),
    "cloudtrail:ListTrails": (),
    "organizations:DescribeOrganization": (),
    "organizations:ListAccounts": (),
    "organizations:ListAWSServiceAccessForOrganization": (),
}
