"""Organizations: who may ask. Members may only look at their organization; delegated administrators may read.

Source: the note "You can only call this operation from ..." of each operation in the Organizations API reference.
"""

from __future__ import annotations

from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.organizations.responses import OrganizationsResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.membership import organization_of

_ANYBODY = frozenset(
    {"DescribeOrganization", "LeaveOrganization", "ListHandshakesForAccount", "DescribeEffectivePolicy"}
)
_WITHOUT_ORGANIZATION = frozenset({"CreateOrganization"})
_READS = ("Describe", "List")


class Access(OrganizationsResponse):
    """moto gives each account its own empty organization to look at."""

    @property
    def organizations_backend(self) -> OrganizationsBackend:
        """Return the organization this call may work on; refuse as AWS does where the account may not."""
        account, operation = self.current_account, self._get_action()
        found = organization_of(account, self.partition)
        if operation in _WITHOUT_ORGANIZATION:
            if found is not None:
                raise AwsError(
                    "AlreadyInOrganizationException", "The AWS account is already a member of an organization."
                )
            own: OrganizationsBackend = organizations_backends[account][self.partition]
            return own
        if found is None:
            text = "Your account is not a member of an organization."
            raise AwsError("AWSOrganizationsNotInUseException", text)
        delegated = any(admin.account.id == account and admin.services for admin in found.admins)
        if account == found.account_id or operation in _ANYBODY or (delegated and operation.startswith(_READS)):
            return found
        raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")
