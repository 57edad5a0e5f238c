"""A run that is killed at any call is gone on with: the same end, and nothing done twice that must not be."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import msgspec
import pytest
from msgspec.structs import replace

from rootwarden.aws.clock import new_ulid
from rootwarden.model.differences import differences
from rootwarden.model.plan import Plan, encode
from rootwarden.model.run import RunState
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import begin_run, past_runs
from tests.applying.killing import AFTER, BEFORE, gate, run
from tests.applying.workshop import MANAGEMENT, MEMBER, Workshop


@pytest.mark.parametrize(
    ("only", "at", "when"),
    [("", 1, BEFORE), ("/putAlternateContact", 1, AFTER), (".UpdateTrail", 1, BEFORE), (".UpdateTrail", 2, AFTER)],
)
def test_killed_and_gone_on_with(shop: Workshop, only: str, at: int, when: str):
    """Before anything, and around the only call of a change, the last of the run too: the run ends, and all is proved.

    `make prove` tries every boundary.
    """
    plan = shop.plan()
    write(shop, plan)
    there = {**shop.lab.environment(MANAGEMENT, "Admin"), "HOME": "/nonexistent"}
    with gate(shop.lab.endpoint) as door:
        code = run(door, ["apply", "plan.json", "--yes", "--store", "runs.sqlite3"], there, shop.folder, at, when, only)
        assert code == -9
        if (shop.folder / "runs.sqlite3").exists():
            run(door, ["apply", "--resume", "--yes", "--store", "runs.sqlite3"], there, shop.folder)
        else:
            run(door, ["apply", "plan.json", "--yes", "--store", "runs.sqlite3"], there, shop.folder)
    assert shop.plan().changes == ()
    assert set(shop.writes(MANAGEMENT)) == set(shop.writes(MEMBER)) == {"PutAlternateContact", "UpdateTrail"}
    ended(shop, RunState.DONE, len(plan.changes))


def test_killed_while_going_on(shop: Workshop):
    """Gone on with by somebody who is killed in turn, after the last call and while the proof is read: it ends too."""
    plan = shop.plan("RW-POL-05")
    write(shop, plan)
    there = {**shop.lab.environment(MANAGEMENT, "Admin"), "HOME": "/nonexistent"}
    store = ["--yes", "--store", "runs.sqlite3"]
    with gate(shop.lab.endpoint) as door:
        for words in (["plan.json"], ["--resume"]):
            assert run(door, ["apply", *words, *store], there, shop.folder, 1, AFTER, "/putAlternateContact") == -9
        run(door, ["apply", "--resume", *store], there, shop.folder)
    assert shop.writes(MANAGEMENT) == shop.writes(MEMBER) == ["PutAlternateContact"]
    ended(shop, RunState.DONE, len(plan.changes))


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
    ended(shop, RunState.UNDONE, len(applied.checked))


def ended(shop: Workshop, state: RunState, proved: int) -> None:
    """See that the only run has ended so, that this many changes of it were proved, and that it is in nobody's way."""
    with closing(open_store(shop.store)) as store:
        (run,) = past_runs(store)
        assert (run.state, [one.proved for one in run.checked]) == (state, [True] * proved)
        assert run.finished is not None
        begin_run(store, replace(run, id=new_ulid(), state=RunState.RUNNING, started=datetime.now(UTC))).close()


def write(shop: Workshop, plan: Plan) -> None:
    """Write a plan where `rootwarden apply` is run."""
    (shop.folder / "plan.json").write_bytes(msgspec.json.format(encode(plan)))
