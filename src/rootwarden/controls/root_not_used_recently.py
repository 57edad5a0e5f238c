"""Root has not been used for months: an account that is run as root has no limits, no names and no way back.

Work done as root carries nobody's name in the trail, so neither a mistake nor an intruder can be told from routine. And
a root user in daily use has its password in browsers and its device on desks. Three months of silence show that people
have roles that are enough, and make the next use of root the alarm that it should be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.credential_report import report_age, report_date, root_row
from rootwarden.proofs.root_credentials import credentials_present

CONTROL = Control(
    code="RW-ROOT-07",
    title="Root credentials not used recently",
    question="Have the password and keys of the root user been left alone for the last months?",
    severity=Severity.HIGH,
    practice=Practice.EMERGENCY_ONLY,
    scope=Scope.ACCOUNT,
    facts=("iam.credential_report", "iam.account_summary?", "root.privileged_audit?"),
    measured=(
        "The newest of three dates in the root row of the credential report: last use of the password, of access key 1 "
        "and of access key 2, inactive keys included. It fails when that is root_recency_days (90) whole days ago or "
        "less. Root without credentials and without any date of use is not applicable."
    ),
    misses=(
        "Uses after the report was generated, up to four hours before the snapshot. Root sessions by AssumeRoot and "
        "temporary credentials of `aws login`, which leave no date here; the trail shows them. Uses before 2014."
    ),
    remedy="move-root-tasks-to-roles",
    fix=Fix(
        automation="manual",
        steps=(
            "Find out who used root and for what: search the trail for userIdentity.type Root around that time.",
            "Nobody knows? Treat it as an intrusion: change the password, check the MFA devices, delete the keys.",
            "Give the person or program a role with the permissions for that task.",
            "Keep root for the few tasks that AWS reserves for it.",
        ),
        commands=(
            "aws cloudtrail lookup-events --region us-east-1 "
            "--lookup-attributes AttributeKey=Username,AttributeValue=root",
        ),
    ),
    frameworks={
        "cis_aws_1.4": ("1.7",),
        "cis_aws_1.5": ("1.7",),
        "cis_aws_2.0": ("1.7",),
        "cis_aws_3.0": ("1.7",),
        "cis_aws_4.0": ("1.7",),
        "cis_aws_5.0": ("1.6",),
        "cis_aws_6.0": ("2.6",),
        "cis_aws_7.0": ("2.7",),
        "iso_27001_2022": ("A.5.15",),
    },
    params={"root_recency_days": 90},
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
    ),
)

_USES = {
    "password_last_used": "password",
    "access_key_1_last_used_date": "access key 1",
    "access_key_2_last_used_date": "access key 2",
}


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    days = int(limits.number("root_recency_days"))
    newest, what, unread = _newest_use(seen)
    as_of = report_age(seen)
    source = f"by the credential report of {as_of}" if as_of else "by a credential report of unknown age"
    if newest is not None and (now - newest).days <= days:
        yield seen.fails(
            f"Root's {what} was used {_ago((now - newest).days)} ({newest:%Y-%m-%d %H:%M} UTC), {source}. "
            "Root is for emergencies; everyday work needs a role.",
            reason="used_recently",
        )
        return
    if unread is not None:
        raise unread
    if newest is None:
        aside = seen.about()
        present = credentials_present(aside)
        if present.value is False:
            yield aside.not_applicable(
                "Root has no password, key or certificate and shows no date of use.", reason="no_root_credentials"
            )
            return
        if present.hidden:
            present.sure()
    last = f"last used {_ago((now - newest).days)} ({what})" if newest else "no use is on record"
    yield seen.passes(f"Root was not used in the last {days} days: {last}, {source}.")


def _newest_use(seen: View) -> tuple[datetime | None, str, UnseenError | None]:
    """Return the newest date, what was used then, and what kept a date from being read, if anything did."""
    row = root_row(seen)
    newest: datetime | None = None
    what = ""
    unread: UnseenError | None = None
    for column, name in _USES.items():
        try:
            used = report_date(row[column])
        except UnseenError as error:
            unread = unread or error
            continue
        if used is not None and (newest is None or used > newest):
            newest, what = used, name
    return newest, what, unread


def _ago(days: int) -> str:
    """Return an age in words; a date ahead of the clock counts as today."""
    return "today" if days <= 0 else f"{days} day{'s' if days > 1 else ''} ago"
