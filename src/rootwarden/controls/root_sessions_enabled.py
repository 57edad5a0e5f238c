"""Tasks that need root in a member account are done in short sessions for one task, not by recovering a root password.

A bucket or queue policy that locks everybody out can only be undone by root. With root sessions an administrator of the
organization does that one task for at most fifteen minutes, and the trail names the person. Without them, somebody
resets the root password through the mailbox and signs in with everything root can do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.central_root import CREDENTIALS, SESSIONS, feature_on
from rootwarden.proofs.membership import management_account

CONTROL = Control(
    code="RW-ORG-02",
    title="Privileged root sessions (AssumeRoot) are enabled and owned",
    question="Can administrators of the organization do single root tasks without root credentials?",
    severity=Severity.MEDIUM,
    practice=Practice.EMERGENCY_ONLY,
    scope=Scope.ORG,
    facts=("org.organization", "iam.org_features"),
    measured=(
        "RootSessions must be among IAM's organization features. A note warns when it is on while root credentials "
        "management is off. Accounts without an organization are not applicable."
    ),
    misses=(
        "Who may call sts:AssumeRoot, and whether a service control policy that denies root stops these sessions too."
    ),
    remedy="enable-root-sessions",
    fix=Fix(
        automation="auto",
        steps=(
            "In the management account, turn on trusted access for IAM if it is off (RW-ORG-01).",
            "Turn on root sessions.",
            "Allow sts:AssumeRoot to one break-glass role only, limited by sts:TaskPolicyArn.",
            "Exempt sessions with aws:AssumedRoot from service control policies that deny root.",
        ),
        commands=(
            "aws organizations enable-aws-service-access --service-principal iam.amazonaws.com",
            "aws iam enable-organizations-root-sessions",
        ),
        terraform="aws_iam_organizations_features.enabled_features",
    ),
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html",
        "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge the organization."""
    if seen.organization["org.organization"].is_none:
        yield seen.not_applicable("The account belongs to no organization.", reason="no_organization")
        return
    if not feature_on(seen, SESSIONS).sure():
        yield seen.fails(
            "Root sessions are off. A locked bucket or queue in a member account can then be opened only by recovering "
            "that account's root password.",
            reason="root_sessions_off",
        )
        return
    management_account(seen)
    half = "credentials_management_off: root sessions are on while root credentials management is not (RW-ORG-01)"
    notes = [half] if feature_on(seen.about(), CREDENTIALS).value is False else []
    yield seen.passes("Root tasks in member accounts can be done in short sessions for one task.", notes=notes)
