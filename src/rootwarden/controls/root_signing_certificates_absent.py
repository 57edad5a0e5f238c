"""Root has no X.509 signing certificates: they sign requests like a key, never expire, and nobody looks for them.

Signing certificates date from the first years of AWS, when they authorised SOAP requests and machine images. Whoever
holds the private half of one speaks as root, with no second factor, and it shows in no list of access keys. No current
task needs one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import AnyOf, Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.credential_report import report_age
from rootwarden.proofs.root_credentials import signing_certificates
from rootwarden.proofs.truth import witnesses

CONTROL = Control(
    code="RW-ROOT-05",
    title="No root signing certificates exist",
    question="Does the root user have no X.509 signing certificates?",
    severity=Severity.HIGH,
    practice=Practice.EMERGENCY_ONLY,
    scope=Scope.ACCOUNT,
    facts=(AnyOf("iam.account_summary", "iam.credential_report"), "root.privileged_audit?"),
    measured=(
        "AccountSigningCertificatesPresent of the account summary, the certificate columns of the root row of the "
        "credential report, and the list of a root audit. Columns that are missing or N/A prove nothing by themselves. "
        "The control passes when no source shows a certificate, one of the first two was read, and none was refused."
    ),
    misses="Certificates uploaded after the snapshot, and where the private half of one is kept.",
    remedy="delete-root-signing-certificates",
    fix=Fix(
        automation="assisted",
        steps=(
            "Make sure that nothing signs with the certificate: old SOAP clients and tools that bundle machine images.",
            "Management or standalone account: sign in as root, open Security credentials, X.509 certificates, delete.",
            "Member account: with central root credentials management on, delete it from the management account with "
            "the commands below.",
        ),
        commands=(
            "aws sts assume-root --region us-east-1 --target-principal {account} --duration-seconds 900 "
            "--task-policy-arn arn=arn:{partition}:iam::aws:policy/root-task/IAMDeleteRootUserCredentials",
            "aws iam list-signing-certificates",
            "aws iam delete-signing-certificate --certificate-id CERTIFICATE_ID",
        ),
    ),
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SigningCertificate.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    found = signing_certificates(seen)
    age = report_age(seen) or "an unknown time"
    if found.exists.value:
        status, reason = {
            True: ("an active", "active_certificate"),
            False: ("an inactive", "inactive_certificate"),
            None: ("a", "certificate_of_unknown_status"),
        }[found.active.value]
        yield seen.fails(
            f"Root has {status} X.509 signing certificate. Whoever holds its private half can act as root; delete it.",
            reason=reason,
            notes=[f"sources_disagree: the credential report is of {age}"] if found.disagree else [],
        )
        return
    found.exists.sure()
    witnesses((found.summary, found.report)).sure()
    yield seen.passes(
        "Root has no signing certificate.",
        notes=[f"report_only: by the credential report of {age} alone"] if found.summary.value is None else [],
    )
