"""Creates a member account under the id that a world gives it, with the administrator role AWS puts into it."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import IAMBackend, iam_backends
from moto.organizations.models import FakeAccount, OrganizationsBackend, organizations_backends

_USUAL_ROLE = "OrganizationAccountAccessRole"
_ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def create_member(organization: OrganizationsBackend, asked: dict[str, Any], wanted: str = "") -> FakeAccount:
    """Create an account from the parameters of CreateAccount; `wanted` is its id, "" for any.

    Its role (`RoleName`) trusts the managing account and carries the inline policy AdministratorAccess (AWS
    Organizations User Guide, "Accessing member accounts").
    """
    request = organization.create_account(**asked)["CreateAccountStatus"]["Id"]
    member: FakeAccount = next(one for one in organization.accounts if one.create_account_status_id == request)
    role = str(asked.get("RoleName") or _USUAL_ROLE)
    if wanted and wanted != member.id:
        _renumber(organization, member, wanted, role)
    iam: IAMBackend = iam_backends[member.id][organization.partition]
    iam.put_role_policy(role, "AdministratorAccess", json.dumps(_ADMINISTRATOR))
    return member


def _renumber(organization: OrganizationsBackend, member: FakeAccount, wanted: str, role_name: str) -> None:
    """Move a new account, in which nothing is but its role, to another id."""
    drawn = iam_backends.pop(member.id)[organization.partition].get_role(role_name)
    iam_backends[wanted][organization.partition].create_role(
        role_name=role_name,
        assume_role_policy_document=drawn.assume_role_policy_document,
        path="/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    place = organizations_backends.master_accounts.pop(member.id)
    organizations_backends.master_accounts[wanted] = place
    member.id = wanted
