"""What AWS's own policies say of all of IAM: known without their texts, which are not shown everywhere."""

from __future__ import annotations

from typing import Any

# What AWS's own policies say of all of IAM, whose texts neither Identity Center nor, while
# nobody holds them, IAM shows: these alone make an
# administrator, or take the power from one who holds them too. A test weighs the published ones.
_AWS_OWN = ":iam::aws:policy/"
KNOWN = {
    "AdministratorAccess": ("Allow", "*"),
    "IAMFullAccess": ("Allow", "iam:*"),
    **dict.fromkeys(
        (
            "AWSDenyAll", "AWSIAMIdentityCenterAllowListForIdentityContext", "AmazonSecurityLakePermissionsBoundary",
            "AmazonDataZoneEnvironmentRolePermissionsBoundary", "SageMakerStudioProjectUserRolePermissionsBoundary",
            "AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary", "root-task/IAMAuditRootUserCredentials",
            "root-task/IAMCreateRootUserPassword", "root-task/IAMDeleteRootUserCredentials",
            "root-task/S3UnlockBucketPolicy", "root-task/SQSUnlockQueuePolicy",
        ),
        ("Deny", "*"),
    ),
}  # fmt: skip
# This one grants everything under a condition that cannot be decided.
UNSURE = ("AWSMcpServiceActionsFullAccess",)


def says_of_iam(arn: str) -> dict[str, Any] | None:
    """Return a policy that says of IAM as a whole what this one of AWS's says; None: it is none, or undecided."""
    _, own, name = arn.partition(_AWS_OWN)
    if not own or name in UNSURE:
        return None
    if name not in KNOWN:
        return {"Statement": []}
    effect, action = KNOWN[name]
    return {"Statement": {"Effect": effect, "Action": action, "Resource": "*"}}
