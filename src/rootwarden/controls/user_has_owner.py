"""Every IAM user belongs to one known person or workload: what several people share, nobody can be asked about.

An IAM user is a name in every CloudTrail record. If three people know the password of `admin`, the record says what was
done and never by whom; nobody takes the password away from the one who leaves, and nobody notices when it is misused.
A user with one owner can be asked, warned and removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import Unknown
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.iam_users import Report, account_users, unreadable, worst_of_each
from rootwarden.proofs.user_ownership import SAYS, Holder, Owners, Sign, any_name, holder, signs

CONTROL = Control(
    code="RW-IAM-01",
    title="Every IAM user belongs to one identified person or workload",
    question="Does every IAM user have one owner, and is it used by that owner alone?",
    severity=Severity.MEDIUM,
    practice=Practice.PEOPLE,
    scope=Scope.RESOURCE,
    facts=("iam.authorization", "iam.credential_report"),
    measured=(
        "Each user's owner tag, and signs that several people use it: a console password under a name such as admin or "
        "team, a password beside two active access keys, two users with passwords and the same owner. A user under the "
        "path /service/ or with the tag kind=workload belongs to a workload and must have no password. One finding per "
        "user."
    ),
    misses=(
        "Whether the owner named by the tag still works here, or ever did. Sharing that leaves no trace in IAM, as "
        "when one person tells another the password. Roles and Identity Center users."
    ),
    remedy="name-user-owner",
    fix=Fix(
        automation="assisted",
        steps=(
            "Find out who uses the user: CloudTrail records its calls under this name.",
            "Tag it with its one owner (first command); mark a workload with the tag kind=workload (second command).",
            "Give every further person a user of their own, better an assignment in IAM Identity Center.",
            "Delete what is more than one owner needs: the password of a workload (third command), the second key.",
        ),
        commands=(
            "USER=$(basename {resource}) && aws iam tag-user --user-name $USER --tags Key=owner,Value=PERSON",
            "USER=$(basename {resource}) && aws iam tag-user --user-name $USER --tags Key=kind,Value=workload",
            "USER=$(basename {resource}) && aws iam delete-login-profile --user-name $USER",
        ),
        terraform="aws_iam_user.tags",
    ),
    params={
        "owner_tag": "owner",
        "shared_name_patterns": ("^admin$", "^administrator$", "^root", "shared", "team", "^test", "generic"),
    },
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_users.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge every user of the account."""
    users = account_users(seen)
    if not users:
        seen.account.part("iam.authorization", "users").each()
        yield seen.not_applicable("This account has no IAM user.", reason="no_iam_users")
        return
    report = seen.once(Report)
    tag, shared_names = limits.text("owner_tag"), any_name(limits.texts("shared_name_patterns"))
    everyone = [holder(user, report.row(user.name), tag) for user in users]
    owners = Owners(everyone)
    yield from worst_of_each(_judge_user(seen, one, signs(one, owners, tag, shared_names), tag) for one in everyone)


def _judge_user(seen: View, one: Holder, looked_for: Sequence[Sign], tag: str) -> Verdict:
    view = seen.about(resource=one.user.arn)
    if not one.user.name:
        return view.unknown(unreadable(one.user, "UserName"), one.user.path)
    answers = [sign.holds for sign in looked_for]
    proven = [sign for sign, answer in zip(looked_for, answers, strict=True) if answer.value]
    if proven:
        _cite(view, one, proven)
        says = [SAYS[sign.reason].format(name=one.user.name, owner=one.owner, tag=tag) for sign in proven]
        notes = (f"{sign.reason}: {text}" for sign, text in zip(proven[1:], says[1:], strict=True))
        return view.fails(says[0], reason=proven[0].reason, notes=notes)
    for answer in answers:
        if answer.value is None:
            return view.unknown(answer.unknown or Unknown("undecided"), answer.path)
    _cite(view, one, looked_for)
    return view.passes(f"{one.user.name} belongs to {one.owner}, and nothing shows that others use it.")


def _cite(view: View, one: Holder, decided: Iterable[Sign]) -> None:
    for cell in dict.fromkeys(cell for sign in decided for cell in sign.cells()):
        one.cite(cell, view.log)
