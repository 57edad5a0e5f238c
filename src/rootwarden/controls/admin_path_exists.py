"""Somebody other than root can administer the account: otherwise root is the only way in, and so it gets used.

Root may only rest while there is another way to do an administrator's work. An account whose last administrator has
left, lost the second factor or was deleted together with the role's trust, leaves its people one door: the root user,
used for everyday work, with a password that several of them know. That is found out best before the day it matters.
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
from rootwarden.proofs.ways_in import Way, WaysIn

CONTROL = Control(
    code="RW-IAM-13",
    title="A working non-root administrator path exists",
    question="Can somebody other than root enter this account as an administrator?",
    severity=Severity.HIGH,
    practice=Practice.PEOPLE,
    scope=Scope.ACCOUNT,
    facts=("iam.authorization", "iam.credential_report", "sso.permission_sets?", "iam.saml_providers?"),
    measured=(
        "Administrative users with a password and MFA, or with an active access key; administrative roles that another "
        "account, an identity provider of this account, people assigned in Identity Center, or an enterable user or "
        "role of this account may assume. A role that trusts only AWS services or deleted principals does not count. "
        "At least min_paths such ways must be there."
    ),
    misses=(
        "Whether the people behind a way still have their password, device or key. Whether another account or an "
        "outside provider that a role trusts is still run by somebody. Service control policies."
    ),
    remedy="create-admin-path",
    fix=Fix(
        automation="assisted",
        steps=(
            "In an organization, assign an administrative permission set to a group in IAM Identity Center.",
            "Or, in a member account, restore the role OrganizationAccountAccessRole that trusts the management "
            "account (commands below).",
            "In a standalone account, create an administrator with a password and MFA, and test it before root rests.",
            "Sign in by the new way once, then run the audit again.",
        ),
        commands=(
            "aws iam create-role --role-name OrganizationAccountAccessRole --assume-role-policy-document "
            '\'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":'
            '"arn:{partition}:iam::MANAGEMENT_ACCOUNT:root"},"Action":"sts:AssumeRole"}]}\'',
            "aws iam attach-role-policy --role-name OrganizationAccountAccessRole "
            "--policy-arn arn:{partition}:iam::aws:policy/AdministratorAccess",
        ),
        terraform="aws_iam_role, aws_iam_role_policy_attachment",
    ),
    params={"min_paths": 1},
    links=(
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_create-cross-account-role.html",
        "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    wanted = max(1, int(limits.number("min_paths")))
    ways = WaysIn(seen)
    found = list(ways.straight())
    if _count(found) < wanted:
        found += ways.through_roles()
    found.sort(key=_in_order)
    there = [way for way in found if way.there.value]
    if len(there) >= wanted:
        yield _passed(seen, there, wanted)
        return
    unsure = [way for way in found if way.there.value is None]
    if len(there) + len(unsure) >= wanted:
        answer = unsure[0].there
        yield seen.unknown(answer.unknown or Unknown("undecided"), answer.path, notes=_listed(there))
        return
    seen.account.part("iam.authorization", "users").each()
    seen.account.part("iam.authorization", "roles").each()
    if there:
        message = f"Only {len(there)} of {wanted} wanted ways lead into this account as an administrator without root."
        yield seen.fails(message, reason="too_few_paths", notes=_listed(there))
        return
    yield seen.fails(
        "Nobody but root can enter this account as an administrator: no administrative user has a password with MFA or "
        "an active key, and no administrative role can be assumed by anybody who exists.",
        reason="no_admin_path",
    )


def _in_order(way: Way) -> tuple[bool, str, str]:
    """Order ways, users first: what a finding says must not depend on the order in which AWS lists them."""
    return way.says.startswith("role"), way.says, str(way.there.unknown)


def _passed(seen: View, there: Sequence[Way], wanted: int) -> Verdict:
    for way in there[:wanted]:
        for cell in way.cells:
            cell.recorded_in(seen.log).plain()
    plural = "ways lead" if len(there) > 1 else "way leads"
    return seen.passes(
        f"{len(there)} {plural} into this account as an administrator without root: {_named(there)}.",
        notes=_listed(there) if len(there) > _SHOWN else [note for way in there for note in way.notes],
    )


_SHOWN = 5


def _count(found: Iterable[Way]) -> int:
    return sum(1 for way in found if way.there.value)


def _named(there: Sequence[Way]) -> str:
    names = "; ".join(way.says for way in there[:_SHOWN])
    return f"{names}; and {len(there) - _SHOWN} more" if len(there) > _SHOWN else names


def _listed(there: Iterable[Way]) -> list[str]:
    return [line for way in there for line in (f"way_in: {way.says}", *way.notes)]
