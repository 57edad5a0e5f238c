"""Whatever JSON stands where AWS's answer should be, an audit does not crash, and nothing looks better for it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rootwarden import catalogue
from tests.laws.court import judge
from tests.laws.effort import EFFORT, tried
from tests.laws.good import World, good_worlds
from tests.laws.improvement import improvements
from tests.laws.spot import Spot, inside
from tests.laws.tally import Tally
from tests.laws.test_no_verdict_improves import readers, spots
from tests.laws.worlds import worlds

CONTROLS = catalogue.controls()
# One value of each type that JSON has, and shapes that look nearly right.
JUNK: tuple[Any, ...] = (
    True, 7, -1.5, "junk", "", [], {}, [7], ["junk"], [[]], [{}], [None], {"junk": 7}, {"": None}, "\u0000\ud7ff",
    10**30,
    {"_unknown": 7}, {"_unknown": {"why": ["odd"]}}, {"_unknown": {}, "also": "this"},
)  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(max_size=8), child, max_size=3),
    max_leaves=6,
)


def another_type(junk: Any, here: Any) -> bool:
    """Say whether junk is of a type that has no business here; a list of texts may stand for a text, as in policies."""
    if junk == [] or here == []:
        return not (isinstance(here, list | str) and isinstance(junk, list | str))
    kinds = {_kind(junk), _kind(here)}
    return len(kinds) > 1 and not kinds <= {"str", "texts"}


def _kind(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    texts = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
    return "texts" if texts else type(value).__name__


def test_nothing_improves_by_junk(tally: Tally) -> None:
    """A value of another type at any place of the good worlds (some in a quick run) never makes a verdict better."""
    for world in good_worlds():
        before = judge(world, CONTROLS)
        for number, spot in enumerate(spots(world)):
            if number % EFFORT.every_nth:
                continue
            entries = readers(spot.fact)
            codes = {entry.control.code for entry in entries}
            old = [finding for finding in before if finding.code in codes]
            for junk in JUNK:
                if another_type(junk, world.at(spot)):
                    found = list(improvements(old, judge(world.with_(spot, junk), entries)))
                    assert not found, f"{world.name}\nwith {junk!r} at {spot}:\n" + "\n".join(found)
                    tally.add("values of another type")
                    tally.add("verdicts compared", len(old))


@tried
@given(world=worlds(most=3), data=st.data())
def test_nothing_improves_by_junk_in_generated_worlds(tally: Tally, world: World, data: st.DataObject) -> None:
    """The same in worlds that have something wrong already."""
    before = judge(world, CONTROLS)
    spot = data.draw(st.sampled_from([spot for spot in spots(world) if readers(spot.fact)]))
    junk = data.draw(st.sampled_from(JUNK))
    after = judge(world.with_(spot, junk), CONTROLS)
    tally.add("worlds")
    if another_type(junk, world.at(spot)) and world.at(spot) is not None:
        found = list(improvements(before, after, contradictions=True))
        assert not found, f"{world.name}\nwith {junk!r} at {spot}:\n" + "\n".join(found)
        tally.add("verdicts compared", len(before))


@tried
@given(world=st.sampled_from(good_worlds()), data=st.data())
def test_no_junk_crashes(tally: Tally, world: World, data: st.DataObject) -> None:
    """Any JSON at all, anywhere, several times: every control still answers."""
    for _ in range(data.draw(st.integers(1, 4))):
        owner = data.draw(st.sampled_from(world.owners))
        fact = data.draw(st.sampled_from(sorted(world.facts(owner))))
        keys = data.draw(st.sampled_from(list(inside(world.at(Spot(owner, fact))))))
        world = world.with_(Spot(owner, fact, keys), data.draw(ANY_JSON))
    answered = {finding.code for finding in judge(world, CONTROLS)}
    assert answered == {entry.control.code for entry in CONTROLS}
    tally.add("worlds with junk")
