"""Every fact Rootwarden can know: which calls answer it, which IAM actions they need, whether AWS charges for them.

Permissions, `explain`, the generated IAM policy and every "missing permission" derive from this one table.
Sources: the AWS service authorization reference and botocore's service models.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct


class Scope(StrEnum):
    """What one fact, or one finding, is about."""

    WORKSPACE = "workspace"
    ORG = "org"
    ACCOUNT = "account"
    REGION = "region"
    RESOURCE = "resource"


class Fact(Struct, frozen=True):
    """One row: name, scope, API calls (service.Operation), IAM actions, and whether the calls cost money.

    What is read `on_request` is no part of an audit: only those who need it name it. Of a `personal` one, which holds
    names, addresses or telephone numbers of people, a message says which field differs and never how it reads.
    """

    name: str
    scope: Scope
    calls: tuple[str, ...]
    permissions: tuple[str, ...]
    paid: bool = False
    on_request: bool = False
    personal: bool = False


_ROWS = (
    Fact("account.identity", Scope.ACCOUNT, ("sts.GetCallerIdentity",), ()),
    Fact("iam.account_summary", Scope.ACCOUNT, ("iam.GetAccountSummary",), ("iam:GetAccountSummary",)),
    Fact(
        "iam.credential_report",
        Scope.ACCOUNT,
        ("iam.GenerateCredentialReport", "iam.GetCredentialReport"),
        ("iam:GenerateCredentialReport", "iam:GetCredentialReport"),
    ),
    Fact(
        "root.privileged_audit",
        Scope.ACCOUNT,
        (
            "sts.AssumeRoot",
            "iam.GetLoginProfile",
            "iam.ListAccessKeys",
            "iam.GetAccessKeyLastUsed",
            "iam.ListMFADevices",
            "iam.ListSigningCertificates",
        ),
        ("sts:AssumeRoot",),
    ),
    Fact("iam.virtual_mfa_devices", Scope.ACCOUNT, ("iam.ListVirtualMFADevices",), ("iam:ListVirtualMFADevices",)),
    Fact("iam.org_features", Scope.ORG, ("iam.ListOrganizationsFeatures",), ("iam:ListOrganizationsFeatures",)),
    Fact(
        "iam.authorization",
        Scope.ACCOUNT,
        ("iam.GetAccountAuthorizationDetails",),
        ("iam:GetAccountAuthorizationDetails",),
    ),
    Fact("iam.password_policy", Scope.ACCOUNT, ("iam.GetAccountPasswordPolicy",), ("iam:GetAccountPasswordPolicy",)),
    Fact(
        "iam.user_credentials",
        Scope.ACCOUNT,
        ("iam.GetLoginProfile", "iam.ListAccessKeys", "iam.ListMFADevices", "iam.ListSigningCertificates"),
        ("iam:GetLoginProfile", "iam:ListAccessKeys", "iam:ListMFADevices", "iam:ListSigningCertificates"),
        on_request=True,
    ),
    Fact("iam.named_policies", Scope.ACCOUNT, ("iam.GetPolicy",), ("iam:GetPolicy",), on_request=True),
    Fact(
        "iam.saml_providers",
        Scope.ACCOUNT,
        ("iam.ListSAMLProviders", "iam.ListOpenIDConnectProviders"),
        ("iam:ListSAMLProviders", "iam:ListOpenIDConnectProviders"),
    ),
    Fact("sso.instances", Scope.ORG, ("sso-admin.ListInstances",), ("sso:ListInstances",)),
    Fact(
        "sso.permission_sets",
        Scope.ORG,
        (
            "sso-admin.ListPermissionSetsProvisionedToAccount",
            "sso-admin.ListManagedPoliciesInPermissionSet",
            "sso-admin.ListAccountAssignments",
            "sso-admin.DescribePermissionSet",
        ),
        (
            "sso:ListPermissionSetsProvisionedToAccount",
            "sso:ListManagedPoliciesInPermissionSet",
            "sso:ListAccountAssignments",
            "sso:DescribePermissionSet",
        ),
    ),
    Fact(
        "sso.directory",
        Scope.ORG,
        (
            "identitystore.ListUsers",
            "identitystore.ListGroups",
            "identitystore.ListGroupMemberships",
            "sso-admin.ListPermissionSets",
            "sso-admin.DescribePermissionSet",
            "sso-admin.ListManagedPoliciesInPermissionSet",
            "sso-admin.GetInlinePolicyForPermissionSet",
            "sso-admin.ListAccountsForProvisionedPermissionSet",
            "sso-admin.ListAccountAssignments",
        ),
        (
            "identitystore:ListUsers",
            "identitystore:ListGroups",
            "identitystore:ListGroupMemberships",
            "sso:ListPermissionSets",
            "sso:DescribePermissionSet",
            "sso:ListManagedPoliciesInPermissionSet",
            "sso:GetInlinePolicyForPermissionSet",
            "sso:ListAccountsForProvisionedPermissionSet",
            "sso:ListAccountAssignments",
        ),
        on_request=True,
        personal=True,
    ),
    Fact(
        "account.regions",
        Scope.ACCOUNT,
        ("account.ListRegions", "ec2.DescribeRegions"),
        ("account:ListRegions", "ec2:DescribeRegions"),
    ),
    Fact(
        "account.contacts",
        Scope.ACCOUNT,
        ("account.GetAlternateContact", "account.GetContactInformation"),
        ("account:GetAlternateContact", "account:GetContactInformation"),
        personal=True,
    ),
    # Street and telephone number of a person: read only for whoever is to change them, and kept out of every audit.
    Fact(
        "account.contact_information",
        Scope.ACCOUNT,
        ("account.GetContactInformation",),
        ("account:GetContactInformation",),
        on_request=True,
        personal=True,
    ),
    Fact(
        "account.primary_email",
        Scope.ACCOUNT,
        ("account.GetPrimaryEmail",),
        ("account:GetPrimaryEmail",),
        personal=True,
    ),
    Fact(
        "org.organization", Scope.ORG, ("organizations.DescribeOrganization",), ("organizations:DescribeOrganization",)
    ),
    Fact("org.accounts", Scope.ORG, ("organizations.ListAccounts",), ("organizations:ListAccounts",)),
    Fact(
        "org.tree",
        Scope.ORG,
        (
            "organizations.ListRoots",
            "organizations.ListOrganizationalUnitsForParent",
            "organizations.ListAccountsForParent",
        ),
        (
            "organizations:ListRoots",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListAccountsForParent",
        ),
    ),
    Fact(
        "org.scps",
        Scope.ORG,
        ("organizations.ListPolicies", "organizations.DescribePolicy"),
        ("organizations:ListPolicies", "organizations:DescribePolicy"),
    ),
    Fact(
        "org.attachments", Scope.ORG, ("organizations.ListTargetsForPolicy",), ("organizations:ListTargetsForPolicy",)
    ),
    Fact(
        "org.service_access",
        Scope.ORG,
        ("organizations.ListAWSServiceAccessForOrganization",),
        ("organizations:ListAWSServiceAccessForOrganization",),
    ),
    Fact(
        "org.delegated_admins",
        Scope.ORG,
        ("organizations.ListDelegatedAdministrators", "organizations.ListDelegatedServicesForAccount"),
        ("organizations:ListDelegatedAdministrators", "organizations:ListDelegatedServicesForAccount"),
    ),
    Fact(
        "cloudtrail.trails",
        Scope.REGION,
        ("cloudtrail.DescribeTrails", "cloudtrail.GetTrailStatus", "cloudtrail.GetEventSelectors"),
        ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"),
    ),
    Fact(
        "cloudtrail.event_rate",
        Scope.REGION,
        ("cloudtrail.LookupEvents",),
        ("cloudtrail:LookupEvents",),
        on_request=True,
    ),
    Fact(
        "s3.buckets",
        Scope.ACCOUNT,
        (
            "s3.GetBucketAcl",
            "s3.GetBucketPolicy",
            "s3.GetBucketPolicyStatus",
            "s3.GetPublicAccessBlock",
            "s3.GetBucketOwnershipControls",
            "s3.GetBucketVersioning",
            "s3.GetObjectLockConfiguration",
            "s3.GetBucketLogging",
            "s3.GetBucketLifecycleConfiguration",
            "s3control.GetPublicAccessBlock",
            "s3.ListBuckets",
        ),
        (
            "s3:GetBucketAcl",
            "s3:GetBucketPolicy",
            "s3:GetBucketPolicyStatus",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketVersioning",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketLogging",
            "s3:GetLifecycleConfiguration",
            "s3:GetAccountPublicAccessBlock",
            "s3:ListAllMyBuckets",
        ),
    ),
    Fact("kms.keys", Scope.REGION, ("kms.DescribeKey", "kms.GetKeyPolicy"), ("kms:DescribeKey", "kms:GetKeyPolicy")),
    Fact("logs.log_groups", Scope.REGION, ("logs.DescribeLogGroups",), ("logs:DescribeLogGroups",)),
    Fact("logs.metric_filters", Scope.REGION, ("logs.DescribeMetricFilters",), ("logs:DescribeMetricFilters",)),
    Fact("cloudwatch.alarms", Scope.REGION, ("cloudwatch.DescribeAlarms",), ("cloudwatch:DescribeAlarms",)),
    Fact(
        "events.rules",
        Scope.REGION,
        ("events.ListRules", "events.ListTargetsByRule"),
        ("events:ListRules", "events:ListTargetsByRule"),
    ),
    Fact(
        "sns.topics",
        Scope.REGION,
        ("sns.GetTopicAttributes", "sns.ListSubscriptionsByTopic", "sns.GetSubscriptionAttributes"),
        ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes"),
    ),
    Fact(
        "accessanalyzer.analyzers", Scope.REGION, ("accessanalyzer.ListAnalyzers",), ("access-analyzer:ListAnalyzers",)
    ),
    Fact(
        "guardduty.detectors",
        Scope.REGION,
        ("guardduty.ListDetectors", "guardduty.GetDetector"),
        ("guardduty:ListDetectors", "guardduty:GetDetector"),
    ),
    Fact(
        "guardduty.findings",
        Scope.REGION,
        ("guardduty.ListFindings", "guardduty.GetFindings"),
        ("guardduty:ListFindings", "guardduty:GetFindings"),
    ),
    Fact("budgets.budgets", Scope.ACCOUNT, ("budgets.DescribeBudgets",), ("budgets:ViewBudget",)),
    Fact("budgets.notifications", Scope.ACCOUNT, ("budgets.DescribeNotificationsForBudget",), ("budgets:ViewBudget",)),
    Fact(
        "budgets.subscribers", Scope.ACCOUNT, ("budgets.DescribeSubscribersForNotification",), ("budgets:ViewBudget",)
    ),
    Fact("ce.cost", Scope.ACCOUNT, ("ce.GetCostAndUsage",), ("ce:GetCostAndUsage",), paid=True),
    Fact("ce.anomaly_monitors", Scope.ACCOUNT, ("ce.GetAnomalyMonitors",), ("ce:GetAnomalyMonitors",), paid=True),
    Fact(
        "ce.anomaly_subscriptions",
        Scope.ACCOUNT,
        ("ce.GetAnomalySubscriptions",),
        ("ce:GetAnomalySubscriptions",),
        paid=True,
    ),
    Fact(
        "usage.services",
        Scope.ACCOUNT,
        ("ce.GetCostAndUsage", "cloudtrail.LookupEvents"),
        ("ce:GetCostAndUsage", "cloudtrail:LookupEvents"),
        paid=True,
    ),
    Fact(
        "activity.root_events",
        Scope.ACCOUNT,
        ("cloudtrail.LookupEvents", "s3.GetObject"),
        ("cloudtrail:LookupEvents", "s3:GetObject"),
    ),
    Fact("policy.document", Scope.WORKSPACE, (), ()),
    Fact("policy.people", Scope.WORKSPACE, (), ()),
    Fact("policy.attestations", Scope.WORKSPACE, (), ()),
    Fact("policy.waivers", Scope.WORKSPACE, (), ()),
    Fact("breakglass.windows", Scope.WORKSPACE, (), ()),
    Fact("evidence.ledger", Scope.WORKSPACE, (), ()),
    Fact("snapshot.errors", Scope.WORKSPACE, (), ()),
)

FACTS = MappingProxyType({row.name: row for row in _ROWS})


def calls_and_permissions(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the first call and all IAM actions of a fact, for the mark that stands where it could not be read."""
    row = FACTS[name]
    return (row.calls[0] if row.calls else ""), row.permissions
