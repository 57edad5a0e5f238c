"""Account Management: contacts, the root e-mail address and the Regions of an account, one's own or a member's.

Source: AWS Account Management API reference; who may name another account stands under `AccountId` of each operation.
"""

from __future__ import annotations

from typing import Any

from moto.account.models import ALLOWED_CONTACT_TYPES, AccountBackend, account_backends
from moto.account.responses import AccountResponse
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult, EmptyResult
from moto.utilities.utils import PARTITION_NAMES

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.member_check import check_members
from rootwarden.lab.membership import administers, members_of, organization_of, trusts
from rootwarden.lab.regions import DEFAULT_REGIONS, OPT_IN_REGIONS
from rootwarden.lab.state import account_state

PRINCIPAL = "account.amazonaws.com"
# Where an address needs a state or region (ContactInformation, StateOrRegion).
_WITH_STATE = frozenset({"US", "CA", "GB", "DE", "JP", "IN", "BR"})


class AccountSettings(BaseBackend):
    """What moto does not keep of an account: its name, its address and the Regions it turned on."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without an address and with the default Regions only."""
        super().__init__(region_name, account_id)
        self.name = ""
        self.contact: dict[str, Any] | None = None
        self.enabled: set[str] = set()


settings_backends: BackendDict[AccountSettings] = BackendDict(
    AccountSettings, "rootwarden-account-settings", use_boto3_regions=False, additional_regions=PARTITION_NAMES
)


class Account(AccountResponse):
    """moto knows alternate contacts only, and lets anybody read anybody's."""

    def __init__(self) -> None:
        """Parse parameters by the model."""
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def _kept(self) -> AccountSettings:
        return settings_backends[self._subject()][self.partition]

    def _subject(self) -> str:
        """Return the account that the call is about; refuse as AWS does where the caller may not name it."""
        named: str | None = self._get_param("AccountId")
        if not named:
            return str(self.current_account)
        organization = organization_of(self.current_account, self.partition)
        if (
            organization is None
            or not administers(self.current_account, organization, PRINCIPAL)
            or named not in members_of(organization)
            or named == organization.account_id
        ):
            raise _denied("User is not authorized to perform this operation on another account.")
        if not trusts(organization, PRINCIPAL):
            raise _denied("Trusted access is not enabled for AWS Account Management in this organization.")
        return named

    # -- contacts ------------------------------------------------------------------------------------------------
    def get_alternate_contact(self) -> ActionResult:
        """Return the contact of one type, or ResourceNotFoundException."""
        kept = self._contacts()._alternate_contacts.get(self._type())
        if kept is None:
            raise _not_found("No contact of the inputted alternate contact type found.")
        return ActionResult({"AlternateContact": kept})

    def put_alternate_contact(self) -> ActionResult:
        """Set the contact of one type."""
        kind = self._type()
        fields = ("AlternateContactType", "EmailAddress", "Name", "PhoneNumber", "Title")
        check_members("account", "PutAlternateContactRequest", {name: self._get_param(name) for name in fields})
        self._contacts().put_alternate_contact(
            alternate_contact_type=kind,
            email_address=self._get_param("EmailAddress"),
            name=self._get_param("Name"),
            phone_number=self._get_param("PhoneNumber"),
            title=self._get_param("Title"),
        )
        return EmptyResult()

    def delete_alternate_contact(self) -> EmptyResult:
        """Remove the contact of one type, or ResourceNotFoundException."""
        if self._contacts()._alternate_contacts.pop(self._type(), None) is None:
            raise _not_found("No contact of the inputted alternate contact type found.")
        return EmptyResult()

    def _contacts(self) -> AccountBackend:
        backend: AccountBackend = account_backends[self._subject()][self.partition]
        return backend

    def _type(self) -> str:
        kind = str(self._get_param("AlternateContactType"))
        if kind not in ALLOWED_CONTACT_TYPES:
            raise AwsError("ValidationException", f"{kind} is no alternate contact type.")
        return kind

    def get_contact_information(self) -> ActionResult:
        """Return the postal address of the account's owner."""
        if self._kept.contact is None:
            raise _not_found("No contact information found for the account.")
        return ActionResult({"ContactInformation": self._kept.contact})

    def put_contact_information(self) -> ActionResult:
        """Set the postal address of the account's owner, all of it: what is not given is gone."""
        contact = dict(self._get_param("ContactInformation"))
        check_members("account", "ContactInformation", contact)
        if contact["CountryCode"] in _WITH_STATE and not contact.get("StateOrRegion"):
            raise AwsError("ValidationException", f"StateOrRegion is required in {contact['CountryCode']}.")
        self._kept.contact = contact
        return EmptyResult()

    # -- name and root e-mail ------------------------------------------------------------------------------------
    def get_primary_email(self) -> ActionResult:
        """Return a member's root e-mail address; nobody can ask for his own account's, or the managing one's."""
        if not self._get_param("AccountId"):
            raise AwsError("ValidationException", "AccountId is required.")
        subject = self._subject()
        organization = organization_of(subject, self.partition)
        if organization is None:
            raise _not_found("The account is in no organization.")
        return ActionResult({"PrimaryEmail": organization.get_account_by_id(subject).email})

    def put_account_name(self) -> ActionResult:
        """Rename the account, in its organization too."""
        subject = self._subject()
        organization = organization_of(subject, self.partition)
        self._kept.name = self._get_param("AccountName")
        if organization is not None:
            organization.get_account_by_id(subject).name = self._kept.name
        return EmptyResult()

    def get_account_information(self) -> ActionResult:
        """Return id, name and birthday of the account."""
        subject = self._subject()
        organization = organization_of(subject, self.partition)
        name = organization.get_account_by_id(subject).name if organization is not None else self._kept.name
        created = account_state(subject).root.created
        return ActionResult({"AccountId": subject, "AccountName": name, "AccountCreatedDate": created})

    # -- Regions -------------------------------------------------------------------------------------------------
    def list_regions(self) -> ActionResult:
        """Return every Region with its state, in pages of at most 50."""
        wanted = set(self._get_param("RegionOptStatusContains") or ())
        rows = [{"RegionName": name, "RegionOptStatus": self._state(name)} for name in sorted(_ALL)]
        rows = [row for row in rows if not wanted or row["RegionOptStatus"] in wanted]
        start, size = int(self._get_param("NextToken") or 0), int(self._get_param("MaxResults") or 50)
        page: dict[str, Any] = {"Regions": rows[start : start + size]}
        if start + size < len(rows):
            page["NextToken"] = str(start + size)
        return ActionResult(page)

    def get_region_opt_status(self) -> ActionResult:
        """Return the state of one Region."""
        name = self._region_named()
        return ActionResult({"RegionName": name, "RegionOptStatus": self._state(name)})

    def enable_region(self) -> ActionResult:
        """Turn an opt-in Region on; at once, where AWS takes minutes."""
        self._kept.enabled.add(self._opt_in_region())
        return EmptyResult()

    def disable_region(self) -> ActionResult:
        """Turn an opt-in Region off; at once, where AWS takes minutes to hours."""
        self._kept.enabled.discard(self._opt_in_region())
        return EmptyResult()

    def _state(self, region: str) -> str:
        if region in DEFAULT_REGIONS:
            return "ENABLED_BY_DEFAULT"
        return "ENABLED" if region in self._kept.enabled else "DISABLED"

    def _region_named(self) -> str:
        name = str(self._get_param("RegionName"))
        if name not in _ALL:
            raise AwsError("ValidationException", f"{name} is no Region.")
        return name

    def _opt_in_region(self) -> str:
        name = self._region_named()
        if name in DEFAULT_REGIONS:
            raise AwsError("ValidationException", f"{name} is enabled by default and cannot be changed.")
        return name


_ALL = DEFAULT_REGIONS | OPT_IN_REGIONS


def _denied(message: str) -> AwsError:
    return AwsError("AccessDeniedException", message, 403)


def _not_found(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message, 404)
