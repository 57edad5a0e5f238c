"""The audit: join what accounts share, judge account by account, say how much was seen."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from msgspec import Struct

from rootwarden import __version__
from rootwarden.errors import Exit
from rootwarden.flows.coverage import Counts
from rootwarden.model.account_line import reader_of
from rootwarden.model.audit import AccountSeen, Audit
from rootwarden.model.control import Registered
from rootwarden.model.findings import CATALOGUE_VERSION, Finding, Severity, Status
from rootwarden.model.judging import Court, worst_first
from rootwarden.model.readings import unknown_in
from rootwarden.model.shared import SHARED, Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Param
from rootwarden.model.view import LEDGER
from rootwarden.store.snapshots import OpenSnapshot


class JudgeRequest(Struct, frozen=True, kw_only=True):
    """What to judge and by which limits; `now` None means: the instant of the snapshot.

    `ledger` is the value of the fact evidence.ledger, as `flows.ledger` reads it; None: no store was given.
    """

    controls: tuple[Registered, ...]
    settings: Mapping[str, Mapping[str, Param]]
    now: datetime | None = None
    ledger: Any = None


def judge_snapshot(
    snapshot: OpenSnapshot, request: JudgeRequest, progress: Callable[[int, int], None] | None = None
) -> Audit:
    """Judge every account of a snapshot; the same snapshot and instant give the same findings, byte for byte.

    Raises:
        InputError: the file is damaged; names the line.
    """
    with _rare_collections():
        return _judge(snapshot, request, progress)


def _judge(snapshot: OpenSnapshot, request: JudgeRequest, progress: Callable[[int, int], None] | None) -> Audit:
    header = snapshot.header
    court = court_of(snapshot, request)
    organization = court.organization
    counts = Counts(header, request.controls)
    counts.organization(organization)
    findings: list[Finding] = []
    seen: list[str] = []
    for line in snapshot.accounts():
        own = Facts(line.facts)
        findings += court.judge_account(line.account, own)
        counts.account(line.account, own)
        own.release()
        seen.append(line.account)
        if progress is not None:
            progress(len(seen), header.accounts_expected)
    for account in sorted(_expected(header.scope.accounts, organization, header.scope.org) - set(seen)):
        findings += court.judge_account(account, Facts({}))
        counts.missing(account)
        seen.append(account)
    filed = filed_under(organization, seen)
    findings += court.judge_organization(filed)
    findings += court.judge_workspace(header.caller or filed)
    return Audit(
        tool_version=__version__,
        catalogue_version=CATALOGUE_VERSION,
        snapshot_at=header.collected_at,
        judged_at=court.now,
        partition=header.partition,
        organization=_organization_field(organization, "Id"),
        accounts=tuple(_account_seen(account, organization) for account in sorted(seen)),
        coverage=counts.result(),
        findings=tuple(worst_first(findings)),
    )


def court_of(snapshot: OpenSnapshot, request: JudgeRequest) -> Court:
    """Return what stays the same for all accounts of a snapshot, with what they share joined."""
    header, organization = snapshot.header, snapshot.organization
    if organization is None:
        # No second line is how a standalone account is written; asked for a whole organization, it is an unread one.
        organization = Facts({} if header.scope.org else {"org.organization": None})
    return Court(
        controls=request.controls,
        settings=request.settings,
        partition=header.partition,
        organization=organization,
        shared=_join(snapshot),
        now=request.now or header.collected_at,
        regions_asked=header.scope.regions,
        workspace=Facts({LEDGER: request.ledger}),
    )


def verdict_exit(audit: Audit, fail_on: str) -> Exit:
    """Return 3 for a failing finding at or above `fail_on` ("none": never), else 5 if anything is unread, else 0.

    Days out of line are no findings; daily costs that were asked for and not read are unread.
    """
    if fail_on != "none":
        limit = Severity(fail_on).rank
        if any(f.status is Status.FAIL and f.severity.rank <= limit for f in audit.findings):
            return Exit.FINDINGS
    if any(f.status is Status.UNKNOWN for f in audit.findings):
        return Exit.INCOMPLETE
    if audit.spending is not None and not audit.spending.complete:
        return Exit.INCOMPLETE
    return (
        Exit.INCOMPLETE
        if any(row.read < row.expected for row in audit.coverage if row.what == "accounts")
        else Exit.FINE
    )


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look for reference cycles once in thousands of accounts, and not in what an audit leaves behind.

    An account leaves its findings, in which there are no cycles: looking through some hundred objects of each account
    in vain costs as much as a rule. Nearly all else is let go with the account, without any search.
    """
    before = gc.get_threshold()
    gc.unfreeze()  # what an audit before this one left behind
    gc.set_threshold(500_000, 50, 1000)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*before)


def _join(snapshot: OpenSnapshot) -> Shared:
    shared = Shared()
    for line in snapshot.accounts(reader_of(SHARED)):
        for fact in SHARED:
            if fact in line.facts:
                shared.add(line.account, fact, line.facts[fact])
    return shared


def _expected(asked: tuple[str, ...], organization: Facts, whole: bool) -> set[str]:
    if not whole:
        return set(asked)
    accounts, _ = organization.get("org.accounts")
    return set(organization.index("org.accounts", "Id")) if isinstance(accounts, list) else set(asked)


def _organization_field(organization: Facts, name: str) -> str:
    value, _ = organization.get("org.organization")
    found = value.get(name) if isinstance(value, Mapping) and unknown_in(value) is None else None
    return found if isinstance(found, str) else ""


def filed_under(organization: Facts, seen: list[str]) -> str:
    """Return the account that organization-wide findings belong to: the management account, or the only one."""
    return _organization_field(organization, "MasterAccountId") or (seen[0] if len(seen) == 1 else "")


def _account_seen(account: str, organization: Facts) -> AccountSeen:
    accounts, _ = organization.get("org.accounts")
    at = organization.index("org.accounts", "Id").get(account)
    row = accounts[at] if at is not None and isinstance(accounts, list) else {}
    management = _organization_field(organization, "MasterAccountId")
    tree, _ = organization.get("org.tree")
    parent = tree.get("parents", {}).get(account, "") if isinstance(tree, Mapping) and unknown_in(tree) is None else ""
    unit = tree.get("units", {}).get(parent, "") if parent and isinstance(tree, Mapping) else ""
    role = "standalone" if not management else "management" if management == account else "member"
    return AccountSeen(
        id=account, name=str(row.get("Name", "")), state=str(row.get("State", "")), role=role, unit=str(unit)
    )
