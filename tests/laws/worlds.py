"""Generates worlds: one of the two good ones with some answers of AWS changed to others that it may give."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.model.facts import FACTS, Scope, calls_and_permissions
from rootwarden.model.readings import Unknown
from rootwarden.model.thresholds import Param
from tests.laws.good import SETTINGS, WORKSPACE, World, good_worlds
from tests.laws.good_drills import OTHER_DRILLS
from tests.laws.other_identity import OTHER_IDENTITY
from tests.laws.other_watch import OTHER_ALERTS, OTHER_BILLS, OTHER_TRAIL
from tests.laws.spot import GONE, Key, Spot, at

OTHER: dict[str, tuple[Any, ...]] = OTHER_IDENTITY | OTHER_TRAIL | OTHER_ALERTS | OTHER_BILLS | OTHER_DRILLS
PARTITIONS = ("aws", "aws", "aws", "aws-us-gov", "aws-cn")
Settings = Mapping[str, Mapping[str, Param]]


class Edit(NamedTuple):
    """One answer that AWS may give instead of the one in a good world."""

    spot: Spot
    value: Any

    def on(self, world: World) -> World:
        """Return the world with this answer, unchanged where there is no such place any more."""
        parent = at(world.facts(self.spot.owner), (self.spot.fact, *self.spot.keys)[:-1])
        last = (self.spot.fact, *self.spot.keys)[-1]
        fits = isinstance(parent, dict) if isinstance(last, str) else isinstance(parent, list) and last < len(parent)
        if not fits:
            return world
        for copy in _copies(world, self.spot):
            world = world.with_(copy, self.value)
        return _shut(world) if self.spot.fact == "org.accounts" else world


def _shut(world: World) -> World:
    """Return the world without sight of accounts that are closed or not yet open: nobody can enter them."""
    rows = world.organization["org.accounts"]
    states = {row.get("Id"): row.get("State") or row.get("Status") for row in rows if isinstance(row, dict)}
    unread = {
        account: {fact: mark(fact) for fact in facts}
        for account, facts in world.accounts.items()
        if states.get(account) in ("CLOSED", "PENDING_ACTIVATION")
    }
    return replace(world, accounts={**world.accounts, **unread})


def _copies(world: World, spot: Spot) -> Iterator[Spot]:
    """Yield the spot in every copy of a trail: members see the organization's trail as its owner does."""
    if spot.fact != "cloudtrail.trails" or not spot.keys:
        yield spot
        return
    arn = world.at(Spot(spot.owner, spot.fact, (spot.keys[0], "TrailARN")))
    for account, facts in world.accounts.items():
        trails = facts.get(spot.fact)
        for n, item in enumerate(trails if isinstance(trails, list) else ()):
            if item["TrailARN"] == arn:
                yield Spot(account, spot.fact, (n, *spot.keys[1:]))


def mark(fact: str, why: str = "AccessDenied") -> dict[str, Any]:
    """Return what stands in a snapshot where `fact` or a part of it could not be read."""
    call, missing = calls_and_permissions(fact)
    return Unknown(why, call, missing).mark()


def edits(world: World) -> list[Edit]:
    """Return every single change to a world that the tables of other answers know."""
    found = []
    for owner in world.owners:
        for pattern, values in OTHER.items():
            fact, *steps = pattern.split("/")
            if not _belongs(fact, owner) or (not owner and fact not in world.organization):
                continue
            for fact_keys in _places(world.facts(owner), (fact, *steps)):
                spot = Spot(owner, fact, fact_keys[1:])
                if not _fixed_by_aws(world, spot):
                    found += [Edit(spot, named(value, owner)) for value in values if world.at(spot) != value]
    return found


def _fixed_by_aws(world: World, spot: Spot) -> bool:
    """Say whether a spot lies in a policy that AWS manages: its text is the same in every account."""
    if spot.fact != "iam.authorization" or spot.keys[:1] != ("policies",) or len(spot.keys) < 2:
        return False
    return ":iam::aws:policy/" in str(world.at(spot._replace(keys=(*spot.keys[:2], "Arn"))))


def named(value: Any, account: str) -> Any:
    """Return a value of the tables with `<account>` replaced by the account's id."""
    if isinstance(value, str):
        return value.replace("<account>", account)
    if isinstance(value, list):
        return [named(item, account) for item in value]
    if isinstance(value, dict):
        return {key: named(item, account) for key, item in value.items()}
    return value


@cache
def single_edits(number: int) -> tuple[Edit, ...]:
    """Return the edits of one of the good worlds, worked out once."""
    return tuple(edits(good_worlds()[number]))


@cache
def edits_for(number: int, slug: str) -> tuple[Edit, ...]:
    """Return the edits of facts that one control reads."""
    names = catalogue.find(slug).control.fact_names
    return tuple(edit for edit in single_edits(number) if edit.spot.fact in names)


def every_world_with_one_edit() -> Iterator[World]:
    """Yield both good worlds, then each with one answer changed."""
    for number, world in enumerate(good_worlds()):
        yield world
        for edit in single_edits(number):
            yield called(edit.on(world), [edit])


@st.composite
def worlds(draw: st.DrawFn, most: int = 6) -> World:
    """Draw a world with up to `most` changes, mostly among what one control reads, so that they meet each other."""
    number = draw(st.integers(0, 1))
    slug = draw(st.sampled_from([entry.slug for entry in catalogue.controls()]))
    chances = edits_for(number, slug) or single_edits(number)
    chosen = draw(st.lists(st.sampled_from(chances), max_size=most))
    chosen += draw(st.lists(st.sampled_from(single_edits(number)), max_size=2))
    world = good_worlds()[number]
    for edit in chosen:
        world = edit.on(world)
    partition, settings = draw(st.sampled_from(PARTITIONS)), draw(st.sampled_from(other_settings()))
    return replace(called(world, chosen), partition=partition, settings=settings)


def random_world(seed: int, slug: str, most: int = 5) -> World:
    """Return the world of a seed: several changes among what one control reads."""
    dice = random.Random(f"{seed}/{slug}")
    number = dice.randrange(2)
    chances = edits_for(number, slug)
    chosen = [dice.choice(chances) for _ in range(dice.randint(1, most))] if chances else []
    world = good_worlds()[number]
    for edit in chosen:
        world = edit.on(world)
    return replace(called(world, chosen), settings=dice.choice(other_settings()))


@cache
def other_settings() -> tuple[Settings, ...]:
    """Return the usual limits (often) and each that a control offers set to something else."""
    others: list[Settings] = []
    for entry in catalogue.controls():
        for name, default in entry.control.params.items():
            others += [{**SETTINGS, entry.slug: {name: value}} for value in _other_limits(default)]
    return (*[SETTINGS] * len(others), *others)


def _other_limits(default: Param) -> tuple[Param, ...]:
    match default:
        case bool():
            return (not default,)
        case int() | float():
            return (0, default + 1, 10 * default + 365)
        case tuple():
            return ((), ("example.com",), ("elsewhere.example", "alice"))
        case _:
            return ("kind", "")


def called(world: World, chosen: list[Edit]) -> World:
    """Return a world under a name that says what was changed in it."""
    changes = ", ".join(f"{e.spot.owner}:{e.spot.fact}{list(e.spot.keys)}={_shown(e.value)}" for e in chosen)
    return replace(world, name=f"{world.name} with {changes}")


def _shown(value: Any) -> str:
    return "gone" if value is GONE else repr(value)[:120]


def _belongs(fact: str, owner: str) -> bool:
    """Say whether a fact is one of an owner's: the workspace, the organization (""), or an account."""
    if owner == WORKSPACE or FACTS[fact].scope is Scope.WORKSPACE:
        return owner == WORKSPACE and FACTS[fact].scope is Scope.WORKSPACE
    return (fact in _organization_facts()) is (owner == "")


@cache
def _organization_facts() -> frozenset[str]:
    return frozenset(good_worlds()[1].organization)


def _places(value: Any, steps: tuple[str, ...]) -> Iterator[tuple[Key, ...]]:
    """Yield the ways that a pattern can go; the last step may name a field that is not there yet."""
    if not steps:
        yield ()
        return
    first, rest = steps[0], steps[1:]
    if isinstance(value, list) and first == "*":
        keys: Any = range(len(value))
    elif isinstance(value, dict):
        keys = list(value) if first == "*" else [first] if first in value or not rest else []
    else:
        keys = []
    for key in keys:
        yield from ((key, *deeper) for deeper in _places(at(value, (key,)), rest))
