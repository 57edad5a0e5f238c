"""Audit, plan, apply, audit on the world `startup`, by practice; then undo, and every fact reads as before.

What the plan said beforehand that it cannot take back is counted; anything else that differs breaks the claim.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from rootwarden.cli.demo_fixing import SETTINGS
from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.practising import practise
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from tests.emulated.collecting import sign_in


def prove() -> dict[str, Any]:
    """Go once all the way."""
    with Lab() as lab, tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        world = seed(lab.endpoint, "startup")
        sign_in(patch, lab, world.management.id)
        found = practise(CollectRequest(org=True), SETTINGS, Path(folder), lambda _: None)
    before, after, undone = (sum(one.values()) for one in (found.before, found.after, found.undone))
    assert found.plan.changes
    assert after < before
    assert not found.unproved, found.unproved
    assert not found.left or found.stays, found.left
    assert all(one.foretold for one in found.came_up), found.came_up
    return {
        "changes": len(found.plan.changes),
        "calls": sum(len(one.steps) for one in found.plan.changes),
        "remedies": sorted({one.remedy for one in found.plan.changes}),
        "usd_a_month": [str(found.plan.cost.low), str(found.plan.cost.high)],
        "failing": {"before": before, "after": after, "once undone": undone},
        "failing_by_practice": {
            str(practice): [found.before.get(practice, 0), found.after.get(practice, 0), found.undone.get(practice, 0)]
            for practice in sorted({*found.before, *found.after, *found.undone})
        },
        "values_not_as_before": [one.path for one in found.left],
        "said_beforehand": list(found.stays),
    }
