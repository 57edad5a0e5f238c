"""Roles: what makes a way into an account, or lets a service of AWS write, and takes it away."""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_GONE = ("NoSuchEntity",)
_THIS = {"ArnEquals": {"iam:PolicyARN": "{PolicyArn}"}}
ROWS = (
    Write(
        call="iam.CreateRole",
        action="iam:CreateRole",
        also=(Right(action="iam:TagRole", given="Tags"),),
        again=False,
    ),
    Write(call="iam.DeleteRole", action="iam:DeleteRole", gone=_GONE),
    Write(call="iam.PutRolePolicy", action="iam:PutRolePolicy"),
    Write(call="iam.DeleteRolePolicy", action="iam:DeleteRolePolicy", gone=_GONE),
    Write(call="iam.AttachRolePolicy", action="iam:AttachRolePolicy", only=_THIS),
    Write(call="iam.DetachRolePolicy", action="iam:DetachRolePolicy", only=_THIS, gone=_GONE),
)
LOOKS = {
    "iam.GetRole": ("iam:GetRole",),
    "iam.ListAttachedRolePolicies": ("iam:ListAttachedRolePolicies",),
    "iam.ListInstanceProfilesForRole": ("iam:ListInstanceProfilesForRole",),
    "iam.ListRolePolicies": ("iam:ListRolePolicies",),
}
# A role is named without the path that its ARN has.
_ROLE = ("arn:*:iam::{account}:role/{RoleName}", "arn:*:iam::{account}:role/*/{RoleName}")
ON = {
    f"iam:{name}": _ROLE
    for name in ("GetRole", "ListAttachedRolePolicies", "ListInstanceProfilesForRole", "ListRolePolicies")
}
