"""Root has no access keys: a root key is a password that never expires and that no policy can limit.

Whoever finds it in a repository, a laptop backup or an old server can delete everything, copy all data and run up the
bill, without a second factor and without a sign-in page. An inactive key is not gone: root can switch it on again with
one click. There is no task left that needs a root key; `aws login` gives root short-lived ones.
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
from rootwarden.proofs.credential_report import report_age, report_date, report_flag, root_row
from rootwarden.proofs.root_credentials import Held, access_keys
from rootwarden.proofs.truth import witnesses

CONTROL = Control(
    code="RW-ROOT-04",
    title="No root access keys exist",
    question="Does the root user have no access keys?",
    severity=Severity.CRITICAL,
    practice=Practice.EMERGENCY_ONLY,
    scope=Scope.ACCOUNT,
    facts=(AnyOf("iam.account_summary", "iam.credential_report"), "root.privileged_audit?"),
    measured=(
        "AccountAccessKeysPresent of the account summary counts keys of any status; the root row of the credential "
        "report tells active from inactive ones; a root audit lists both. An active key is critical, a key that is "
        "proven inactive is medium. The control passes when no source shows a key, one of the first two was read, and "
        "none was refused."
    ),
    misses=(
        "Keys created after the snapshot. Where only the credential report could be read: keys made since it was "
        "generated, up to four hours before, and an inactive key if the report leaves out its date. Temporary root "
        "credentials of `aws login` or of a root session."
    ),
    remedy="delete-root-access-keys",
    fix=Fix(
        automation="assisted",
        steps=(
            "Find out what still uses the key: its last use, service and Region are in the credential report.",
            "Give that program a role of its own.",
            "Management or standalone account: sign in as root, deactivate the key, wait two weeks, delete it.",
            "Member account: with central root credentials management on, delete it from the management account with "
            "the commands below; they cannot deactivate first, so be sure that nothing uses it.",
        ),
        commands=(
            "aws sts assume-root --region us-east-1 --target-principal {account} --duration-seconds 900 "
            "--task-policy-arn arn=arn:{partition}:iam::aws:policy/root-task/IAMDeleteRootUserCredentials",
            "aws iam list-access-keys",
            "aws iam get-access-key-last-used --access-key-id ACCESS_KEY_ID",
            "aws iam delete-access-key --access-key-id ACCESS_KEY_ID",
        ),
    ),
    frameworks={
        "cis_aws_1.4": ("1.4",),
        "cis_aws_1.5": ("1.4",),
        "cis_aws_2.0": ("1.4",),
        "cis_aws_3.0": ("1.4",),
        "cis_aws_4.0": ("1.4",),
        "cis_aws_5.0": ("1.3",),
        "cis_aws_6.0": ("2.3",),
        "cis_aws_7.0": ("2.4",),
        "aws_fsbp": ("IAM.4",),
        "nist_800_53_r5": ids(
            "ac_2_1 ac_2_6 ac_3_3 ac_3_3_a ac_3_3_b_1 ac_3_3_b_2 ac_3_3_b_3 ac_3_3_b_4 ac_3_3_b_5 ac_3_3_c ac_3_4 "
            "ac_3_4_a ac_3_4_b ac_3_4_c ac_3_4_d ac_3_4_e ac_3_7 ac_3_8 ac_3_12_a ac_3_13 ac_3_15_a ac_3_15_b ac_4_28 "
            "ac_6 ac_6_2 ac_6_10 ac_24 cm_5_1_a cm_6_a cm_9_b ia_2 ia_4_b ia_4_4 ia_4_8 ia_5_8 mp_2 sc_23_3 sc_25"
        ),
        "pci_dss_4.0": ("7.2.1", "7.2.2", "7.2.3", "8.2.1", "8.2.2", "8.2.4", "8.2.5", "8.3.11"),
        "iso_27001_2022": ("A.5.15",),
    },
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    keys = access_keys(seen)
    notes = [*_disagreement(seen, keys), *_report_only(seen, keys)]
    if keys.active.value:
        yield seen.fails(
            "Root has an active access key: it opens everything in the account, without MFA, until it is deleted."
            + _uses(seen),
            reason="active_key",
            notes=notes,
        )
    elif keys.exists.value and keys.active.value is False:
        yield seen.fails(
            "Root has an inactive access key. Root can switch it on again with one click; delete it." + _uses(seen),
            reason="inactive_key",
            severity=Severity.MEDIUM,
            notes=notes,
        )
    elif keys.exists.value:
        yield seen.fails(
            "Root has an access key. Whether it is active could not be read, so take it as active.",
            reason="key_of_unknown_status",
            notes=notes,
        )
    else:
        keys.exists.sure()
        witnesses((keys.summary, keys.report)).sure()
        yield seen.passes("Root has no access key.", notes=notes)


def _disagreement(seen: View, keys: Held) -> Iterator[str]:
    if keys.disagree:
        yield (
            f"sources_disagree: one source shows a key that another does not; the credential report is of "
            f"{report_age(seen) or 'an unknown time'} and may be older than the account summary"
        )


def _report_only(seen: View, keys: Held) -> Iterator[str]:
    if keys.exists.value is False and keys.summary.value is None:
        yield (
            f"report_only: by the credential report of {report_age(seen) or 'an unknown time'} alone, which may be "
            "four hours old"
        )


def _uses(seen: View) -> str:
    """Return when, where and for what the keys were last used, as far as the report tells; decides nothing."""
    row = root_row(seen.about())
    told: list[str] = []
    for key in ("access_key_1", "access_key_2"):
        try:
            when = report_date(row[f"{key}_last_used_date"])
            if when is None and report_flag(row[f"{key}_active"]):
                told.append("never used")
            elif when is not None:
                service = row[f"{key}_last_used_service"].text(default="N/A")
                region = row[f"{key}_last_used_region"].text(default="N/A")
                told.append(f"last used {when:%Y-%m-%d} for {service} in {region}")
        except UnseenError:
            continue
    return f" By the credential report: {'; '.join(told)}." if told else ""
