"""Each control with what was found by it: as much as a file that a browser opens gladly can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rootwarden.model.audit import AccountSeen, Audit
from rootwarden.model.control import Registered
from rootwarden.model.findings import Finding, Status
from rootwarden.model.readings import Unknown
from rootwarden.report.commands import filled
from rootwarden.report.frameworks import mapped
from rootwarden.report.grouping import Group
from rootwarden.report.labels import ORDER
from rootwarden.report.legible import value_text
from rootwarden.report.page.pieces import Cluster, Section, Shown
from rootwarden.report.prose import paragraphs

# What is shown whole: at most five findings of a group, and about 250 in all, so that the file stays under 2 MB.
_WHOLE_PER_GROUP, _WHOLE_IN_ALL = 5, 250
_NAMED_PER_GROUP, _EVIDENCE = 60, 12
_TO_MEND = frozenset({Status.FAIL, Status.MANUAL, Status.EXCEPTED})


def sections(audit: Audit, groups: Sequence[Group], controls: Mapping[str, Registered]) -> list[Section]:
    """Return a section per control, the worst first; `groups` are sorted so."""
    each = max(1, min(_WHOLE_PER_GROUP, _WHOLE_IN_ALL // max(1, len(groups))))
    accounts = {account.id: account for account in audit.accounts}
    by_control: dict[str, list[Group]] = {}
    for group in groups:
        by_control.setdefault(group.first.code, []).append(group)
    return [
        _section(mine, [_cluster(group, audit, accounts, controls, each) for group in mine], len(accounts), controls)
        for mine in by_control.values()
    ]


def tally(groups: Iterable[Group]) -> tuple[tuple[Status, int], ...]:
    """Return how many findings have each status, without the zeros."""
    counted = dict.fromkeys(ORDER, 0)
    for group in groups:
        counted[group.first.status] += len(group.findings)
    return tuple((status, count) for status, count in counted.items() if count)


def _section(
    groups: Sequence[Group], clusters: Sequence[Cluster], accounts: int, controls: Mapping[str, Registered]
) -> Section:
    one = groups[0].first
    known = controls.get(one.control)
    return Section(
        code=one.code,
        slug=one.control,
        title=one.title,
        misses=one.misses,
        catalogue_version=one.catalogue_version,
        practice=one.practice,
        status=one.status,
        severity=one.severity,
        spread=groups[0].spread(accounts),
        tally=tally(groups),
        clusters=tuple(clusters),
        why=tuple(paragraphs(known.why)) if known else (),
        control=known.control if known else None,
        mending=_mending(clusters),
        frameworks=tuple(mapped(one.frameworks)),
        search=f"{one.code} {one.control} {one.title}".lower(),
    )


def _mending(clusters: Iterable[Cluster]) -> tuple[Shown, ...]:
    """Return the findings whose commands to show: one of those that have the same."""
    different: dict[tuple[str, ...], Shown] = {}
    for cluster in clusters:
        for shown in cluster.shown:
            if shown.commands:
                different.setdefault(shown.commands, shown)
    return tuple(different.values())


def _cluster(
    group: Group,
    audit: Audit,
    accounts: Mapping[str, AccountSeen],
    controls: Mapping[str, Registered],
    each: int,
) -> Cluster:
    one = group.first
    known = controls.get(one.control)
    commands = known.control.fix.commands if known and one.status in _TO_MEND else ()
    whole = group.findings[: each if one.status is not Status.NOT_APPLICABLE else 1]
    inside = {finding.account for finding in whole}
    others = [account for account in group.accounts if account not in inside]
    return Cluster(
        status=one.status,
        severity=one.severity,
        message=group.message,
        spread=group.spread(len(accounts)),
        count=len(group.findings),
        repeated=len(group.findings) > len(group.accounts),
        shown=tuple(_shown(finding, accounts, filled(commands, finding, audit.partition)) for finding in whole),
        named=tuple(_account(account, accounts) for account in others[:_NAMED_PER_GROUP]),
        left_out=len(group.findings) - len(whole),
        accounts_left=max(0, len(others) - _NAMED_PER_GROUP),
    )


def _shown(finding: Finding, accounts: Mapping[str, AccountSeen], commands: tuple[str, ...]) -> Shown:
    return Shown(
        anchor=f"f-{finding.fingerprint[:16]}",
        fingerprint=finding.fingerprint[:12],
        account=_account(finding.account, accounts),
        region=finding.region,
        resource=finding.resource,
        aspect=finding.aspect,
        message=finding.message,
        notes=tuple(note for note in finding.notes),
        evidence=tuple((item.fact, value_text(item.value)) for item in finding.evidence[:_EVIDENCE]),
        evidence_more=max(0, len(finding.evidence) - _EVIDENCE),
        commands=tuple(command for command in commands),
        needs=_unsaid(finding),
    )


def _unsaid(finding: Finding) -> Unknown | None:
    """Return why it is UNKNOWN if the message does not say all of that already."""
    because = finding.unknown_because
    if because is None:
        return None
    said = all(text in finding.message for text in (*because.missing, because.call, because.hint))
    return None if said else because


def _account(account: str, accounts: Mapping[str, AccountSeen]) -> AccountSeen:
    known = accounts.get(account)
    if known is None:
        return AccountSeen(id=account)
    return AccountSeen(id=known.id, name=known.name, role=known.role)
