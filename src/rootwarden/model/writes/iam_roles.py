"""Roles: what makes a way into an account, or lets a service of AWS write, and takes it away."""

from __future__ import annotations

from rootwarden.model.write import Write

_GONE = ("NoSuchEntity",)
ROWS = (
    Write(call="iam.CreateRole", action="iam:CreateRole", again=False),
    Write(call="iam.DeleteRole", action="iam:DeleteRole", gone=_GONE),
    Write(call="iam.PutRolePolicy", action="iam:PutRolePolicy"),
    Write(call="iam.DeleteRolePolicy", action="iam:DeleteRolePolicy", gone=_GONE),
    Write(call="iam.AttachRolePolicy", action="iam:AttachRolePolicy"),
    Write(call="iam.DetachRolePolicy", action="iam:DetachRolePolicy", gone=_GONE),
)
LOOKS = {
    "iam.GetRole": ("iam:GetRole",),
    "iam.ListAttachedRolePolicies": ("iam:ListAttachedRolePolicies",),
    "iam.ListInstanceProfilesForRole": ("iam:ListInstanceProfilesForRole",),
    "iam.ListRolePolicies": ("iam:ListRolePolicies",),
}
