"""The counts line and the coverage: how many findings say what, and how much was read of what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rootwarden.model.audit import Coverage
from rootwarden.model.findings import Finding, Severity, Status
from rootwarden.report.labels import ORDER, percent

# The families of controls that ask whether somebody could become root; codes are RW-<FAMILY>-<number>.
_ROOT = ("RW-ROOT-", "RW-ORG-")


def by_status(findings: Iterable[Finding]) -> dict[Status, int]:
    """Return how many findings have each status, all six, in the order in which they are shown."""
    counted = Counter(finding.status for finding in findings)
    return {status: counted[status] for status in ORDER}


def failing_by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Return how many findings fail at each severity that occurs, the worst first."""
    counted = Counter(finding.severity for finding in findings if finding.status is Status.FAIL)
    return {severity: counted[severity] for severity in Severity if counted[severity]}


def accounts_with_failing_root(findings: Iterable[Finding]) -> set[str]:
    """Return the accounts in which a control about the root user itself, or its central management, fails."""
    return {f.account for f in findings if f.status is Status.FAIL and f.code.startswith(_ROOT)}


def read_of_expected(row: Coverage) -> str:
    """Return `14 of 15 (93 %)`: never a percentage without its denominator."""
    return f"{row.read:,} of {row.expected:,} ({percent(row.read, row.expected)})"
