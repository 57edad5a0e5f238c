"""What IAM may be told: the root features of an organization."""

from __future__ import annotations

from rootwarden.model.write import Write

ROWS = (
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
# They are about the organization, for which IAM knows no resource.
ON = {row.action: () for row in ROWS} | {"iam:ListOrganizationsFeatures": ()}
