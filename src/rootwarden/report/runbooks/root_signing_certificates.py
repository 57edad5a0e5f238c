"""Delete root's X.509 signing certificates as root itself: they open the account like a key, and nobody looks for them.

This is the way of a standalone or management account. In a member account the organization deletes them centrally
(`rootwarden plan --only RW-ROOT-05 --root-audit`).
"""

from __future__ import annotations

from rootwarden.report.runbook import Deed, Runbook

RUNBOOK = Runbook(
    title="Delete root's signing certificates",
    needs=(
        "Root's e-mail address, password and MFA device.",
        "To know that nothing signs with them: old SOAP clients, and tools that bundle machine images.",
    ),
    deeds=(
        Deed(
            do="Sign in as the root user of account {account} and open root's own security page.",
            path=("the account's name at the top right", "Security credentials", "X.509 certificate"),
        ),
        Deed(do="Deactivate each certificate, and wait two weeks for somebody to complain."),
        Deed(do="Delete each certificate, and the private keys that belong to them wherever they are kept."),
    ),
    done=("AccountSigningCertificatesPresent in the account's summary is 0 (RW-ROOT-05).",),
    controls=("RW-ROOT-05",),
    facts=("iam.account_summary",),
    links=("https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",),
)
