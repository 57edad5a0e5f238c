"""Every IAM user with a console password has MFA: a password alone is one phishing mail away from somebody else.

People reuse passwords and type them into the wrong page; a second factor is what remains when that happens. A user with
a password and no MFA can be taken over from anywhere in the world, and CloudTrail then shows a perfectly ordinary
sign-in of that user. Where people sign in through IAM Identity Center or another provider, the best IAM user password
is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rootwarden.model.control import Control, Fix, ids
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.credential_report import report_date
from rootwarden.proofs.iam_users import Named, Report, credentials, unreadable, worst_of_each

CONTROL = Control(
    code="RW-IAM-02",
    title="IAM users with a console password have MFA",
    question="Does every IAM user with a console password have an MFA device?",
    severity=Severity.HIGH,
    practice=Practice.PEOPLE,
    scope=Scope.RESOURCE,
    facts=("iam.credential_report",),
    measured=(
        "password_enabled and mfa_active in the user's row of the credential report, one finding per user; the root "
        "row is left out. A cell that says neither true nor false counts as unknown, never as false. A user younger "
        "than grace_days that has not signed in yet still fails, with severity low."
    ),
    misses=(
        "Changes after the report was made; AWS renews it at most every four hours. Access keys, which work without "
        "MFA: see RW-IAM-03 for administrators. People who sign in through Identity Center or another provider."
    ),
    remedy="require-user-mfa",
    fix=Fix(
        automation="assisted",
        steps=(
            "Ask the user to open Security credentials in the console and to assign a passkey, security key or app.",
            "If the user needs no console, delete the password instead (first command).",
            "Until everyone has MFA, attach a policy to their group that denies all but enrolling MFA without it.",
            "Make a new credential report (second command; AWS renews it at most every four hours) and audit again.",
        ),
        commands=(
            "USER=$(basename {resource}) && aws iam delete-login-profile --user-name $USER",
            "aws iam generate-credential-report",
            "USER=$(basename {resource}) && aws iam list-mfa-devices --user-name $USER",
        ),
        terraform="aws_iam_group_policy that denies all but MFA enrolment where aws:MultiFactorAuthPresent is false",
    ),
    frameworks={
        "cis_aws_1.4": ("1.10",),
        "cis_aws_1.5": ("1.10",),
        "cis_aws_2.0": ("1.10",),
        "cis_aws_3.0": ("1.10",),
        "cis_aws_4.0": ("1.10",),
        "cis_aws_5.0": ("1.9",),
        "cis_aws_6.0": ("2.9",),
        "cis_aws_7.0": ("2.10",),
        "aws_fsbp": ("IAM.5", "IAM.19"),
        "nist_800_53_r5": ids(
            "ac_2_1 ac_3_2 ac_3_3 ac_3_3_a ac_3_3_b_1 ac_3_3_b_2 ac_3_3_b_3 ac_3_3_b_4 ac_3_3_b_5 ac_3_3_c ac_3_4 "
            "ac_3_4_a ac_3_4_b ac_3_4_c ac_3_4_d ac_3_4_e ac_3_8 ac_3_12_a ac_3_13 ac_3_15_a ac_3_15_b ac_4_28 ac_7_4 "
            "ac_7_4_a ac_24 cm_5_1_a cm_6_a cm_9_b ia_2_1 ia_2_2 ia_2_6 ia_2_6_a ia_2_8 sc_23_3"
        ),
        "pci_dss_4.0": ("8.4.1", "8.4.2", "8.4.3"),
        "iso_27001_2022": ("A.5.15", "A.5.17", "A.8.5"),
    },
    params={"grace_days": 0},
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge every user row of the report."""
    users = seen.once(Report).users()
    if not users:
        seen.account["iam.credential_report"]["rows"].each()
        yield seen.not_applicable("The credential report lists no IAM user.", reason="no_iam_users")
        return
    yield from worst_of_each(_judge_safely(seen, user, limits, now) for user in users)


def _judge_safely(seen: View, user: Named, limits: Thresholds, now: datetime) -> Verdict:
    one = seen.about(resource=user.arn)
    if not user.name:
        return one.unknown(unreadable(user, "user"), user.path)
    try:
        return _judge_user(one, user, limits, now)
    except UnseenError as error:
        return one.cannot_tell(error)


def _judge_user(one: View, user: Named, limits: Thresholds, now: datetime) -> Verdict:
    row = user.at(one.log)
    held = credentials(user)
    if held.password.value is False:
        row["password_enabled"].text()
        return one.passes(f"{user.name} has no console password.")
    if held.mfa.value:
        row["mfa_active"].text()
        return one.passes(f"{user.name} has an MFA device.")
    for cell, answer in (("password_enabled", held.password), ("mfa_active", held.mfa)):
        answer.sure()
        row[cell].text()
    message = f"{user.name} can sign in to the console with a password alone; whoever learns it is {user.name}."
    if _is_new(row, limits, now):
        return one.fails(
            f"{message} The user is new and has not signed in yet.", reason="new_user", severity=Severity.LOW
        )
    return one.fails(message, notes=tuple(_signed_in(row)))


def _is_new(row: Sight, limits: Thresholds, now: datetime) -> bool:
    """Return whether the user is younger than the grace period and surely has not signed in; unread means no."""
    quiet = row.recorded_in(Log())
    try:
        created, used = report_date(quiet["user_creation_time"]), report_date(quiet["password_last_used"])
    except UnseenError:
        return False
    return created is not None and used is None and (now - created).days < limits.number("grace_days")


def _signed_in(row: Sight) -> Iterator[str]:
    """Note when the password was last used; decides nothing."""
    try:
        used = report_date(row.recorded_in(Log())["password_last_used"])
    except UnseenError:
        return
    if used is not None:
        yield f"password_last_used: {used:%Y-%m-%d}"
