"""Root has no access keys: a root key is a password that never expires and that no policy can limit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import AnyOf, Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View

CONTROL = Control(
    code="RW-ROOT-04",
    title="No root access keys exist",
    question="Does the root user have no access keys?",
    severity=Severity.CRITICAL,
    practice=Practice.EMERGENCY_ONLY,
    scope=Scope.ACCOUNT,
    facts=(AnyOf("iam.account_summary", "iam.credential_report"), "root.privileged_audit?"),
    measured="x",
    misses="Keys created after the snapshot.",
    remedy="delete-root-access-keys",
    fix=Fix(automation="assisted", steps=("x",)),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    n = seen.account["iam.account_summary"]["AccountAccessKeysPresent"].number()
    if n > 0:
        yield seen.fails("Root has access keys.")
    else:
        yield seen.passes("Root has no access keys.")
