"""Administrators among the IAM users have MFA: they are as powerful as root for almost everything an attacker wants.

An IAM user who may do everything with IAM can give itself every other permission, create more users and switch off
what would show it. The name of a policy does not tell: AdministratorAccess is one way to that power, an inline policy,
a group or `iam:*` is another, and a permissions boundary can take it away again. This control works out the power from
the policies themselves and asks for MFA where it is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.admin_power import Standing, tied_to_mfa
from rootwarden.proofs.iam_directory import Directory
from rootwarden.proofs.iam_users import (
    Credentials,
    Named,
    Report,
    account_users,
    credentials,
    unreadable,
    worst_of_each,
)
from rootwarden.proofs.user_power import known_of_user, notes_on

CONTROL = Control(
    code="RW-IAM-03",
    title="Administrative IAM users have MFA",
    question="Does every IAM user with administrative power have an MFA device?",
    severity=Severity.HIGH,
    practice=Practice.PEOPLE,
    scope=Scope.RESOURCE,
    facts=("iam.authorization", "iam.credential_report"),
    measured=(
        "Which users are in effect allowed * on * or iam:* on * by their attached, inline and group policies after the "
        "permissions boundary, with Deny statements weighed; then, in the credential report, whether such a user has a "
        "password or an active access key and no MFA. A Deny under a condition does not take the power away; it is "
        "noted. One finding per administrative user."
    ),
    misses=(
        "Service control policies and session policies. Power gathered from several narrower statements, or reached in "
        "steps such as passing a role: see an IAM access analyzer for those. Changes after the credential report was "
        "made; AWS renews it at most every four hours."
    ),
    remedy="require-admin-mfa",
    fix=Fix(
        automation="manual",
        steps=(
            "Ask the administrator to assign a passkey or security key under Security credentials in the console.",
            "Better, let the person work through IAM Identity Center and delete the IAM user's password and keys.",
            "Deactivate access keys that are not in use (second command); MFA does not protect keys by itself.",
            "Make a new credential report (third command) and audit again.",
        ),
        commands=(
            "USER=$(basename {resource}) && aws iam list-mfa-devices --user-name $USER",
            "USER=$(basename {resource}) && aws iam list-access-keys --user-name $USER",
            "aws iam generate-credential-report",
        ),
        terraform="aws_iam_group_policy that denies all but MFA enrolment where aws:MultiFactorAuthPresent is false",
    ),
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge every administrative user of the account."""
    directory = seen.once(Directory)
    users = account_users(seen)
    verdicts = list(worst_of_each(_judge_all(seen, directory, users)))
    if not verdicts:
        seen.account.part("iam.authorization", "users").each()
        why = "no_administrative_user" if users else "no_iam_users"
        yield seen.not_applicable("No IAM user of this account is an administrator.", reason=why)
    yield from verdicts


def _judge_all(seen: View, directory: Directory, users: list[Named]) -> Iterator[Verdict]:
    report: Report | None = None
    for user in users:
        if not user.name:
            yield seen.about(resource=user.arn).unknown(unreadable(user, "UserName"), user.path)
            continue
        if directory.surely_powerless(user.raw, "UserPolicyList", groups=True):
            continue
        known = known_of_user(user, directory.place)
        holdings, power = directory.of_user_with_power(user.raw, user.path, known)
        if power.answer.value is False:
            continue
        one = seen.about(resource=user.arn)
        if power.answer.value is None:
            yield one.unknown(directory.why_unsure(holdings, power.answer.why), user.path)
            continue
        report = report or seen.once(Report)
        yield _judge_administrator(one, user, report.row(user.name), power)


def _judge_administrator(one: View, user: Named, found: Named, power: Standing) -> Verdict:
    held, row = credentials(found), found.at(one.log)
    title = f"{user.name} is an administrator ({power.through})"
    notes = (*notes_on(power), *_keys_without_mfa(held, power))
    try:
        if held.mfa.value:
            row["mfa_active"].text()
            return one.passes(f"{title} and has an MFA device.", notes=notes)
        if held.usable.value is False:
            _cite(row, "password_enabled", "access_key_1_active", "access_key_2_active")
            return one.passes(f"{title} but has neither a password nor an active access key.", notes=notes)
        held.mfa.sure()
        held.usable.sure()
    except UnseenError as error:
        return one.cannot_tell(error, notes=notes)
    way = "password" if held.password.value else "access key"
    for cell, answer in zip(_WAYS, (held.password, *held.keys), strict=True):
        _cite(row, *((cell,) if answer.value else ()))
    _cite(row, "mfa_active")
    return one.fails(
        f"{title} and has no MFA device: whoever gets hold of the {way} controls this account.", notes=notes
    )


_WAYS = ("password_enabled", "access_key_1_active", "access_key_2_active")


def _cite(row: Sight, *cells: str) -> None:
    for cell in cells:
        row[cell].text()


def _keys_without_mfa(held: Credentials, power: Standing) -> Iterator[str]:
    if any(key.value for key in held.keys) and not tied_to_mfa(power):
        yield "keys_not_gated_by_mfa: access keys work without MFA, because no policy of this user asks for it"
