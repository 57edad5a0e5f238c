"""Root signs in with a second factor: without one, whoever learns the password owns the account.

The root user can do everything in an account, and no policy can stop it. A password leaks by phishing, by reuse on
another site or from an old mailbox; a second factor is what remains between that leak and deleted backups, stolen data
or a bill for somebody else's machines. AWS now asks for MFA when root signs in, but only after a grace period, and a
root user that works with access keys is never asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rootwarden.model.control import AnyOf, Control, Fix, ids
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.central_root import CREDENTIALS, feature_on
from rootwarden.proofs.credential_report import report_age, report_says, root_row
from rootwarden.proofs.membership import role_in_organization
from rootwarden.proofs.root_credentials import MFA, credentials_present, mfa_enabled, summary_has

CONTROL = Control(
    code="RW-ROOT-01",
    title="Root user has MFA enabled",
    question="Does the root user have an MFA device?",
    severity=Severity.CRITICAL,
    practice=Practice.ROOT_MFA,
    scope=Scope.ACCOUNT,
    facts=(
        AnyOf("iam.account_summary", "iam.credential_report"),
        "root.privileged_audit?",
        "org.organization?",
        "org.accounts?",
        "iam.org_features?",
    ),
    measured=(
        "AccountMFAEnabled of the account summary, or mfa_active in the root row of the credential report where there "
        "is no summary; the summary wins, because the report may be four hours old, and over a refused one the report "
        "can only deny. Not applicable where root has no password, access key or signing certificate, nor in GovCloud, "
        "where root cannot sign in to the console."
    ),
    misses=(
        "Whether the device still works and who holds it. Whether it is an app, a key or a passkey: see RW-ROOT-02. "
        "Credentials or devices changed after the snapshot."
    ),
    remedy="enable-root-mfa",
    fix=Fix(
        automation="manual",
        steps=(
            "In a member account of an organization, prefer removing the root credentials altogether (RW-ROOT-08).",
            "Otherwise sign in as the root user; nobody else can register its MFA device.",
            "Open the account menu, Security credentials, Multi-factor authentication, Assign MFA device.",
            "Register a security key or passkey, then a second one kept in another place (RW-ROOT-03).",
            "Sign out, sign in again with each device, and run the audit again.",
        ),
        commands=("aws iam get-account-summary --query SummaryMap.AccountMFAEnabled",),
    ),
    frameworks={
        "cis_aws_1.4": ("1.5",),
        "cis_aws_1.5": ("1.5",),
        "cis_aws_2.0": ("1.5",),
        "cis_aws_3.0": ("1.5",),
        "cis_aws_4.0": ("1.5",),
        "cis_aws_5.0": ("1.4",),
        "cis_aws_6.0": ("2.4",),
        "cis_aws_7.0": ("2.5",),
        "aws_fsbp": ("IAM.9",),
        "nist_800_53_r5": ids(
            "ac_2_1 ac_3_2 ac_3_3 ac_3_3_a ac_3_3_b_1 ac_3_3_b_2 ac_3_3_b_3 ac_3_3_b_4 ac_3_3_b_5 ac_3_3_c ac_3_4 "
            "ac_3_4_a ac_3_4_b ac_3_4_c ac_3_4_d ac_3_4_e ac_3_8 ac_3_12_a ac_3_13 ac_3_15_a ac_3_15_b ac_4_28 ac_7_4 "
            "ac_7_4_a ac_24 cm_6_a cm_9_b ia_2_1 ia_2_2 ia_2_6 ia_2_6_a ia_2_8 sc_23_3"
        ),
        "pci_dss_4.0": ("8.4.1", "8.4.2", "8.4.3"),
        "iso_27001_2022": ("A.5.15", "A.5.17", "A.8.5"),
    },
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html",
    ),
)

# Accounts in these states cannot be used now but can be brought back with the root credentials they have.
_SLEEPING = {
    "SUSPENDED": "account_suspended: the account is suspended; it can be reinstated, and its root credentials with it",
    "PENDING_CLOSURE": "account_pending_closure: the account is being closed; until then its root credentials can "
    "bring it back",
}


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    if seen.subject.partition == "aws-us-gov":
        yield seen.not_applicable(
            "Root users of GovCloud accounts cannot sign in to the console.", reason="no_root_console_in_govcloud"
        )
        return
    aside = seen.about()
    present = credentials_present(aside)
    if present.value is False:
        yield aside.not_applicable(
            "Root has no password, no access key and no signing certificate; there is nothing for MFA to protect.",
            reason="no_root_credentials",
        )
        return
    if present.hidden:
        present.sure()
    notes = (*_state(seen), *_disagreement(seen))
    if mfa_enabled(seen).sure():
        yield seen.passes("Root has an MFA device.", notes=notes)
        return
    present.sure()
    credentials_present(seen)  # read again for the record: these credentials are what is at stake
    yield seen.fails(
        "Root has no MFA device. Anyone who gets hold of its password or keys controls everything in this account."
        + _advice(seen),
        notes=notes,
    )


def _state(seen: View) -> Iterator[str]:
    row = seen.about().organization.row("org.accounts", "Id", seen.subject.account)
    try:
        state = row["State"].text(default="") or row["Status"].text(default="")
    except UnseenError:
        return
    if state in _SLEEPING:
        yield _SLEEPING[state]


def _disagreement(seen: View) -> Iterator[str]:
    aside = seen.about()
    now, earlier = summary_has(aside, MFA).value, report_says(root_row(aside)["mfa_active"]).value
    if None not in (now, earlier) and now is not earlier:
        yield (
            f"sources_disagree: the credential report of {report_age(seen) or 'an unknown time'} says mfa_active "
            f"{str(earlier).lower()}; the account summary is newer and wins"
        )


def _advice(seen: View) -> str:
    """Return the better way out where the organization manages root credentials centrally; decides nothing."""
    aside = seen.about()
    try:
        managed = feature_on(aside, CREDENTIALS).value is True and role_in_organization(aside) == "member"
    except UnseenError:
        return ""
    return " The organization manages root credentials centrally: better delete these (RW-ROOT-08)." if managed else ""
