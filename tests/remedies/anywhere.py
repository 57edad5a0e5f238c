"""What a plan's policy may allow on any resource without a condition, each with its reason; nothing else may stand so.

Sources: the Service Authorization Reference of each service, column "Resource types".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_NO_RESOURCE = "AWS knows no resource for it, and no condition that would narrow it"
_ID_LATER = "AWS knows no resource for it: a subscription has no ARN that a policy could name"
_ORGANIZATION = "it is about the whole organization, for which AWS knows no resource"
_ACCOUNT = "it is about the whole account, for which IAM knows no resource"
ANYWHERE = {
    "ce:CreateAnomalyMonitor": "it is made without a name that a policy could hold, and without tags",
    "ce:CreateAnomalySubscription": "it is made without a name that a policy could hold, and without tags",
    "cloudtrail:ListTrails": _NO_RESOURCE,
    "cloudtrail:LookupEvents": _NO_RESOURCE,
    "cloudwatch:DescribeAlarmsForMetric": _NO_RESOURCE,
    "events:ListEventBuses": _NO_RESOURCE,
    "events:ListRuleNamesByTarget": _NO_RESOURCE,
    "guardduty:CreateDetector": "a detector is made without a name, and an account has one in a Region",
    "guardduty:ListDetectors": _NO_RESOURCE,
    "guardduty:ListFilters": _NO_RESOURCE,
    "guardduty:ListMembers": _NO_RESOURCE,
    "guardduty:ListPublishingDestinations": _NO_RESOURCE,
    "iam:DeleteAccountPasswordPolicy": _ACCOUNT,
    "iam:DisableOrganizationsRootCredentialsManagement": _ORGANIZATION,
    "iam:DisableOrganizationsRootSessions": _ORGANIZATION,
    "iam:EnableOrganizationsRootCredentialsManagement": _ORGANIZATION,
    "iam:EnableOrganizationsRootSessions": _ORGANIZATION,
    "iam:ListOrganizationsFeatures": _ORGANIZATION,
    "iam:ListPolicies": _NO_RESOURCE,
    "iam:ListRoles": _NO_RESOURCE,
    "iam:UpdateAccountPasswordPolicy": _ACCOUNT,
    "kms:ListAliases": _NO_RESOURCE,
    "kms:ListKeys": _NO_RESOURCE,
    "logs:DescribeLogGroups": _NO_RESOURCE,
    "organizations:DescribeOrganization": _ORGANIZATION,
    "organizations:ListAWSServiceAccessForOrganization": _ORGANIZATION,
    "organizations:ListAccounts": _ORGANIZATION,
    "organizations:ListDelegatedAdministrators": _ORGANIZATION,
    "s3:ListAllMyBuckets": _NO_RESOURCE,
    "sns:Unsubscribe": _ID_LATER,
    "tag:GetResources": _NO_RESOURCE,
}


def unbound(statements: Iterable[dict[str, Any]]) -> set[str]:
    """Return the actions that stand on any resource without a condition, and may not."""
    free = (one for one in statements if "*" in one["Resource"] and "Condition" not in one)
    return {action for one in free for action in one["Action"]} - ANYWHERE.keys()
