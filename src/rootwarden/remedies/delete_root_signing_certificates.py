"""Deletes the signing certificates of root in a member account: they open it like a key, and nobody looks for them.

It is done centrally, in a root session for this one task. In a standalone or management account only root itself can.
"""

from __future__ import annotations

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.root_deletion import CERTIFICATES, deletion

REMEDY = Remedy(
    title="Delete root's signing certificates", order=82, facts=("root.privileged_audit", "iam.org_features"),
    risks=(Risk.DANGEROUS,),
    calls=(
        "iam.DeleteSigningCertificate",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Delete every signing certificate of root, active or not."""
    return deletion(case, (CERTIFICATES,), "root-signing-certificates")
