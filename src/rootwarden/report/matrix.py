"""The accounts against the eight practices: in each cell the worst status, and how many findings say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from rootwarden.model.audit import AccountSeen, Audit
from rootwarden.model.findings import Finding, Practice, Severity, Status
from rootwarden.report.labels import ORDER


class Cell(Struct, frozen=True):
    """One account and practice: `count` of `total` findings have `status`; `severity` is the worst among those.

    Findings that are not applicable are not in the total, unless nothing else is there.
    """

    status: Status
    severity: Severity
    count: int
    total: int


class Row(Struct, frozen=True):
    """One account with a cell per practice (None: nothing was judged), and how bad it is."""

    account: AccountSeen
    cells: tuple[Cell | None, ...]
    badness: tuple[int, ...]


def matrix(audit: Audit) -> list[Row]:
    """Return a row per account, the worst first; accounts that only findings name are added."""
    heaps: dict[str, list[Finding]] = defaultdict(list)
    for finding in audit.findings:
        heaps[finding.account].append(finding)
    named = {account.id for account in audit.accounts}
    extra = [AccountSeen(id=account) for account in sorted(heaps.keys() - named)]
    rows = [_row(account, heaps.get(account.id, ())) for account in [*audit.accounts, *extra]]
    return sorted(rows, key=lambda row: (tuple(-n for n in row.badness), row.account.id))


def overall(findings: Iterable[Finding]) -> tuple[Cell | None, ...]:
    """Return one cell per practice over all accounts."""
    return _cells(list(findings))


def _row(account: AccountSeen, findings: Sequence[Finding]) -> Row:
    badness = [0] * (len(Severity) + 1)
    for finding in findings:
        if finding.status is Status.FAIL:
            badness[finding.severity.rank] += 1
        elif finding.status is Status.UNKNOWN:
            badness[-1] += 1
    return Row(account, _cells(findings), tuple(badness))


def _cells(findings: Sequence[Finding]) -> tuple[Cell | None, ...]:
    heaps: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        heaps[finding.practice].append(finding)
    return tuple(_cell(heaps[practice]) if practice in heaps else None for practice in Practice)


def _cell(findings: Sequence[Finding]) -> Cell:
    worst = min((finding.status for finding in findings), key=ORDER.index)
    same = [finding for finding in findings if finding.status is worst]
    apply = sum(finding.status is not Status.NOT_APPLICABLE for finding in findings)
    return Cell(worst, min((f.severity for f in same), key=lambda s: s.rank), len(same), apply or len(findings))
