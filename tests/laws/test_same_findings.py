"""The same snapshot gives the same findings: in any order of accounts, facts and items, from a file or from memory."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.model.findings import Finding
from rootwarden.model.snapshot import AskedFor, Header
from rootwarden.model.view import LEDGER
from rootwarden.store.snapshots import SnapshotWriter, open_snapshot
from tests.laws.court import judge
from tests.laws.effort import tried
from tests.laws.good import NOW, World
from tests.laws.spot import everywhere
from tests.laws.tally import Tally
from tests.laws.worlds import worlds

CONTROLS = catalogue.controls()


def said(findings: list[Finding]) -> Counter[tuple[Any, ...]]:
    """Return what findings say, whatever their order; an item's number in a list is no part of it."""
    return Counter(
        (f.fingerprint, f.status, f.severity, f.reason, _unnumbered(f.message), tuple(sorted(f.notes)), _evidence(f))
        for f in findings
    )


def _evidence(finding: Finding) -> tuple[str, ...]:
    return tuple(sorted(_unnumbered(item.fact) + repr(_unordered(item.value)) for item in finding.evidence))


def _unnumbered(text: str) -> str:
    return re.sub(r"\[\d{1,3}\]", "[n]", text)


def _unordered(value: Any) -> Any:
    fields = dict(sorted(value.items())) if isinstance(value, dict) else value
    return everywhere(fields, lambda items: sorted(items, key=repr))


def shuffled(world: World, seed: int) -> World:
    """Return the world with accounts, facts, fields and list items in another order."""
    dice = random.Random(seed)

    def mixed(items: list[Any]) -> list[Any]:
        return dice.sample(items, len(items))

    def fields(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fields(value[key]) for key in mixed(list(value))}
        return [fields(item) for item in value] if isinstance(value, list) else value

    accounts = {account: fields(everywhere(world.accounts[account], mixed)) for account in mixed(list(world.accounts))}
    organization, workspace = (fields(everywhere(one, mixed)) for one in (world.organization, world.workspace))
    return replace(world, accounts=accounts, organization=organization, workspace=workspace)


@tried
@given(world=worlds(), seed=st.integers(0, 10_000))
def test_order_does_not_matter(tally: Tally, world: World, seed: int) -> None:
    """Shuffled from top to bottom, a world gets the same verdicts, messages and evidence."""
    before, after = said(judge(world, CONTROLS)), said(judge(shuffled(world, seed), CONTROLS))
    assert before == after, f"{world.name} shuffled by {seed}:\n{_difference(before, after)}"
    tally.add("worlds shuffled")
    tally.add("verdicts compared", before.total())


@tried
@given(world=worlds())
def test_identities_are_unique(tally: Tally, world: World) -> None:
    """No two findings of an audit share a fingerprint: what is kept under it would overwrite itself."""
    findings = judge(world, CONTROLS)
    marks = Counter(f.fingerprint for f in findings)
    assert not [f for f in findings if marks[f.fingerprint] > 1], world.name
    tally.add("fingerprints", len(marks))


@tried
@given(world=worlds())
def test_a_file_judges_like_memory(tally: Tally, tmp_path_factory: Any, world: World) -> None:
    """Written, read and judged by the audit's own flow, a world gets the same findings as in memory, twice the same."""
    path = tmp_path_factory.mktemp("laws") / "snapshot.jsonl.gz"
    _write(world, path)
    request = JudgeRequest(controls=CONTROLS, settings=world.settings, ledger=world.workspace[LEDGER])
    first, second = (judge_snapshot(open_snapshot(path), request) for _ in range(2))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    before, after = said(judge(world, CONTROLS)), said(list(first.findings))
    assert before == after, f"{world.name}:\n{_difference(before, after)}"
    tally.add("worlds written and read")
    tally.add("verdicts compared", before.total())


def _write(world: World, path: Path) -> None:
    header = Header(
        tool_version="0", collected_at=NOW, partition=world.partition, accounts_expected=len(world.accounts),
        scope=AskedFor(org=len(world.accounts) > 1), caller=world.caller,
    )  # fmt: skip
    with SnapshotWriter(path) as writer:
        writer.header(header)
        writer.organization(world.organization)
        for account, facts in world.accounts.items():
            writer.account(account, facts)


def _difference(before: Counter[tuple[Any, ...]], after: Counter[tuple[Any, ...]]) -> str:
    return "\n".join([f"- {row[1:]}" for row in before - after] + [f"+ {row[1:]}" for row in after - before])
