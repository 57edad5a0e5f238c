"""The organization manages root credentials centrally: one switch instead of a safe full of passwords and keys.

Without it every member account has a root password that can be reset through its mailbox, and each needs its own MFA
device, its own custodian and its own place in the safe. With it, new accounts are born without root credentials, old
ones can be stripped of theirs, and nobody can recover them behind your back.
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
from rootwarden.proofs.central_root import (
    CREDENTIALS,
    FEATURES,
    NOT_ALL_FEATURES,
    TRUSTED_ACCESS_OFF,
    explained,
    feature_on,
    refusal,
)
from rootwarden.proofs.membership import management_account
from rootwarden.proofs.truth import Truth, any_true, ask

CONTROL = Control(
    code="RW-ORG-01",
    title="Centralized root credentials management is enabled",
    question="Can the organization remove and keep away the root credentials of its member accounts?",
    severity=Severity.HIGH,
    practice=Practice.ROOT_MFA,
    scope=Scope.ORG,
    facts=("org.organization", "org.service_access", "iam.org_features", "org.delegated_admins?"),
    measured=(
        "Three things must hold: the organization has all features (not only consolidated billing), trusted access is "
        "on for iam.amazonaws.com, and RootCredentialsManagement is among IAM's organization features. The first one "
        "that is missing is named. Accounts without an organization are not applicable."
    ),
    misses=(
        "Whether the credentials of each member account were in fact deleted: see RW-ROOT-08. Accounts of the company "
        "outside this organization."
    ),
    remedy="enable-root-credentials-management",
    fix=Fix(
        automation="auto",
        steps=(
            "In the management account, make sure that the organization has all features enabled.",
            "Turn on trusted access for IAM.",
            "Turn on root credentials management.",
            "Name a security account as delegated administrator, so that the management account is not needed daily.",
            "Then delete the root credentials of the member accounts (RW-ROOT-08).",
        ),
        commands=(
            "aws organizations enable-aws-service-access --service-principal iam.amazonaws.com",
            "aws iam enable-organizations-root-credentials-management",
            "aws organizations register-delegated-administrator --service-principal iam.amazonaws.com "
            "--account-id SECURITY_ACCOUNT_ID",
        ),
        terraform=(
            "aws_organizations_organization.aws_service_access_principals and "
            "aws_iam_organizations_features.enabled_features"
        ),
    ),
    frameworks={"cis_aws_7.0": ("2.1.1",)},
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-iam.html",
    ),
)

_IAM = "iam.amazonaws.com"
_MISSING = {
    "feature_set": "The organization has consolidated billing only; all features must be enabled first",
    "trusted_access": "Organizations does not trust IAM yet (trusted access for iam.amazonaws.com is off)",
    "root_credentials_management": "IAM's root credentials management is not turned on",
}


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge the organization."""
    organization = seen.organization["org.organization"]
    if organization.is_none:
        yield seen.not_applicable("The account belongs to no organization.", reason="no_organization")
        return
    steps = {
        "feature_set": _all_features(seen, organization),
        "trusted_access": _trusted(seen),
        "root_credentials_management": feature_on(seen, CREDENTIALS),
    }
    missing = next((step for step, held in steps.items() if held.value is False), "")
    if missing:
        yield seen.fails(
            f"{_MISSING[missing]}. Until then every member account keeps a root password that its mailbox can reset.",
            reason=missing,
        )
        return
    for held in steps.values():
        held.sure()
    management_account(seen)
    yield seen.passes("Root credentials of member accounts are managed centrally.", notes=_lonely(seen))


def _all_features(seen: View, organization: Sight) -> Truth:
    if refusal(seen.organization[FEATURES]) == NOT_ALL_FEATURES:
        return Truth(False)
    return ask(lambda: organization["FeatureSet"].text() == "ALL")


def _trusted(seen: View) -> Truth:
    """Answer by the list of trusted services, or by IAM's own refusal."""
    if refusal(seen.organization[FEATURES]) == TRUSTED_ACCESS_OFF:
        return Truth(False)
    try:
        seen.organization["org.service_access"].each()
        quiet = seen.about().organization["org.service_access"].each()
    except UnseenError as error:
        return Truth(None, explained(error.unknown), error.path)
    return any_true(_names_iam(principal) for principal in quiet)


def _names_iam(principal: Sight) -> Truth:
    return ask(lambda: principal.text() == _IAM)


def _lonely(seen: View) -> Iterator[str]:
    """Warn when only the management account can act; decides nothing."""
    admins = seen.about().organization["org.delegated_admins"]
    try:
        if not admins.is_none and not admins[_IAM].each(default=[]):
            yield (
                "no_delegated_administrator: only the management account can act on root credentials; name a security "
                "account as IAM's delegated administrator"
            )
    except UnseenError:
        return
