"""One cheap, harmless question per API call, to learn whether the caller may ask it.

Where a call needs a resource, one is named that does not exist: AWS checks the permission first, so "not found" means
allowed. S3 is the exception (it says that a bucket is missing to anybody), so it is asked about a bucket that exists;
of KMS it is not documented, so there only a refusal tells something.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from rootwarden.aws.ask import Ask
from rootwarden.aws.refusals import DENIED, UnreadError
from rootwarden.model.readings import Unknown

_NAME = "rootwarden-doctor"
_NOT_FOUND = ("NotFound", "NotFoundException", "ResourceNotFoundException")
_NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"


class Probe(Struct, frozen=True):
    """Parameters of a call, with {account}, {region}, {partition}, {bucket}, {member}; and which errors are fine.

    `answers` are errors, without "Exception", that controls judge like any answer; `open` are those that do not tell
    whether the call is allowed.
    """

    parameters: Mapping[str, Any] = {}
    fine: tuple[str, ...] = ()
    needs: str = ""
    answers: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


class Probed(Struct, frozen=True):
    """Whether one call is allowed: `state` is "ok", "missing", "failed" or "not_probed"; `why` says more."""

    call: str
    state: str
    why: str = ""
    unknown: Unknown | None = None


def _trail(field: str) -> Probe:
    arn = "arn:{partition}:cloudtrail:{region}:{account}:trail/" + _NAME
    return Probe({field: arn}, ("TrailNotFoundException",))


def _sns(field: str, tail: str = "") -> Probe:
    return Probe({field: "arn:{partition}:sns:{region}:{account}:" + _NAME + tail}, _NOT_FOUND)


def _bucket(*fine: str) -> Probe:
    return Probe({"Bucket": "{bucket}"}, fine, "bucket")


_PARENT = Probe({"ParentId": "r-0000"}, ("ParentNotFoundException",))
_POLICY = Probe({"PolicyId": "p-FullAWSAccess"}, ("PolicyNotFoundException",))
_BUDGET = {"AccountId": "{account}", "BudgetName": _NAME}
_NOTIFICATION = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 100.0}

# IAM API Reference, ListOrganizationsFeatures: each of these says that central root access is off, or cannot be on.
_NO_FEATURES = ("ServiceAccessNotEnabled", "OrganizationNotFound", "OrganizationNotInAllFeaturesMode")

PROBES: Mapping[str, Probe] = {
    "sts.GetCallerIdentity": Probe(),
    "iam.GetAccountSummary": Probe(),
    "iam.GenerateCredentialReport": Probe(),
    "iam.GetCredentialReport": Probe({}, ("ReportNotPresent", "ReportInProgress", "ReportExpired")),
    "iam.ListVirtualMFADevices": Probe({"MaxItems": 1}),
    "iam.ListOrganizationsFeatures": Probe(answers=_NO_FEATURES),
    "iam.GetAccountAuthorizationDetails": Probe({"MaxItems": 1}),
    "iam.GetAccountPasswordPolicy": Probe({}, ("NoSuchEntity",)),
    "iam.ListSAMLProviders": Probe(),
    "iam.ListOpenIDConnectProviders": Probe(),
    "sso-admin.ListInstances": Probe(),
    "account.ListRegions": Probe({"MaxResults": 1}),
    "ec2.DescribeRegions": Probe({"DryRun": True}, ("DryRunOperation",)),
    "account.GetAlternateContact": Probe({"AlternateContactType": "SECURITY"}, _NOT_FOUND),
    "account.GetContactInformation": Probe({}, _NOT_FOUND),
    "account.GetPrimaryEmail": Probe({"AccountId": "{member}"}, (), "member"),
    "organizations.DescribeOrganization": Probe({}, ("AWSOrganizationsNotInUseException",)),
    "organizations.ListAccounts": Probe({"MaxResults": 1}),
    "organizations.ListRoots": Probe(),
    "organizations.ListOrganizationalUnitsForParent": _PARENT,
    "organizations.ListAccountsForParent": _PARENT,
    "organizations.ListPolicies": Probe({"Filter": "SERVICE_CONTROL_POLICY", "MaxResults": 1}),
    "organizations.DescribePolicy": _POLICY,
    "organizations.ListTargetsForPolicy": _POLICY,
    "organizations.ListAWSServiceAccessForOrganization": Probe({"MaxResults": 1}),
    "organizations.ListDelegatedAdministrators": Probe({"MaxResults": 1}),
    "organizations.ListDelegatedServicesForAccount": Probe(
        {"AccountId": "{account}"}, ("AccountNotRegisteredException",)
    ),
    "cloudtrail.DescribeTrails": Probe({"includeShadowTrails": False}),
    "cloudtrail.GetTrailStatus": _trail("Name"),
    "cloudtrail.GetEventSelectors": _trail("TrailName"),
    "s3.ListBuckets": Probe({"MaxBuckets": 1}),
    "s3.GetBucketAcl": _bucket(),
    "s3.GetBucketPolicy": _bucket("NoSuchBucketPolicy"),
    "s3.GetBucketPolicyStatus": _bucket("NoSuchBucketPolicy"),
    "s3.GetPublicAccessBlock": _bucket(_NO_BLOCK),
    "s3.GetBucketOwnershipControls": _bucket("OwnershipControlsNotFoundError"),
    "s3.GetBucketVersioning": _bucket(),
    "s3.GetObjectLockConfiguration": _bucket("ObjectLockConfigurationNotFoundError"),
    "s3.GetBucketLogging": _bucket(),
    "s3.GetBucketLifecycleConfiguration": _bucket("NoSuchLifecycleConfiguration"),
    "s3control.GetPublicAccessBlock": Probe({"AccountId": "{account}"}, (_NO_BLOCK,)),
    "kms.DescribeKey": Probe({"KeyId": "alias/" + _NAME}, open=_NOT_FOUND),
    "kms.GetKeyPolicy": Probe(
        {"KeyId": "00000000-0000-0000-0000-000000000000", "PolicyName": "default"}, open=_NOT_FOUND
    ),
    "logs.DescribeLogGroups": Probe({"limit": 1}),
    "logs.DescribeMetricFilters": Probe({"limit": 1}),
    "cloudwatch.DescribeAlarms": Probe({"MaxRecords": 1}),
    "events.ListRules": Probe({"Limit": 1}),
    "events.ListTargetsByRule": Probe({"Rule": _NAME}, _NOT_FOUND),
    "sns.GetTopicAttributes": _sns("TopicArn"),
    "sns.ListSubscriptionsByTopic": _sns("TopicArn"),
    "sns.GetSubscriptionAttributes": _sns("SubscriptionArn", ":00000000-0000-0000-0000-000000000000"),
    "budgets.DescribeBudgets": Probe({"AccountId": "{account}", "MaxResults": 1}),
    "budgets.DescribeNotificationsForBudget": Probe(_BUDGET, _NOT_FOUND),
    "budgets.DescribeSubscribersForNotification": Probe(_BUDGET | {"Notification": _NOTIFICATION}, _NOT_FOUND),
}

# Why a call of the table of facts is never made just to see.
_NEVER = {
    "sts.AssumeRoot": "it would be root activity",
    "ce.GetCostAndUsage": "AWS charges for every call",
    "ce.GetAnomalyMonitors": "AWS charges for every call",
    "ce.GetAnomalySubscriptions": "AWS charges for every call",
}


def try_call(ask: Ask, call: str, resources: Mapping[str, str]) -> Probed:
    """Ask one question; `resources` holds names of things that exist (bucket, member), where any are known."""
    probe = PROBES.get(call)
    if probe is None:
        return Probed(call, "not_probed", _NEVER.get(call, "it needs a resource that only a reading finds"))
    if probe.needs and not resources.get(probe.needs):
        return Probed(call, "not_probed", f"there is no {probe.needs} to ask about")
    words = {"account": ask.account, "partition": ask.partition, "region": ask.reading.home, **resources}
    service, operation = call.split(".")
    parameters = {
        name: value.format(**words) if isinstance(value, str) else value for name, value in probe.parameters.items()
    }
    try:
        ask.call_or_none(probe.fine, service, operation, **parameters)
    except UnreadError as refusal:
        code = refusal.code.removesuffix("Exception")
        if code in probe.answers:
            return Probed(call, "ok", f"AWS answers {code}, which the controls judge")
        if refusal.code in probe.open:
            return Probed(call, "not_probed", "there is nothing to ask about; that it does not exist proves no right")
        state = "missing" if refusal.unknown.why == DENIED else "failed"
        return Probed(call, state, str(refusal.unknown), refusal.unknown)
    return Probed(call, "ok")
