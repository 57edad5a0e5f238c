"""Organizations: which AWS services are trusted, and which member administers which of them.

Source: Organizations User Guide, "AWS services that you can use with AWS Organizations"; the reasons of refusals are
those of ConstraintViolationException in the API reference.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import unix_time
from moto.organizations.models import FakeDelegatedAdministrator, FakeServiceAccess
from moto.organizations.responses import OrganizationsResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.membership import trusts

_NEWER = (
    *("aidevops", "artifact", "bcm-data-exports", "billing", "billing-cost-management", "cost-optimization-hub"),
    *("customer-profiles", "ebs-copy", "health", "iam", "inspector", "malware-protection.guardduty"),
    *(
        "member.org.stacksets.cloudformation",
        "networkmanager",
        "notifications",
        "observabilityadmin",
        "opsdatasync.ssm",
    ),
    *(
        "q",
        "resource-explorer-2",
        "securitylake",
        "signin",
        "ssm-quicksetup",
        "ssm-guiconnect",
        "support",
        "supportplans",
    ),
    *("user-subscriptions", "vpc-lattice", "wickr"),
)
_KNOWN = frozenset({*FakeServiceAccess.TRUSTED_SERVICES, *(f"{name}.amazonaws.com" for name in _NEWER)})


class ServiceAccess(OrganizationsResponse):
    """moto's list of services is old: it knows neither iam nor a delegated cloudtrail."""

    def enable_aws_service_access(self) -> str:
        """Turn trusted access on; doing it twice changes nothing."""
        organization, principal = self.organizations_backend, self._principal()
        if not trusts(organization, principal):
            organization.services.append({"ServicePrincipal": principal, "DateEnabled": unix_time()})
        return "{}"

    def disable_aws_service_access(self) -> str:
        """Turn trusted access off, unless a member still administers the service."""
        organization, principal = self.organizations_backend, self._principal()
        if any(principal in admin.services for admin in organization.admins):
            text = "You have delegated administrator/s for this service. De-register them in order to disable it."
            raise _constraint(text, "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE")
        organization.services = [one for one in organization.services if one["ServicePrincipal"] != principal]
        return "{}"

    def register_delegated_administrator(self) -> str:
        """Let a member administer a trusted service."""
        organization, principal = self.organizations_backend, self._principal()
        account_id = self._get_param("AccountId")
        if account_id == organization.account_id:
            text = "You cannot register the management account as a delegated administrator."
            raise _constraint(text, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR")
        account = organization.get_account_by_id(account_id)
        if not trusts(organization, principal):
            text = "You must enable trusted access for the service before you register a delegated administrator."
            raise _constraint(text, "SERVICE_ACCESS_NOT_ENABLED")
        admin = next((one for one in organization.admins if one.account.id == account_id), None)
        if admin is not None and principal in admin.services:
            text = "The account is already a delegated administrator of this service."
            raise AwsError("AccountAlreadyRegisteredException", text)
        if admin is None:
            admin = FakeDelegatedAdministrator(account)
            organization.admins.append(admin)
        admin.services[principal] = {"ServicePrincipal": principal, "DelegationEnabledDate": unix_time()}
        return "{}"

    def list_delegated_administrators(self) -> str:
        """List delegated administrators, of one service if it is named."""
        organization, principal = self.organizations_backend, self._get_param("ServicePrincipal")
        if principal and principal not in _KNOWN:
            raise _unknown_principal()
        found = [one.describe() for one in organization.admins if not principal or principal in one.services]
        return json.dumps(_page(found, "DelegatedAdministrators", self.request_params))

    def list_aws_service_access_for_organization(self) -> str:
        """List trusted services in pages."""
        return json.dumps(_page(self.organizations_backend.services, "EnabledServicePrincipals", self.request_params))

    def _principal(self) -> str:
        principal = str(self._get_param("ServicePrincipal"))
        if principal not in _KNOWN:
            raise _unknown_principal()
        return principal


def _unknown_principal() -> AwsError:
    text = "You specified an unrecognized service principal."
    return AwsError("InvalidInputException", text, Reason="UNRECOGNIZED_SERVICE_PRINCIPAL")


def _constraint(text: str, reason: str) -> AwsError:
    return AwsError("ConstraintViolationException", text, Reason=reason)


def _page(rows: list[Any], member: str, asked: dict[str, Any]) -> dict[str, Any]:
    start, most = int(asked.get("NextToken") or 0), int(asked.get("MaxResults") or 20)
    token = {"NextToken": str(start + most)} if len(rows) > start + most else {}
    return {member: rows[start : start + most]} | token
