"""Deletes the access keys of root in a member account: nothing needs one, and whoever finds one owns the account.

It is done centrally, in a root session for this one task, once nothing has used a key for 90 days. In a standalone or
management account only root itself can do it.
"""

from __future__ import annotations

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.root_deletion import KEYS, deletion

REMEDY = Remedy(
    title="Delete root's access keys",
    order=81,
    facts=("root.privileged_audit", "iam.org_features"),
    risks=(Risk.DANGEROUS,),
    calls=("iam.DeleteAccessKey",),
)


def prescribe(case: Case) -> Change | Not:
    """Delete every access key of root, active or not."""
    return deletion(case, (KEYS,), "root-access-keys")
