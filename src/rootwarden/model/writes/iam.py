"""What IAM may be told: the root features of an organization, and roles by which AWS services write."""

from __future__ import annotations

from rootwarden.model.write import Write

_GONE = ("NoSuchEntity",)
ROWS = (
    Write(call="iam.CreateRole", action="iam:CreateRole", again=False),
    Write(call="iam.DeleteRole", action="iam:DeleteRole", gone=_GONE),
    Write(call="iam.PutRolePolicy", action="iam:PutRolePolicy"),
    Write(call="iam.DeleteRolePolicy", action="iam:DeleteRolePolicy", gone=_GONE),
    Write(
        call="iam.EnableOrganizationsRootCredentialsManagement",
        action="iam:EnableOrganizationsRootCredentialsManagement",
    ),
    Write(
        call="iam.DisableOrganizationsRootCredentialsManagement",
        action="iam:DisableOrganizationsRootCredentialsManagement",
    ),
    Write(call="iam.EnableOrganizationsRootSessions", action="iam:EnableOrganizationsRootSessions"),
    Write(call="iam.DisableOrganizationsRootSessions", action="iam:DisableOrganizationsRootSessions"),
)
LOOKS = {"iam.GetRole": ("iam:GetRole",)}
