"""A PASS whose required facts cannot be read any more becomes UNKNOWN: absence of evidence is never a pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rootwarden import catalogue
from rootwarden.model.control import Registered
from rootwarden.model.findings import Status
from tests.laws.court import judge
from tests.laws.effort import EFFORT
from tests.laws.good import World, good_worlds
from tests.laws.spot import GONE
from tests.laws.stories import stories
from tests.laws.tally import Tally
from tests.laws.worlds import mark, random_world

CONTROLS = catalogue.controls()
UNREAD = {"refused": mark, "not asked for": lambda _: GONE}


def _worlds(entry: Registered) -> Iterator[tuple[World, set[Status]]]:
    """Yield worlds with what a PASS may become in them.

    In random ones a stale report may contradict the summary: once the summary is silent, the report may prove that the
    question has no meaning. In the others sources agree.
    """
    proven = {Status.UNKNOWN, Status.FAIL}
    for world in (*good_worlds(), *stories()):
        yield world, proven
    for seed in range(EFFORT.random_worlds):
        yield random_world(seed, entry.slug), proven | {Status.NOT_APPLICABLE}


def blinded(world: World, group: tuple[str, ...], how: str) -> World:
    """Return the world without sight of these facts, of every account and of the organization."""
    for spot in world.spots():
        if spot.fact in group:
            world = world.with_(spot, UNREAD[how](spot.fact))
    return world


@pytest.mark.parametrize("how", UNREAD)
@pytest.mark.parametrize("entry", CONTROLS, ids=lambda entry: entry.slug)
def test_blind(entry: Registered, how: str, tally: Tally) -> None:
    """Each group of required facts, unread, leaves no PASS: it becomes UNKNOWN unless a FAIL is proven."""
    for world, allowed in _worlds(entry):
        passes = {f.fingerprint for f in judge(world, [entry]) if f.status is Status.PASS}
        for group in entry.control.required if passes else ():
            after = judge(blinded(world, group, how), [entry])
            left = [f for f in after if f.status is Status.PASS]
            assert not left, f"{world.name}: without {group}: {left[0].message}"
            changed = {f.status for f in after if f.fingerprint in passes}
            assert changed <= allowed, f"{world.name}: without {group}: {changed}"
            tally.add("groups of facts blinded")
            tally.add("verdicts PASS that did not survive", len(passes))
