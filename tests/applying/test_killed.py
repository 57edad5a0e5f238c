"""A run that is killed at any call is gone on with: the same end, and nothing done twice that must not be."""

from __future__ import annotations

import msgspec
import pytest

from rootwarden.model.differences import differences
from rootwarden.model.plan import Plan, encode
from tests.applying.killing import AFTER, BEFORE, gate, run
from tests.applying.workshop import MANAGEMENT, MEMBER, Workshop


@pytest.mark.parametrize(("at", "when"), [(1, BEFORE), (4, AFTER), (7, BEFORE), (9, AFTER)])
def test_killed_and_gone_on_with(shop: Workshop, at: int, when: str):
    """Calls of the run: who asks, whose the resources are, then the changes. `make prove` tries every boundary."""
    plan = shop.plan()
    write(shop, plan)
    there = {**shop.lab.environment(MANAGEMENT, "Admin"), "HOME": "/nonexistent"}
    with gate(shop.lab.endpoint) as door:
        code = run(door, ["apply", "plan.json", "--yes", "--store", "runs.sqlite3"], there, shop.folder, at, when)
        assert code == -9
        if (shop.folder / "runs.sqlite3").exists():
            run(door, ["apply", "--resume", "--yes", "--store", "runs.sqlite3"], there, shop.folder)
        else:
            run(door, ["apply", "plan.json", "--yes", "--store", "runs.sqlite3"], there, shop.folder)
    assert shop.plan().changes == ()
    assert set(shop.writes(MANAGEMENT)) == set(shop.writes(MEMBER)) == {"PutAlternateContact", "UpdateTrail"}


def test_killed_while_undoing(shop: Workshop):
    """Undoing again goes on, and all reads as before."""
    before = shop.facts()
    applied = shop.apply(shop.plan())
    assert applied is not None
    there = {**shop.lab.environment(MANAGEMENT, "Admin"), "HOME": "/nonexistent"}
    undo = ["undo", applied.run.id, "--yes", "--store", "runs.sqlite3"]
    with gate(shop.lab.endpoint) as door:
        for at in (2, 3, 4):
            assert run(door, undo, there, shop.folder, at, AFTER) == -9
        run(door, undo, there, shop.folder)
    assert list(differences(before, shop.facts())) == []


def write(shop: Workshop, plan: Plan) -> None:
    """Write a plan where `rootwarden apply` is run."""
    (shop.folder / "plan.json").write_bytes(msgspec.json.format(encode(plan)))
