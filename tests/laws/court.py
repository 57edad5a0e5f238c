"""Judges a world in memory, as an audit judges a file: every account, the organization, what Rootwarden keeps."""

from __future__ import annotations

from collections.abc import Iterable

from rootwarden.model.control import Registered
from rootwarden.model.findings import Finding
from rootwarden.model.judging import Court
from rootwarden.model.readings import unknown_in
from rootwarden.model.shared import SHARED, Shared
from rootwarden.model.snapshot import Facts
from tests.laws.good import NOW, World


def judge(world: World, controls: Iterable[Registered]) -> list[Finding]:
    """Return all findings of `controls` over every account of the world and its organization."""
    shared = Shared()
    for account, facts in world.accounts.items():
        for fact in SHARED:
            if fact in facts:
                shared.add(account, fact, facts[fact])
    organization = Facts(world.organization)
    court = Court(
        controls=tuple(controls), settings=world.settings, partition=world.partition, organization=organization,
        shared=shared, now=NOW, regions_asked=world.regions_asked, workspace=Facts(world.workspace),
    )  # fmt: skip
    findings: list[Finding] = []
    for account in sorted({*world.accounts, *_listed(world)}):
        findings += court.judge_account(account, Facts(world.accounts.get(account, {})))
    findings += court.judge_organization(_filed_under(world))
    findings += court.judge_workspace(world.caller)
    # The court survives a rule that breaks, with an UNKNOWN; no world may break one.
    broken = [finding for finding in findings if finding.reason.startswith("defect")]
    assert not broken, f"{world.name}: {broken[0].code} broke: {broken[0].reason}"
    return findings


def _listed(world: World) -> Iterable[str]:
    rows = world.organization.get("org.accounts")
    return (
        (row["Id"] for row in rows if isinstance(row, dict) and isinstance(row.get("Id"), str))
        if isinstance(rows, list)
        else ()
    )


def _filed_under(world: World) -> str:
    value = world.organization.get("org.organization")
    found = value.get("MasterAccountId") if isinstance(value, dict) and unknown_in(value) is None else None
    return found if isinstance(found, str) else next(iter(world.accounts)) if len(world.accounts) == 1 else ""
