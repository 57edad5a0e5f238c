"""Other values for one place of a world: those that the tables know, else others of the same type."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.laws.good import World
from tests.laws.spot import GONE, Spot
from tests.laws.worlds import OTHER, edits, named


def candidates(world: World, spot: Spot) -> Iterator[Any]:
    """Yield well-typed values that differ from what stands at the spot; absence is not among them."""
    here = world.at(spot)
    for value in _known(spot.pattern()):
        if value is not GONE and value is not None:
            yield named(value, spot.owner)
    if isinstance(here, dict | list):
        yield from _with_one_part_changed(world, spot)
    match here:
        case bool():
            yield not here
        case int() | float():
            yield from (0, 1, here + 1, -1, 10**9)
        case str():
            yield from ("", "something else", "2019-01-01T00:00:00Z", "true", "false")
        case list():
            yield []
        case dict():
            yield {}


def _with_one_part_changed(world: World, spot: Spot) -> Iterator[Any]:
    """Yield what a collection becomes when the tables change one value in it."""
    depth = len(spot.keys)
    for edit in edits(world):
        inside = edit.spot.owner == spot.owner and edit.spot.fact == spot.fact and edit.spot.keys[:depth] == spot.keys
        if inside and len(edit.spot.keys) > depth:
            yield edit.on(world).at(spot)


@cache
def _known(pattern: str) -> tuple[Any, ...]:
    """Return the table's values of the first entry whose steps fit, `*` in the table standing for any step."""
    steps = pattern.split("/")
    for known, values in OTHER.items():
        wanted = known.split("/")
        if len(wanted) == len(steps) and all(w in ("*", s) for w, s in zip(wanted, steps, strict=True)):
            return values
    return ()
