"""Findings that say the same are shown once, with the accounts they were found in."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from rootwarden.model.findings import Finding, Severity, Status
from rootwarden.report.labels import ORDER, plural
from rootwarden.report.unread import in_short

# A full stop, then a capital; "2.5" and "e.g. this" do not end a sentence.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_STATUS_RANK: Mapping[Status, int] = {status: n for n, status in enumerate(ORDER)}


class Group(Struct, frozen=True):
    """Findings of one control with one status, severity, reason and aspect; `accounts` in order, each once.

    `about` says what they are about where that is not the account they are filed under: `the organization`.
    """

    findings: tuple[Finding, ...]
    accounts: tuple[str, ...]
    about: str = ""

    @property
    def first(self) -> Finding:
        """One of the findings; code, control, status, severity, practice, reason and aspect hold for all."""
        return self.findings[0]

    @property
    def message(self) -> str:
        """What the findings say; where they name different things, one of them and how many more there are."""
        return " ".join(self._said).strip()

    @property
    def brief(self) -> str:
        """The first sentence of the message, and how many more there are."""
        message, more = self._said
        return f"{_SENTENCE_END.split(message, maxsplit=1)[0]} {more}".strip()

    @property
    def _said(self) -> tuple[str, str]:
        because = self.first.unknown_because
        if self.first.status is Status.UNKNOWN and because is not None:
            return f"{self.first.title}: could not tell, {in_short(because)}.", ""
        said = Counter(finding.message for finding in self.findings)
        message = said.most_common(1)[0][0]
        return message, "" if len(said) == 1 else f"And {len(self.findings) - 1:,} more like it."

    @property
    def rank(self) -> tuple[int, int, int, str, str, str]:
        """Sorts the worst first: status, severity, how widespread, then code, aspect and reason."""
        one = self.first
        return _STATUS_RANK[one.status], one.severity.rank, -len(self.accounts), one.code, one.aspect, one.reason

    def spread(self, accounts: int) -> str:
        """Return `12 of 15 accounts`, what it is about, or "" where there is but one account."""
        if self.about:
            return self.about
        return "" if accounts <= 1 else f"{len(self.accounts):,} of {plural(accounts, 'account')}"


def grouped(findings: Iterable[Finding], about: Mapping[str, str] = MappingProxyType({})) -> list[Group]:
    """Return the groups, the worst first; `about` says by slug what a control judges instead of accounts."""
    heaps: defaultdict[tuple[str, Status, Severity, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        heaps[finding.code, finding.status, finding.severity, finding.reason, finding.aspect].append(finding)
    groups = [
        Group(tuple(heap), tuple(dict.fromkeys([f.account for f in heap])), about.get(heap[0].control, ""))
        for heap in heaps.values()
    ]
    return sorted(groups, key=lambda group: group.rank)


def five_worst(groups: Iterable[Group]) -> list[Group]:
    """Return the five worst failing groups, at most one per control."""
    worst: dict[str, Group] = {}
    for group in groups:
        if group.first.status is Status.FAIL:
            worst.setdefault(group.first.code, group)
    return list(worst.values())[:5]
