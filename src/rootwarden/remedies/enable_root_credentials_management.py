"""Switches central management of root credentials on: those of members can then be deleted and kept away.

Nothing is deleted by it and nobody is locked out; accounts made from then on have no root credentials.
"""

from __future__ import annotations

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.central_root import CREDENTIALS
from rootwarden.proofs.central_switch import switched_on

REMEDY = Remedy(
    title="Switch central management of root credentials on", order=5,
    risks=(Risk.SAFE,),
    calls=(
        "iam.DisableOrganizationsRootCredentialsManagement", "iam.EnableOrganizationsRootCredentialsManagement",
        "organizations.DisableAWSServiceAccess", "organizations.EnableAWSServiceAccess",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Trust IAM in the organization where it is not trusted yet, and switch RootCredentialsManagement on."""
    return switched_on(case, CREDENTIALS, "OrganizationsRootCredentialsManagement", REMEDY.title)
