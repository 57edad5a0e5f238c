"""Member accounts have no root credentials at all: what does not exist can be neither stolen nor forgotten.

An organization with fifty accounts has fifty root users, each with a password that can be reset by whoever reads an old
mailbox. With central management of root credentials these can be deleted, password recovery is closed with them, and
the few tasks that need root are done from the management account in sessions of fifteen minutes for one task each.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import AnyOf, Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.central_root import CREDENTIALS, feature_on
from rootwarden.proofs.membership import role_in_organization
from rootwarden.proofs.root_credentials import (
    CERTIFICATES,
    KEYS,
    MFA,
    PASSWORD,
    audit_lists,
    audit_shows_password,
    summary_has,
)
from rootwarden.proofs.truth import Truth, any_true, witnesses

CONTROL = Control(
    code="RW-ROOT-08",
    title="Member accounts hold no root credentials",
    question="Is the root user of this member account without password, keys, certificates and MFA devices?",
    severity=Severity.HIGH,
    practice=Practice.EMERGENCY_ONLY,
    scope=Scope.ACCOUNT,
    facts=("org.organization", "iam.org_features", AnyOf("iam.account_summary", "root.privileged_audit")),
    measured=(
        "The account summary tells whether root has a password, access keys, signing certificates or MFA; a root audit "
        "lists them. Any of the four fails; an MFA device alone is low. The control applies to member accounts of an "
        "organization that manages root credentials centrally; whether it does is the question of RW-ORG-01."
    ),
    misses=(
        "Whether somebody allowed password recovery again since the snapshot. Accounts that the organization invited "
        "keep their root credentials until they are deleted one by one."
    ),
    remedy="delete-member-root-credentials",
    fix=Fix(
        automation="assisted",
        steps=(
            "Check that nothing uses root's keys (RW-ROOT-04, RW-ROOT-07) and that no bucket has MFA Delete on.",
            "Make sure that an administrator who is not root can get into the account.",
            "Start a root session from the management account or IAM's delegated administrator.",
            "Delete in this order, so that a break in between never leaves a password without MFA: password, access "
            "keys, signing certificates, MFA devices.",
        ),
        commands=(
            "aws sts assume-root --region us-east-1 --target-principal {account} --duration-seconds 900 "
            "--task-policy-arn arn=arn:{partition}:iam::aws:policy/root-task/IAMDeleteRootUserCredentials",
            "aws iam delete-login-profile",
            "aws iam delete-access-key --access-key-id ACCESS_KEY_ID",
            "aws iam delete-signing-certificate --certificate-id CERTIFICATE_ID",
            "aws iam deactivate-mfa-device --serial-number SERIAL_NUMBER",
        ),
    ),
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html",
        "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    role = role_in_organization(seen)
    if role != "member":
        yield seen.not_applicable(
            f"This is the {role} account; root credentials can be removed from member accounts only.", reason=role
        )
        return
    if not feature_on(seen, CREDENTIALS).sure():
        yield seen.not_applicable(
            "The organization does not manage root credentials centrally, so they cannot be removed yet (RW-ORG-01).",
            reason="central_root_credentials_off",
        )
        return
    held = _held(seen)
    present = [kind for kind, truth in held.items() if truth.value]
    if present == [_DEVICE]:
        yield _judge_device_alone(seen, [kind for kind, truth in held.items() if truth.value is None])
    elif present:
        yield seen.fails(
            f"Root of this member account still has {_listing(present)}. Delete what is there: root can then neither "
            "sign in nor be taken over through an old mailbox.",
            reason="root_credentials_present",
        )
    else:
        any_true(held.values()).sure()
        yield seen.passes("Root has no password, access key, signing certificate or MFA device.")


_DEVICE = "an MFA device"


def _held(seen: View) -> dict[str, Truth]:
    """Return for each of the four kinds whether root has any, by the summary and the root audit together."""
    return {
        "a password": witnesses((summary_has(seen, PASSWORD), audit_shows_password(seen))),
        "an access key": witnesses((summary_has(seen, KEYS), audit_lists(seen, "access_keys"))),
        "a signing certificate": witnesses(
            (summary_has(seen, CERTIFICATES), audit_lists(seen, "signing_certificates"))
        ),
        _DEVICE: witnesses((summary_has(seen, MFA), audit_lists(seen, "mfa_devices"))),
    }


def _judge_device_alone(seen: View, unread: list[str]) -> Verdict:
    if unread:
        return seen.fails(
            f"Root has an MFA device; whether it also has {_listing(unread, 'or')} could not be read.",
            reason="root_credentials_present",
        )
    return seen.fails(
        "Root has no credentials left, but still an MFA device. Remove it, so that nothing of root remains.",
        reason="orphan_mfa_device",
        severity=Severity.LOW,
    )


def _listing(kinds: list[str], word: str = "and") -> str:
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} {word} {kinds[-1]}"
