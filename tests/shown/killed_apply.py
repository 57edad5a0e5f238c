"""`rootwarden apply` killed with SIGKILL at every call it makes, right before AWS gets it and right after it was done.

Each time somebody goes on with the run. The end is that of a run nobody killed, ids and times apart, the run is done
with every change proved, and no call that must not be made twice was carried out twice.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rootwarden.lab.server import Lab
from rootwarden.model.differences import differences
from rootwarden.model.plan import Plan, encode
from rootwarden.model.run import RunState
from rootwarden.model.writes import WRITES
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import past_runs
from tests.applying.killing import AFTER, BEFORE, gate, run
from tests.applying.workshop import MANAGEMENT, MEMBER, Workshop

# Contacts, trails, keys, buckets, budgets: calls that may be repeated, and many that must not be.
MENDED = ("RW-POL-05", "RW-TRAIL-03", "RW-TRAIL-04", "RW-TRAIL-07", "RW-BILL-01")

# Ids that AWS draws anew each time.
_DRAWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}")


def prove() -> dict[str, Any]:
    """Count the calls of a whole run, then kill one after the other."""
    trials, resumed, anew, repeated = 0, 0, 0, Counter[str]()
    with Lab() as lab, pytest.MonkeyPatch.context() as patch:
        calls, end, plan = _whole(lab, patch)
        for at in range(1, calls + 1):
            for when in (BEFORE, AFTER):
                with tempfile.TemporaryDirectory() as folder:
                    shop = Workshop(lab, Path(folder), patch)
                    went_on = _killed(shop, shop.plan(*MENDED), at, when)
                    trials, resumed, anew = trials + 1, resumed + went_on, anew + (not went_on)
                    left = list(differences(end, _drawn(shop.facts())))
                    assert left == [], (at, when, left)
                    repeated += _repeats(shop)
                    with closing(open_store(shop.store)) as store:
                        (one,) = past_runs(store)
                    assert (one.state, len(one.checked)) == (RunState.DONE, len(plan.changes)), (at, when, one.state)
                    assert all(found.proved for found in one.checked), (at, when, one.checked)
    harmful = {name: times for name, times in repeated.items() if not _again(name)}
    assert harmful == {}, harmful
    return {
        "changes": len(plan.changes),
        "steps": sum(len(one.steps) for one in plan.changes),
        "calls_of_a_run": calls,
        "kills": trials,
        "gone_on_with": resumed,
        "not_begun_and_applied_anew": anew,
        "idempotent_calls_repeated": sum(repeated.values()),
        "other_calls_repeated": 0,
        "ends_that_differ": 0,
        "runs_without_an_end_or_proof": 0,
    }


def _whole(lab: Lab, patch: pytest.MonkeyPatch) -> tuple[int, Any, Plan]:
    """Apply the plan without killing anybody; return how many calls that takes, and how everything reads then."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(lab, Path(folder), patch)
        plan = shop.plan(*MENDED)
        with gate(lab.endpoint) as door:
            _apply(shop, door, plan)
            return door.calls, _drawn(shop.facts()), plan


def _killed(shop: Workshop, plan: Plan, at: int, when: str) -> bool:
    """Apply, be killed, go on; return whether there was a run to go on with."""
    with gate(shop.lab.endpoint) as door:
        assert _apply(shop, door, plan, at, when) == -9
        begun = (shop.folder / "runs.sqlite3").exists()
        if begun:
            run(door, ["apply", "--resume", *_STORE], _environment(shop), shop.folder)
        else:
            _apply(shop, door, plan)
        return begun


_STORE = ("--yes", "--store", "runs.sqlite3")


def _apply(shop: Workshop, door: Any, plan: Plan, at: int = 0, when: str = BEFORE) -> int:
    (shop.folder / "plan.json").write_bytes(msgspec.json.format(encode(plan)))
    return run(door, ["apply", "plan.json", *_STORE], _environment(shop), shop.folder, at, when)


def _environment(shop: Workshop) -> dict[str, str]:
    return {**shop.lab.environment(MANAGEMENT, "Admin"), "HOME": "/nonexistent"}


def _drawn(value: Any) -> Any:
    return msgspec.json.decode(_DRAWN.sub("id", msgspec.json.encode(value).decode()))


def _repeats(shop: Workshop) -> Counter[str]:
    """Return which calls were carried out more than once with the same parameters, and how often too much."""
    made: Counter[str] = Counter()
    for account in (MANAGEMENT, MEMBER):
        for one in shop.lab.records(account):
            changes = not one["readOnly"] and one["eventName"] != "AssumeRole"
            if "run/" in one["userAgent"] and changes and "errorCode" not in one:
                asked = msgspec.json.encode(one["requestParameters"]).decode()
                made[f"{one['eventSource']}|{one['eventName']}|{asked}"] += 1
    found: Counter[str] = Counter()
    for name, times in made.items():
        if times > 1:
            found["|".join(name.split("|")[:2])] += times - 1
    return found


def _again(name: str) -> bool:
    """Return whether a call that was repeated does no harm."""
    source, event = name.split("|")
    rows = [row for call, row in WRITES.items() if call.split(".")[1] == event and call.split(".")[0] in source]
    return bool(rows) and all(row.again for row in rows)
