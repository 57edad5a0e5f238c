"""Deletes all root credentials of a member account: what does not exist can be neither stolen nor forgotten.

Password recovery is closed with them. It is done centrally, in a root session that can do nothing else, and cannot be
taken back: whoever needs root there later allows its recovery through the mailbox, which therefore must be in hand.
"""

from __future__ import annotations

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.attested_mailbox import DAYS
from rootwarden.proofs.root_deletion import ALL, deletion

REMEDY = Remedy(
    title="Delete the root credentials of a member account",
    order=80,
    # Who tried when that mail to root's address arrives: "222233334444=priya@example.com=2026-11-20".
    params={"mailbox_attested": (), "mailbox_days": DAYS},
    facts=("root.privileged_audit", "iam.account_summary", "iam.credential_report"),
    risks=(Risk.DANGEROUS,),
    calls=(
        "iam.DeactivateMFADevice", "iam.DeleteAccessKey", "iam.DeleteLoginProfile", "iam.DeleteSigningCertificate",
        "iam.DeleteVirtualMFADevice",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Delete password, access keys, signing certificates and MFA devices, in this order."""
    return deletion(case, ALL, "root-access-keys")
