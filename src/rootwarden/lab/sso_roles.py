"""What an assignment in Identity Center leaves in the account: a SAML provider and a role nobody else can assume.

Source: IAM Identity Center User Guide, "IAM roles created by IAM Identity Center" and "Referencing permission sets".
"""

from __future__ import annotations

import hashlib
import json

from moto.iam.models import IAMBackend, iam_backends
from moto.ssoadmin.models import PermissionSet

from rootwarden.lab.managed_policies import make_present

_METADATA = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://portal.sso.lab.example"/>'


def provision(account: str, region: str, wanted: PermissionSet, partition: str = "aws") -> None:
    """Create the role of a permission set in an account, with its policies; nothing happens if it is there."""
    iam: IAMBackend = iam_backends[account][partition]
    name = f"AWSReservedSSO_{wanted.name}_{_hex(account + wanted.permission_set_arn)}"
    if any(role.name == name for role in iam.roles.values()):
        return
    role = iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps(_trust(_provider(iam, account, wanted.instance_arn, partition))),
        path="/aws-reserved/sso.amazonaws.com/" + ("" if region == "us-east-1" else f"{region}/"),
        permissions_boundary=None,
        description=wanted.description or "",
        tags=[],
        max_session_duration="43200",
    )
    for policy in wanted.managed_policies:
        make_present(iam, policy.arn)
        iam.attach_role_policy(policy.arn, role.name)
    if wanted.inline_policy:
        iam.put_role_policy(role.name, "AwsSSOInlinePolicy", wanted.inline_policy)


def _provider(iam: IAMBackend, account: str, instance_arn: str, partition: str) -> str:
    name = f"AWSSSO_{_hex(account + instance_arn)}_DO_NOT_DELETE"
    if not any(one.name == name for one in iam.list_saml_providers()):
        iam.create_saml_provider(name, _METADATA)
    return f"arn:{partition}:iam::{account}:saml-provider/{name}"


def _trust(provider: str) -> dict[str, object]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
