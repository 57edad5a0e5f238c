"""Trails."""

from __future__ import annotations

from rootwarden.model.write import Write

_NO_TRAIL = ("TrailNotFoundException",)
ROWS = (
    Write(
        call="cloudtrail.CreateTrail",
        action="cloudtrail:CreateTrail",
        also=("cloudtrail:AddTags",),
        again=False,
    ),
    Write(call="cloudtrail.UpdateTrail", action="cloudtrail:UpdateTrail", gone=_NO_TRAIL),
    Write(call="cloudtrail.DeleteTrail", action="cloudtrail:DeleteTrail", gone=_NO_TRAIL),
    Write(call="cloudtrail.StartLogging", action="cloudtrail:StartLogging"),
    Write(call="cloudtrail.StopLogging", action="cloudtrail:StopLogging", gone=_NO_TRAIL),
    Write(call="cloudtrail.PutEventSelectors", action="cloudtrail:PutEventSelectors", gone=_NO_TRAIL),
)
LOOKS = {
    "cloudtrail.GetTrail": ("cloudtrail:GetTrail",),
    "cloudtrail.ListTrails": ("cloudtrail:ListTrails",),
}
# What AWS checks beside the call itself where the trail is an organization's (CloudTrail User Guide, "Creating a trail
# for an organization with the AWS CLI").
ALSO = (
    "iam:CreateServiceLinkedRole", "iam:GetRole", "organizations:DescribeOrganization", "organizations:ListAccounts",
    "organizations:ListAWSServiceAccessForOrganization",
)  # fmt: skip
