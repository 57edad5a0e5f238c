"""Seeding: the same each time, at any size, and without traces."""

from __future__ import annotations

import pytest

from rootwarden.errors import UsageError
from rootwarden.lab.growth import grow
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import read_world
from tests.emulated.seeded_world import api


def test_a_world_is_seeded_the_same_each_time_and_without_traces():
    """Two seedings of the enterprise draw the same ids, and leave nothing behind."""
    seen = []
    for _ in range(2):
        with Lab() as lab:
            world = seed(lab.endpoint, "enterprise")
            assert [len(lab.records(account.id)) for account in world.accounts] == [0] * len(world.accounts)
            assert (lab.deliver().files, lab.undelivered()) == ([], [])
            keys = api(lab, "kms", world.account("log-archive"), world.region).list_keys()["Keys"]
            roots = api(lab, "organizations", world.management).list_roots()["Roots"]
            seen.append((keys, roots))
    assert seen[0] == seen[1]


def test_forty_accounts():
    """A grown organization is seeded whole, and the same seed invents the same members."""
    world = grow(read_world("enterprise"), 40)
    assert world == grow(read_world("enterprise"), 40) != grow(read_world("enterprise"), 40, seed=1)
    with Lab() as lab:
        seed(lab.endpoint, world)
        organizations = api(lab, "organizations", world.management)
        listed = organizations.get_paginator("list_accounts").paginate().build_full_result()["Accounts"]
        states = {one["Id"]: one["State"] for one in listed}
        assert states == {one.id: one.state for one in world.accounts}
    assert {"ACTIVE", "CLOSED"} == set(states.values())
    assert any(not one.audit_role for one in world.accounts)
    assert any(key.active for one in world.accounts[13:] for key in one.root.access_keys)


def test_what_cannot_grow():
    """A single account has no organization to grow, and no world shrinks."""
    with pytest.raises(UsageError) as alone:
        grow(read_world("solo-founder"), 5)
    with pytest.raises(UsageError) as smaller:
        grow(read_world("enterprise"), 3)
    assert str(alone.value) == (
        "the world solo-founder is a single account and cannot grow. "
        "Next: choose a world with an organization, such as `enterprise`"
    )
    assert str(smaller.value) == "the world enterprise has 13 accounts already. Next: give --accounts 13 or more"
