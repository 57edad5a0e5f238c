"""Whether a policy lets an AWS service do something for somebody: the check behind every delivery.

Sources: IAM User Guide, "AWS global condition context keys" (aws:SourceArn, aws:SourceAccount, aws:SourceOrgID);
Amazon SQS Developer Guide and Amazon SNS Developer Guide, examples of policies for services.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import Role, iam_backends

from rootwarden.lab.membership import organization_of
from rootwarden.lab.policy_check import allowed_by, denied_by, trusted_by

Context = dict[str, str]


def source_context(arn: str, account: str) -> Context:
    """Return what a request made by a service for a resource carries: ARN and account of it, and its organization."""
    context = {
        "aws:sourcearn": arn,
        "aws:sourceaccount": account,
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
    }
    organization = organization_of(account)
    if organization is not None and organization.org is not None:
        context["aws:sourceorgid"] = organization.org.id
    return context


def lets_in(policy: str | None, principals: set[str], action: str, resource: str, context: Context) -> bool:
    """Return whether the policy of a resource allows `action` to one of the principals; no policy allows nothing."""
    if not policy:
        return False
    return trusted_by(json.loads(policy), principals, action, context, resource)


def admits(policy: str | None, service: str, role: str, action: str, resource: str, context: Context) -> bool:
    """Return whether a resource admits a service, by itself or with a role that was checked before.

    A role of the resource's own account needs nothing more; a role of another account needs the policy to name it.
    """
    if not role:
        return lets_in(policy, {service}, action, resource, context)
    account = role.split(":")[4]
    if account == resource.split(":")[4]:
        return True
    return lets_in(policy, {role, account, f"arn:aws:iam::{account}:root"}, action, resource, {})


def role_may(role_arn: str, service: str, action: str, resource: str) -> str:
    """Return why a service cannot do `action` with this role, "" when it can."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    iam = iam_backends[account]["aws"]
    role = next((one for one in iam.roles.values() if one.name == name), None)
    if role is None:
        return f"the role {role_arn} does not exist"
    trust = json.loads(role.assume_role_policy_document)
    if not trusted_by(trust, {service}, "sts:AssumeRole", {"aws:sourceaccount": account}):
        return f"the role {role_arn} does not trust {service}"
    documents = [_document(text) for text in _policies_of(role)]
    if any(denied_by(one, action, resource, {}) for one in documents):
        return f"a policy of the role {role_arn} denies {action}"
    if not any(allowed_by(one, action, resource, {}) for one in documents):
        return f"no policy of the role {role_arn} allows {action} on {resource}"
    return ""


def _policies_of(role: Role) -> list[Any]:
    """Return the inline policies of a role, and the default versions of its managed ones."""
    managed = (
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    )
    return [*role.policies.values(), *managed]


def _document(text: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text) if isinstance(text, str) else text
    return document
