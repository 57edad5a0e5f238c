"""What an account is in its organization: standalone, management or member."""

from __future__ import annotations

from rootwarden.model.sight import Log
from rootwarden.model.view import View


def role_in_organization(seen: View) -> str:
    """Return "standalone", "management" or "member" for the subject's account.

    Raises:
        UnseenError: DescribeOrganization could not be read.
    """
    organization = seen.organization["org.organization"]
    if organization.is_none:
        return "standalone"
    return "management" if organization["MasterAccountId"].text() == seen.subject.account else "member"


def management_account(seen: View) -> str:
    """Return the account whose organization this is; nothing is recorded, for it names a finding and proves nothing.

    Raises:
        UnseenError: it could not be read, so that nobody can say whose organization was judged.
    """
    return seen.organization["org.organization"]["MasterAccountId"].recorded_in(Log()).text()
