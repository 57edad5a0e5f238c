"""Every line of a control that says FAIL or PASS is reached by a generated world, and the good worlds are all good."""

from __future__ import annotations

from itertools import islice

import pytest

from rootwarden import catalogue
from rootwarden.model.findings import Status
from tests.laws.branches import noted, places
from tests.laws.court import judge
from tests.laws.effort import EFFORT
from tests.laws.good import World, good_worlds
from tests.laws.stories import stories
from tests.laws.tally import Tally
from tests.laws.worlds import every_world_with_one_edit, random_world

CONTROLS = catalogue.controls()


@pytest.mark.parametrize("world", good_worlds(), ids=lambda world: world.name)
def test_good_worlds_are_good(world: World) -> None:
    """Where nothing is wrong, nothing fails and nothing is unread."""
    bad = [f for f in judge(world, CONTROLS) if f.status in (Status.FAIL, Status.UNKNOWN)]
    assert not bad, [f"{f.code} {f.status} of {f.account} {f.resource}: {f.message}" for f in bad]


def test_every_branch_has_a_world(tally: Tally) -> None:
    """Each call of `fails` and `passes` in each control is reached; each control fails and passes somewhere."""
    seen: set[tuple[str, Status]] = set()
    reasons: set[tuple[str, Status, str]] = set()
    with noted() as reached:
        for world in [*stories(), *islice(every_world_with_one_edit(), 0, None, max(1, EFFORT.every_nth // 4))]:
            for finding in judge(world, CONTROLS):
                seen.add((finding.code, finding.status))
                reasons.add((finding.code, finding.status, finding.reason))
            tally.add("worlds")
        for entry in CONTROLS:
            for seed in range(10 * EFFORT.random_worlds):
                seen.update((f.code, f.status) for f in judge(random_world(seed, entry.slug), [entry]))
                tally.add("worlds")
    every = {place for entry in CONTROLS for place in places(entry)}
    tally.add("lines that say FAIL or PASS, all reached", len(every))
    tally.add("different reasons given", len(reasons))
    missed = sorted(f"{place.file.rpartition('/')[2]}:{place.line} {place.says}" for place in every - reached)
    assert not missed, missed
    for entry in CONTROLS:
        assert {(entry.control.code, Status.FAIL), (entry.control.code, Status.PASS)} <= seen, entry.slug
