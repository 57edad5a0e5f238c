"""What a call needs by AWS's own tables: its action, what it is about, and further actions that its parameters bring.

Written from the Service Authorization Reference and the operations' API references, apart from the product's table of
writes, so that both must agree. Only calls that change something, and only services that plans write to, are told in
full; for others the resource is not known, and any resource element of a policy matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from msgspec import Struct

from rootwarden.lab.actions import action_of
from rootwarden.lab.call import Call

Parameters = Mapping[str, Any]


class Need(Struct, frozen=True):
    """One action that must be allowed, on this ARN (None: it is not known), in this context."""

    action: str
    resource: str | None = None
    context: Mapping[str, str] = {}


def needs_of(call: Call) -> tuple[Need, ...]:
    """Return all that a call needs; the first is the action it is known by."""
    action, parameters = action_of(call.service, call.operation), call.parameters()
    context = _context(call, parameters)
    found = [Need(action, one, context | _tags_of(call, one)) for one in _about(call, parameters) or (None,)]
    return (*found, *_further(call, parameters, found[0].resource, context))


def _about(call: Call, given: Parameters) -> list[str]:
    """Return the ARNs that a call which changes something is about; all of them must be allowed."""
    if call.operation.startswith(("Get", "List", "Describe", "Head", "Lookup")):
        return []
    places = _RESOURCES.get(call.service)
    found = places(call, given) if places is not None else ()
    return [one for one in found if one]


def _budget(call: Call, given: Parameters) -> Iterator[str]:
    whole = given.get("Budget") or given.get("NewBudget") or {}
    name = given.get("BudgetName") or whole.get("BudgetName")
    yield f"arn:aws:budgets::{call.account}:budget/{name}"


def _iam(call: Call, given: Parameters) -> Iterator[str]:
    """What is done to a policy, a device, a role, a group or a user: the first of them that the call names."""
    if call.operation == "DeleteVirtualMFADevice":
        yield str(given.get("SerialNumber"))
    elif given.get("PolicyArn") and not call.operation.startswith(("Attach", "Detach")):
        yield str(given["PolicyArn"])
    else:
        name, kind = next(((given[name], kind) for name, kind in _IAM_NAMES.items() if given.get(name)), ("", ""))
        if name:
            yield _iam_arn(call, kind, str(name), str(given.get("Path") or "/"))


_IAM_NAMES = {"RoleName": "role", "GroupName": "group", "UserName": "user", "PolicyName": "policy"}


def _iam_arn(call: Call, kind: str, name: str, path: str) -> str:
    """Return the ARN that IAM keeps, with the path that only it knows; of what is yet to be made the one it will be."""
    backend = iam_backends[call.account]["aws"]
    kept: dict[str, Mapping[str, Any]] = {"role": backend.roles, "user": backend.users, "group": backend.groups}
    held = next((str(one.arn) for one in kept.get(kind, {}).values() if one.name == name), "")
    return held or f"arn:aws:iam::{call.account}:{kind}{path}{name}"


def _kms(call: Call, given: Parameters) -> Iterator[str]:
    start = f"arn:aws:kms:{call.region}:{call.account}"
    if given.get("AliasName"):
        yield f"{start}:{given['AliasName']}"
    key = str(given.get("KeyId") or given.get("TargetKeyId") or "")
    if not key and given.get("AliasName"):
        keys = kms_backends[call.account][call.region].keys.values()
        key = next((one.id for one in keys if given["AliasName"] in one.aliases), "")
    if key:
        yield key if key.startswith("arn:") else f"{start}:key/{key}"


def _at(form: str, *names: str) -> Callable[[Call, Parameters], Iterator[str]]:
    """Return the ARN of this form with the first of these parameters that is given, or that parameter, if it is one."""

    def place(call: Call, given: Parameters) -> Iterator[str]:
        name = next((str(given[one]) for one in names if given.get(one)), "")
        if name.startswith("arn:"):
            yield name
        elif name:
            yield form.format(account=call.account, region=call.region, name=name)

    return place


_RESOURCES: dict[str, Callable[[Call, Parameters], Iterator[str]]] = {
    "accessanalyzer": _at("arn:aws:access-analyzer:{region}:{account}:analyzer/{name}", "analyzerName"),
    "budgets": _budget,
    "ce": _at("", "MonitorArn", "SubscriptionArn"),
    "cloudtrail": _at("arn:aws:cloudtrail:{region}:{account}:trail/{name}", "Name", "TrailName"),
    "cloudwatch": _at("arn:aws:cloudwatch:{region}:{account}:alarm:{name}", "AlarmName"),
    "events": _at("arn:aws:events:{region}:{account}:rule/{name}", "Rule", "Name"),
    "guardduty": _at("arn:aws:guardduty:{region}:{account}:detector/{name}", "DetectorId"),
    "iam": _iam,
    "kms": _kms,
    "logs": _at("arn:aws:logs:{region}:{account}:log-group:{name}", "logGroupName"),
    "s3": _at("arn:aws:s3:::{name}", "Bucket"),
    "sns": _at("arn:aws:sns:{region}:{account}:{name}", "TopicArn", "Name"),
}


def _context(call: Call, given: Parameters) -> dict[str, str]:
    """Return the condition keys that the request itself brings."""
    tags = given.get("Tags") or given.get("ResourceTags") or ()
    pairs = ((one.get("Key", one.get("TagKey")), one.get("Value", one.get("TagValue"))) for one in tags if one)
    found = {f"aws:requesttag/{key}".lower(): str(value) for key, value in pairs if key}
    if call.service == "iam" and given.get("PolicyArn") and call.operation.startswith(("Attach", "Detach")):
        found["iam:policyarn"] = str(given["PolicyArn"])
    if call.service == "organizations" and given.get("ServicePrincipal"):
        found["organizations:serviceprincipal"] = str(given["ServicePrincipal"])
    return found


def _tags_of(call: Call, arn: str | None) -> dict[str, str]:
    """Return the tags by which KMS judges a key that is there."""
    if arn is None or ":key/" not in arn:
        return {}
    kept = kms_backends[call.account][call.region].tagger.get_tag_dict_for_resource(arn.rpartition("/")[2])
    return {f"aws:resourcetag/{key}".lower(): str(value) for key, value in kept.items()}


# Further actions by call: the parameter that brings them.
_BROUGHT: dict[str, dict[str, tuple[str, ...]]] = {
    "iam.CreateRole": {"Tags": ("iam:TagRole",)},
    "iam.CreateUser": {"Tags": ("iam:TagUser",)},
    "iam.CreatePolicy": {"Tags": ("iam:TagPolicy",)},
    "sns.CreateTopic": {"Tags": ("sns:TagResource",)},
    "kms.CreateKey": {"Tags": ("kms:TagResource",)},
    "cloudwatch.PutMetricAlarm": {"Tags": ("cloudwatch:TagResource",)},
    "events.PutRule": {"Tags": ("events:TagResource",)},
    "logs.CreateLogGroup": {"tags": ("logs:TagResource",)},
    "budgets.CreateBudget": {"ResourceTags": ("budgets:TagResource",)},
    "cloudtrail.CreateTrail": {"TagsList": ("cloudtrail:AddTags",)},
    "sso-admin.CreatePermissionSet": {"Tags": ("sso:TagResource",)},
    "s3.CreateBucket": {
        "ObjectOwnership": ("s3:PutBucketOwnershipControls",),
        "ObjectLockEnabledForBucket": ("s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"),
    },
}
# Services that make the role which they work as with the right of whoever asks.
_LINKED = {
    "guardduty.CreateDetector": "guardduty.amazonaws.com",
    "accessanalyzer.CreateAnalyzer": "access-analyzer.amazonaws.com",
}
_CLOUDTRAIL = "cloudtrail.amazonaws.com"
_OF_ORGANIZATION = ("DescribeOrganization", "ListAccounts", "ListAWSServiceAccessForOrganization")
_ASSIGNING = ("sso-admin.CreateAccountAssignment", "sso-admin.DeleteAccountAssignment")
_SSO_ROLE = ("CreateRole", "AttachRolePolicy", "PutRolePolicy", "GetRole", "DeleteRole", "DeleteRolePolicy")


def _further(call: Call, given: Parameters, resource: str | None, context: Mapping[str, str]) -> Iterator[Need]:
    name = f"{call.service}.{call.operation}"
    for parameter, actions in _BROUGHT.get(name, {}).items():
        if given.get(parameter):
            made = f"arn:aws:kms:{call.region}:{call.account}:key/yet-to-be-made" if call.service == "kms" else resource
            yield from (Need(action, made, context) for action in actions)
    if name in _LINKED:
        yield _linked(call, _LINKED[name])
    if name in ("cloudtrail.CreateTrail", "cloudtrail.UpdateTrail"):
        role = given.get("CloudWatchLogsRoleArn")
        if role:
            yield Need("iam:PassRole", str(role), {"iam:passedtoservice": _CLOUDTRAIL})
        if given.get("IsOrganizationTrail"):
            yield _linked(call, _CLOUDTRAIL)
            yield from (Need(f"organizations:{one}") for one in _OF_ORGANIZATION)
    # In the management account Identity Center has no role of its own, and acts by the rights of whoever asks.
    if name in _ASSIGNING and given.get("TargetId") == call.account:
        role = f"arn:aws:iam::{call.account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_made"
        yield from (Need(f"iam:{one}", role) for one in _SSO_ROLE)


def _linked(call: Call, service: str) -> Need:
    arn = f"arn:aws:iam::{call.account}:role/aws-service-role/{service}/AWSServiceRole"
    return Need("iam:CreateServiceLinkedRole", arn, {"iam:awsservicename": service})
