"""What IAM may be told about people: users, groups, passwords, keys, policies; root's own credentials among them.

IAM answers NoSuchEntity where there is nothing to take away, which is what was wanted.
"""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_GONE = ("NoSuchEntity",)
# Whoever may attach one policy may not attach another.
_THIS = {"ArnEquals": {"iam:PolicyARN": "{PolicyArn}"}}
ROWS = (
    Write(
        call="iam.CreateUser",
        action="iam:CreateUser",
        also=(Right(action="iam:TagUser", given="Tags"),),
        again=False,
    ),
    Write(call="iam.DeleteUser", action="iam:DeleteUser", gone=_GONE, settled=_GONE),
    Write(call="iam.TagUser", action="iam:TagUser"),
    Write(call="iam.UntagUser", action="iam:UntagUser", gone=_GONE, settled=_GONE),
    Write(call="iam.CreateLoginProfile", action="iam:CreateLoginProfile", again=False),
    Write(call="iam.DeleteLoginProfile", action="iam:DeleteLoginProfile", gone=_GONE, settled=_GONE),
    # The credential report numbers a user's keys and does not name them: a step that only lists learns which is meant.
    Write(call="iam.ListAccessKeys", action="iam:ListAccessKeys"),
    Write(call="iam.UpdateAccessKey", action="iam:UpdateAccessKey", gone=_GONE, settled=_GONE),
    Write(call="iam.DeleteAccessKey", action="iam:DeleteAccessKey", gone=_GONE, settled=_GONE),
    Write(call="iam.DeactivateMFADevice", action="iam:DeactivateMFADevice", gone=_GONE, settled=_GONE),
    Write(call="iam.DeleteVirtualMFADevice", action="iam:DeleteVirtualMFADevice", gone=_GONE, settled=_GONE),
    Write(call="iam.DeleteSigningCertificate", action="iam:DeleteSigningCertificate", gone=_GONE, settled=_GONE),
    Write(call="iam.PutUserPolicy", action="iam:PutUserPolicy"),
    Write(call="iam.DeleteUserPolicy", action="iam:DeleteUserPolicy", gone=_GONE, settled=_GONE),
    Write(call="iam.DetachUserPolicy", action="iam:DetachUserPolicy", only=_THIS, gone=_GONE, settled=_GONE),
    Write(call="iam.PutUserPermissionsBoundary", action="iam:PutUserPermissionsBoundary"),
    Write(
        call="iam.DeleteUserPermissionsBoundary", action="iam:DeleteUserPermissionsBoundary", gone=_GONE, settled=_GONE
    ),
    Write(call="iam.AddUserToGroup", action="iam:AddUserToGroup"),
    Write(call="iam.RemoveUserFromGroup", action="iam:RemoveUserFromGroup", gone=_GONE, settled=_GONE),
    Write(call="iam.CreateGroup", action="iam:CreateGroup", again=False),
    Write(call="iam.DeleteGroup", action="iam:DeleteGroup", gone=_GONE, settled=_GONE),
    Write(call="iam.AttachGroupPolicy", action="iam:AttachGroupPolicy", only=_THIS),
    Write(call="iam.DetachGroupPolicy", action="iam:DetachGroupPolicy", only=_THIS, gone=_GONE, settled=_GONE),
    Write(call="iam.PutGroupPolicy", action="iam:PutGroupPolicy"),
    Write(call="iam.DeleteGroupPolicy", action="iam:DeleteGroupPolicy", gone=_GONE, settled=_GONE),
    Write(
        call="iam.CreatePolicy",
        action="iam:CreatePolicy",
        also=(Right(action="iam:TagPolicy", given="Tags"),),
        again=False,
    ),
    Write(call="iam.DeletePolicy", action="iam:DeletePolicy", gone=_GONE, settled=_GONE),
    Write(call="iam.CreatePolicyVersion", action="iam:CreatePolicyVersion", again=False),
    Write(call="iam.SetDefaultPolicyVersion", action="iam:SetDefaultPolicyVersion", gone=_GONE),
    Write(call="iam.DeletePolicyVersion", action="iam:DeletePolicyVersion", gone=_GONE, settled=_GONE),
    Write(call="iam.UpdateAccountPasswordPolicy", action="iam:UpdateAccountPasswordPolicy"),
    Write(call="iam.DeleteAccountPasswordPolicy", action="iam:DeleteAccountPasswordPolicy", gone=_GONE, settled=_GONE),
)
LOOKS = {
    "iam.ListAccessKeys": ("iam:ListAccessKeys",),
    "iam.GetAccessKeyLastUsed": ("iam:GetAccessKeyLastUsed",),
    "iam.GetUser": ("iam:GetUser",),
    "iam.GetLoginProfile": ("iam:GetLoginProfile",),
    "iam.GetGroup": ("iam:GetGroup",),
    "iam.GetPolicy": ("iam:GetPolicy",),
    "iam.ListEntitiesForPolicy": ("iam:ListEntitiesForPolicy",),
    "iam.ListMFADevices": ("iam:ListMFADevices",),
}
# A user is named without the path that its ARN has.
_USER = ("arn:*:iam::{account}:user/{UserName}", "arn:*:iam::{account}:user/*/{UserName}")
ON = {
    **{f"iam:{name}": _USER for name in ("ListAccessKeys", "GetUser", "GetLoginProfile", "ListMFADevices")},
    # By a key alone nobody knows beforehand whose it is.
    "iam:GetAccessKeyLastUsed": ("arn:*:iam::{account}:user/*",),
    "iam:GetGroup": ("arn:*:iam::{account}:group/{GroupName}", "arn:*:iam::{account}:group/*/{GroupName}"),
    "iam:GetPolicy": ("arn:*:iam::{account}:policy/{PolicyArn}",),
    "iam:ListEntitiesForPolicy": ("arn:*:iam::{account}:policy/{PolicyArn}",),
    "iam:UpdateAccountPasswordPolicy": (),
    "iam:DeleteAccountPasswordPolicy": (),
}
