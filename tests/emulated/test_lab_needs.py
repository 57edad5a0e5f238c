"""The lab asks for all that a call needs on AWS: further actions by its parameters, the resource, and conditions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rootwarden.lab.entry import enter
from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, organize  # noqa: F401

_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
_TAGS = [{"Key": "k", "Value": "v"}]
_KEY_TAGS = [{"TagKey": "k", "TagValue": "v"}]


def limited(lab: Lab, service: str, *statements: dict[str, Any]) -> Any:
    """Return a client that may do what these statements say."""
    session = enter(MANAGEMENT, "Admin")
    session.policies = ({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]},)
    return client(lab, service, session.credentials)


def denied(call: Any, **parameters: Any) -> str:
    """Return what AWS says that is missing; "" where the call is let through, whatever becomes of it."""
    try:
        call(**parameters)
    except Exception as error:  # noqa: BLE001 - of any service
        text = str(error)
        return text.partition("not authorized to perform: ")[2].partition(" ")[0]
    return ""


FURTHER = [
    ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": _TRUST, "Tags": _TAGS}, "iam:TagRole"),
    ("iam", "create_user", {"UserName": "u", "Tags": _TAGS}, "iam:TagUser"),
    ("kms", "create_key", {"Tags": _KEY_TAGS}, "kms:TagResource"),
    ("sns", "create_topic", {"Name": "t", "Tags": _TAGS}, "sns:TagResource"),
    ("s3", "create_bucket", {"Bucket": "b-of-needs", "ObjectOwnership": "BucketOwnerEnforced"},
     "s3:PutBucketOwnershipControls"),
    ("s3", "create_bucket", {"Bucket": "b-of-needs", "ObjectLockEnabledForBucket": True},
     "s3:PutBucketObjectLockConfiguration"),
    ("cloudtrail", "create_trail",
     {"Name": "t", "S3BucketName": "b", "CloudWatchLogsRoleArn": f"arn:aws:iam::{MANAGEMENT}:role/r",
      "CloudWatchLogsLogGroupArn": f"arn:aws:logs:us-east-1:{MANAGEMENT}:log-group:g:*"}, "iam:PassRole"),
    ("cloudtrail", "create_trail", {"Name": "t", "S3BucketName": "b", "IsOrganizationTrail": True},
     "iam:CreateServiceLinkedRole"),
    ("guardduty", "create_detector", {"Enable": True}, "iam:CreateServiceLinkedRole"),
    ("accessanalyzer", "create_analyzer", {"analyzerName": "a", "type": "ACCOUNT"}, "iam:CreateServiceLinkedRole"),
    ("sso-admin", "create_account_assignment",
     {"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef", "TargetId": MANAGEMENT,
      "TargetType": "AWS_ACCOUNT", "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-1",
      "PrincipalType": "GROUP", "PrincipalId": "11111111-2222-3333-4444-555555555555"}, "iam:CreateRole"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "parameters", "further"), FURTHER)
def test_a_parameter_brings_an_action(
    lab: Lab, service: str, operation: str, parameters: dict[str, Any], further: str
) -> None:
    """Whoever may only make the call itself is told which action is missing."""
    own = f"{_PREFIX.get(service, service)}:{operation.title().replace('_', '')}"
    made = limited(lab, service, {"Action": own, "Resource": "*"})
    assert denied(getattr(made, operation), **parameters) == further


_PREFIX = {"accessanalyzer": "access-analyzer", "sso-admin": "sso"}


def test_another_resource_is_refused(lab: Lab) -> None:
    topic = f"arn:aws:sns:us-east-1:{MANAGEMENT}:alerts"
    made = limited(lab, "sns", {"Action": "sns:CreateTopic", "Resource": topic})
    assert denied(made.create_topic, Name="alerts") == ""
    assert denied(made.create_topic, Name="others") == "sns:CreateTopic"


def test_a_key_is_judged_by_its_tags(lab: Lab) -> None:
    """One without them may not be changed, and none may be made without them."""
    everything = limited(lab, "kms", {"Action": "*", "Resource": "*"})
    ours, others = (
        everything.create_key(Tags=[{"TagKey": "for", "TagValue": value}])["KeyMetadata"]["KeyId"]
        for value in ("us", "them")
    )
    bound = limited(
        lab, "kms",
        {"Action": "kms:DisableKey", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/for": "us"}}},
        {"Action": ["kms:CreateKey", "kms:TagResource"], "Resource": "*",
         "Condition": {"StringEquals": {"aws:RequestTag/for": "us"}}},
    )  # fmt: skip
    assert denied(bound.disable_key, KeyId=ours) == ""
    assert denied(bound.disable_key, KeyId=others) == "kms:DisableKey"
    assert denied(bound.create_key, Tags=[{"TagKey": "for", "TagValue": "us"}]) == ""
    assert denied(bound.create_key) == "kms:CreateKey"


def test_another_policy_is_not_attached(lab: Lab) -> None:
    everything = limited(lab, "iam", {"Action": "*", "Resource": "*"})
    everything.create_role(RoleName="bound", AssumeRolePolicyDocument=_TRUST)
    read, write = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "AdministratorAccess"))
    bound = limited(
        lab, "iam",
        {"Action": "iam:AttachRolePolicy", "Resource": f"arn:*:iam::{MANAGEMENT}:role/bound",
         "Condition": {"ArnEquals": {"iam:PolicyARN": read}}},
    )  # fmt: skip
    assert denied(bound.attach_role_policy, RoleName="bound", PolicyArn=read) == ""
    assert denied(bound.attach_role_policy, RoleName="bound", PolicyArn=write) == "iam:AttachRolePolicy"
