"""Says who has to give an administrator MFA: the administrator, because nobody can enrol a device for somebody else."""

from __future__ import annotations

from rootwarden.model.plan import Change
from rootwarden.model.remedy import Case, Not, Remedy

REMEDY = Remedy(title="Have administrators enrol MFA", order=65)


def prescribe(case: Case) -> Change | Not:
    """Name the runbook; the gate of require-user-mfa guards the password until it was followed."""
    user = case.finding.resource.rpartition("/")[2]
    return Not(
        "only the administrator can enrol an MFA device",
        f"`rootwarden runbook user-mfa {user}`; make access keys of administrators inactive, MFA does not guard them",
    )
