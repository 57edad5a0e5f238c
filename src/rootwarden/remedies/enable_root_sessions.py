"""Switches root sessions on: a locked bucket or queue of a member is opened in minutes, without its root password.

Whoever may call sts:AssumeRoot can then do that; nobody may by default but administrators of the management account.
"""

from __future__ import annotations

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.central_root import SESSIONS
from rootwarden.proofs.central_switch import switched_on

REMEDY = Remedy(
    title="Switch root sessions on", order=6, facts=("org.service_access",),
    risks=(Risk.SAFE,),
    calls=(
        "iam.DisableOrganizationsRootSessions", "iam.EnableOrganizationsRootSessions",
        "organizations.DisableAWSServiceAccess", "organizations.EnableAWSServiceAccess",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Trust IAM in the organization where it is not trusted yet, and switch RootSessions on."""
    return switched_on(case, SESSIONS, "OrganizationsRootSessions", REMEDY.title)
