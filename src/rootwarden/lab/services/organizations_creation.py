"""Organizations: the organization itself, under the id and with the management account's name that a world gives it."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.organizations.responses import OrganizationsResponse

from rootwarden.lab.seeding_header import given_in


class Creation(OrganizationsResponse):
    """moto draws an id and calls every management account "master"."""

    def create_organization(self) -> Any:
        """Create an organization of which the caller's account is the managing one."""
        backend, given = self.organizations_backend, given_in(self.headers)
        backend.create_organization(self.region, **self.request_params)
        organization, management = backend.org, backend.accounts[0]
        assert organization is not None
        organization.id = management.organization_id = given.id or organization.id
        organization.master_account_email = management.email = given.email or management.email
        management.name = given.name or management.name
        parts: list[Any] = [*backend.ou, *backend.policies]
        for part in parts:
            part.organization_id = organization.id
        return ActionResult(organization.describe())
