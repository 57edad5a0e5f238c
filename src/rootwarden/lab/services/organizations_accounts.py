"""Organizations: accounts in pages, closed accounts, and policies that are attached only where their type is on."""

from __future__ import annotations

import json
from datetime import UTC

from moto.organizations.models import FakeRoot
from moto.organizations.responses import OrganizationsResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.members import create_member
from rootwarden.lab.seeding_header import given_in
from rootwarden.lab.state import account_state


class Accounts(OrganizationsResponse):
    """moto pages by a time that accounts may share, and closes accounts into a state AWS does not use."""

    def list_accounts(self) -> str:
        """List accounts in pages of at most 20, oldest first."""
        accounts = sorted(self.organizations_backend.accounts, key=lambda one: one.create_time)
        start, most = int(self._get_param("NextToken") or 0), self._get_int_param("MaxResults", 20)
        page = {"Accounts": [one.describe() for one in accounts[start : start + most]]}
        more = {"NextToken": str(start + most)} if len(accounts) > start + most else {}
        return json.dumps(page | more)

    def create_account(self) -> str:
        """Create a member; its root has no password and no keys (IAM User Guide, centralized root access)."""
        member = create_member(self.organizations_backend, self.request_params, given_in(self.headers).id)
        root = account_state(member.id).root
        root.password, root.created = False, member.create_time.replace(tzinfo=UTC)
        return json.dumps(member.create_account_status)

    def close_account(self) -> str:
        """Close a member: `Status` says SUSPENDED, `State` says CLOSED."""
        organization = self.organizations_backend
        wanted = self._get_param("AccountId")
        if wanted == organization.account_id:
            text = "You cannot close the management account."
            raise AwsError("ConstraintViolationException", text, Reason="CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
        organization.close_account(AccountId=wanted)
        organization.get_account_by_id(wanted).state = "CLOSED"
        return "{}"

    def create_policy(self) -> str:
        """Create a policy whose content is at least JSON."""
        _require_json(self._get_param("Content"))
        return json.dumps(self.organizations_backend.create_policy(**self.request_params))

    def update_policy(self) -> str:
        """Change a policy; new content must be at least JSON."""
        if self._get_param("Content") is not None:
            _require_json(self._get_param("Content"))
        return json.dumps(self.organizations_backend.update_policy(**self.request_params))

    def attach_policy(self) -> str:
        """Attach a policy, once its type is enabled in the root and it is not attached there yet."""
        organization = self.organizations_backend
        policy = organization.get_policy_by_id(self._get_param("PolicyId"))
        roots = (one for one in organization.ou if isinstance(one, FakeRoot))
        if not any(one["Type"] == policy.type for root in roots for one in root.policy_types):
            text = "This operation can be performed only for enabled policy types."
            raise AwsError("PolicyTypeNotEnabledException", text)
        if any(target.id == self._get_param("TargetId") for target in policy.attachments):
            text = "A policy with the specified name and type is already attached."
            raise AwsError("DuplicatePolicyAttachmentException", text)
        organization.attach_policy(**self.request_params)
        return "{}"


def _require_json(content: str) -> None:
    try:
        json.loads(content)
    except ValueError as error:
        text = "The provided policy document does not meet the requirements of the specified policy type."
        raise AwsError("MalformedPolicyDocumentException", text) from error
