"""Losing sight of anything, a fact, a field, a list item or a whole account, never makes a verdict look better."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from rootwarden import catalogue
from rootwarden.model.control import Registered
from rootwarden.model.findings import Finding
from tests.laws.court import judge
from tests.laws.effort import EFFORT, tried
from tests.laws.good import World, good_worlds
from tests.laws.improvement import improvements
from tests.laws.spot import GONE, Spot, inside
from tests.laws.tally import Tally
from tests.laws.worlds import mark, worlds

CONTROLS = catalogue.controls()


def readers(fact: str) -> tuple[Registered, ...]:
    """Return the controls that a change to `fact` can reach: all of them for the list of accounts and their states."""
    everyone = fact in ("org.accounts", "org.organization")
    return CONTROLS if everyone else tuple(entry for entry in CONTROLS if fact in entry.control.fact_names)


def spots(world: World) -> list[Spot]:
    """Return every place of the world, from whole facts to the last letter."""
    return [Spot(top.owner, top.fact, keys) for top in world.spots() for keys in inside(world.at(top))]


def compare(
    world: World, before: Iterable[Finding], spot: Spot, dimmed: World, tally: Tally, *, contradictions: bool = False
) -> None:
    """Judge the world again without sight of a spot, and fail on anything that looks better."""
    entries = readers(spot.fact)
    codes = {entry.control.code for entry in entries}
    old = [finding for finding in before if finding.code in codes]
    found = list(improvements(old, judge(dimmed, entries), contradictions=contradictions))
    tally.add("places blinded")
    tally.add("verdicts compared", len(old))
    tally.add("verdicts that improved", len(found))
    assert not found, f"{world.name}\nwithout {spot}:\n" + "\n".join(found)


def test_nothing_improves_in_good_worlds(tally: Tally) -> None:
    """Each place of the good worlds (some of them in a quick run), blinded one after another."""
    for world in good_worlds():
        before = judge(world, CONTROLS)
        for spot in spots(world)[:: EFFORT.every_nth]:
            compare(world, before, spot, world.with_(spot, mark(spot.fact)), tally)


@tried
@given(world=worlds(), data=st.data())
def test_nothing_improves_in_generated_worlds(tally: Tally, world: World, data: st.DataObject) -> None:
    """Places of generated worlds, blinded one by one and together."""
    before = judge(world, CONTROLS)
    tally.add("worlds")
    tally.add("verdicts judged", len(before))
    chances = [spot for spot in spots(world) if readers(spot.fact)]
    chosen = data.draw(st.lists(st.sampled_from(chances), min_size=1, max_size=8, unique=True))
    for spot in chosen:
        compare(world, before, spot, world.with_(spot, mark(spot.fact)), tally, contradictions=True)
    dimmed = world
    for spot in chosen:
        if dimmed.at(spot) is not GONE:
            dimmed = dimmed.with_(spot, mark(spot.fact))
    found = list(improvements(before, judge(dimmed, CONTROLS), contradictions=True))
    tally.add("verdicts that improved", len(found))
    assert not found, f"{world.name}\nwithout {chosen}:\n" + "\n".join(found)


@tried
@given(world=worlds(), data=st.data())
def test_nothing_improves_without_an_account(tally: Tally, world: World, data: st.DataObject) -> None:
    """A whole account, or a fact that nobody asked for, is missing from the snapshot."""
    before = judge(world, CONTROLS)
    account = data.draw(st.sampled_from(sorted(world.accounts)))
    if world.organization.get("org.accounts"):
        found = list(improvements(before, judge(world.without_account(account), CONTROLS), contradictions=True))
        assert not found, f"{world.name}\nwithout {account}:\n" + "\n".join(found)
        tally.add("accounts left out")
    optional = {
        name.rstrip("?") for e in CONTROLS for name in e.control.facts if isinstance(name, str) and name[-1] == "?"
    }
    spot = data.draw(st.sampled_from([spot for spot in world.spots() if spot.fact not in optional]))
    found = list(improvements(before, judge(world.with_(spot, GONE), CONTROLS), contradictions=True))
    assert not found, f"{world.name}\nwithout having asked for {spot}:\n" + "\n".join(found)
    tally.add("facts left out")
    tally.add("verdicts compared", 2 * len(before))
