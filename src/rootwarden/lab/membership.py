"""Which organization an account is in, and who may look into its members: asked by every cross-account service."""

from __future__ import annotations

from moto.organizations.models import OrganizationsBackend, organizations_backends


def organization_of(account: str, partition: str = "aws") -> OrganizationsBackend | None:
    """Return the organization that the account manages or belongs to, as moto keeps it; None when it is in none."""
    own: OrganizationsBackend = organizations_backends[account][partition]
    if own.org is not None:
        return own
    management, at = organizations_backends.master_accounts.get(account, ("", partition))
    found: OrganizationsBackend | None = organizations_backends[management][at] if management else None
    return found if found is not None and found.org is not None else None


def members_of(organization: OrganizationsBackend) -> set[str]:
    """Return the ids of all accounts of the organization, the managing one included."""
    return {account.id for account in organization.accounts}


def administers(account: str, organization: OrganizationsBackend, principal: str) -> bool:
    """Return whether the account may act for the whole organization in the service called `principal`.

    True for the management account, and for an account registered as delegated administrator of that service.
    """
    if organization.account_id == account:
        return True
    return any(admin.account.id == account and principal in admin.services for admin in organization.admins)


def trusts(organization: OrganizationsBackend, principal: str) -> bool:
    """Return whether the organization has trusted access turned on for the service."""
    return any(service["ServicePrincipal"] == principal for service in organization.services)
