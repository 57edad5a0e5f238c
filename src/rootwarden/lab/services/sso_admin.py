"""IAM Identity Center: instances that exist only once made, and permission sets provisioned by being assigned.

One liberty: AWS makes the organization's instance only in the console, here CreateInstance makes it too.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ssoadmin.models import Instance, ManagedPolicy, PermissionSet, SSOAdminBackend, ssoadmin_backends
from moto.ssoadmin.responses import SSOAdminResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.managed_policies import document_of
from rootwarden.lab.membership import administers, organization_of
from rootwarden.lab.sso_roles import provision

_PRINCIPAL = "sso.amazonaws.com"
_MADE = "made in the lab"  # moto has an instance in every account and Region; only named ones count


class SsoAdmin(SSOAdminResponse):
    """moto has an instance in every account and Region, and provisions nothing."""

    @property
    def ssoadmin_backend(self) -> SSOAdminBackend:
        """Return the instance's home: the managing account's for those who administer the service."""
        organization = organization_of(self.current_account, self.partition)
        delegated = organization is not None and administers(self.current_account, organization, _PRINCIPAL)
        owner = organization.account_id if organization is not None and delegated else self.current_account
        backend: SSOAdminBackend = ssoadmin_backends[owner][self.region]
        return backend

    def create_instance(self) -> ActionResult:
        """Make the one instance of this account, in this Region."""
        if any(_made(ssoadmin_backends[self.current_account][region]) for region in self._regions()):
            raise AwsError("ConflictException", "An instance already exists in this account.")
        instance = self.ssoadmin_backend.instances[0]
        instance.name = self._get_param("Name") or _MADE
        return ActionResult({"InstanceArn": instance.instance_arn})

    def list_instances(self) -> Any:
        """List the instance of this Region, if one was made."""
        return ActionResult({"Instances": [one.to_json() for one in _made(self.ssoadmin_backend)]})

    def create_permission_set(self) -> Any:
        """Make a permission set in an instance that exists."""
        self._instance()
        return super().create_permission_set()

    def attach_managed_policy_to_permission_set(self) -> Any:
        """Attach an AWS managed policy; moto does not find those with a path (`job-function/Billing`)."""
        self._instance()
        wanted, arn = self._permission_set(), str(self._get_param("ManagedPolicyArn"))
        if document_of(arn) is None:
            raise AwsError("ResourceNotFoundException", f"Policy does not exist with ARN: {arn}")
        if any(one.arn == arn for one in wanted.managed_policies):
            raise AwsError("ConflictException", f"The permission set already has the policy {arn}")
        wanted.managed_policies.append(ManagedPolicy(arn, arn.rpartition("/")[2]))
        return EmptyResult()

    def create_account_assignment(self) -> Any:
        """Assign a permission set, which puts its role into the account."""
        self._instance()
        wanted = self._permission_set()
        answer = super().create_account_assignment()
        provision(str(self._get_param("TargetId")), self.region, wanted, self.partition)
        return answer

    def describe_permission_set(self) -> Any:
        """Return one permission set."""
        self._instance()
        return super().describe_permission_set()

    def list_permission_sets_provisioned_to_account(self) -> Any:
        """List the permission sets somebody is assigned to in the account."""
        self._instance()
        account, backend = self._get_param("AccountId"), self.ssoadmin_backend
        arns = [one.permission_set_arn for one in backend.account_assignments if one.target_id == account]
        return ActionResult(self._page("PermissionSets", list(dict.fromkeys(arns))))

    def list_accounts_for_provisioned_permission_set(self) -> Any:
        """List the accounts in which somebody is assigned to the permission set."""
        self._instance()
        arn, backend = self._get_param("PermissionSetArn"), self.ssoadmin_backend
        accounts = [one.target_id for one in backend.account_assignments if one.permission_set_arn == arn]
        return ActionResult(self._page("AccountIds", list(dict.fromkeys(accounts))))

    def _page(self, member: str, rows: list[str]) -> dict[str, Any]:
        start, size = int(self._get_param("NextToken") or 0), int(self._get_param("MaxResults") or 100)
        more = {"NextToken": str(start + size)} if start + size < len(rows) else {}
        return {member: rows[start : start + size], **more}

    def _instance(self) -> Instance:
        wanted = self._get_param("InstanceArn")
        for instance in _made(self.ssoadmin_backend):
            if instance.instance_arn == wanted:
                return instance
        raise AwsError("ResourceNotFoundException", f"Instance {wanted} does not exist.")

    def _permission_set(self) -> PermissionSet:
        wanted = self._get_param("PermissionSetArn")
        for one in self.ssoadmin_backend.permission_sets:
            if one.permission_set_arn == wanted:
                return one
        raise AwsError("ResourceNotFoundException", f"Permission set {wanted} does not exist.")

    def _regions(self) -> list[str]:
        return list(ssoadmin_backends[self.current_account])


def _made(backend: SSOAdminBackend) -> list[Instance]:
    return [instance for instance in backend.instances if instance.name is not None]
