"""IAM's centralized root access: the two features, who may list them, and who may turn them on and off.

Sources: IAM API reference, ListOrganizationsFeatures and Enable/DisableOrganizationsRoot*; the order of checks and the
messages follow observed answers of AWS: a delegated administrator may list and disable, only the management account
may enable.
"""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse
from moto.organizations.models import OrganizationsBackend

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.membership import administers, organization_of, trusts
from rootwarden.lab.state import account_state

_IAM = "iam.amazonaws.com"
_FEATURES = ("RootSessions", "RootCredentialsManagement")  # AWS lists them in this order


class CentralRootAccess(IamResponse):
    """moto has none of these operations."""

    def list_organizations_features(self) -> ActionResult:
        """List the features that are on."""
        return self._features(self._organization())

    def enable_organizations_root_credentials_management(self) -> ActionResult:
        """Let the organization audit and delete root credentials of members."""
        return self._enable("RootCredentialsManagement")

    def enable_organizations_root_sessions(self) -> ActionResult:
        """Let the organization unlock bucket and queue policies of members as root."""
        return self._enable("RootSessions")

    def disable_organizations_root_credentials_management(self) -> ActionResult:
        """Turn the feature off; sessions already issued go on."""
        return self._disable("RootCredentialsManagement")

    def disable_organizations_root_sessions(self) -> ActionResult:
        """Turn the feature off; sessions already issued go on."""
        return self._disable("RootSessions")

    def _enable(self, feature: str) -> ActionResult:
        organization = self._organization()
        if self.current_account != organization.account_id:
            text = f"Caller account {self.current_account} is not management account of the organization"
            raise AwsError("CallerIsNotManagementAccountException", f"{text} and cannot enable IAM features.")
        state = account_state(organization.account_id)
        state.root_features = [one for one in _FEATURES if one == feature or one in state.root_features]
        return self._features(organization)

    def _disable(self, feature: str) -> ActionResult:
        organization = self._organization()
        state = account_state(organization.account_id)
        state.root_features = [one for one in state.root_features if one != feature]
        return self._features(organization)

    def _features(self, organization: OrganizationsBackend) -> ActionResult:
        enabled = account_state(organization.account_id).root_features
        assert organization.org is not None
        return ActionResult({"OrganizationId": organization.org.id, "EnabledFeatures": enabled})

    def _organization(self) -> OrganizationsBackend:
        """Return the caller's organization, or refuse with the error AWS has for what is missing."""
        account = self.current_account
        organization = organization_of(account, self.partition)
        if organization is None or organization.org is None:
            raise AwsError("OrganizationNotFoundException", f"No organization is associated with account {account}.")
        if not administers(account, organization, _IAM):
            text = f"Input account {account} is neither management account nor delegated admin."
            raise AwsError("AccountNotManagementOrDelegatedAdministratorException", text)
        if organization.org.feature_set != "ALL":
            text = f"Organization of input account {account} does not have all features enabled."
            raise AwsError("OrganizationNotInAllFeaturesModeException", text)
        if not trusts(organization, _IAM):
            text = f"Trusted Access for IAM not enabled by organization of input account {account}."
            raise AwsError("ServiceAccessNotEnabledException", text)
        return organization
