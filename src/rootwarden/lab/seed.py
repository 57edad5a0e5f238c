"""Puts a whole world into the lab, over HTTP, in an order in which everything finds what it needs."""

from __future__ import annotations

from datetime import datetime
from zlib import crc32

from rootwarden.lab.blueprint import Account, World
from rootwarden.lab.clock import now
from rootwarden.lab.seeding.alerting import seed_alerting, seed_detection
from rootwarden.lab.seeding.billing import seed_billing
from rootwarden.lab.seeding.contacts import seed_contacts
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.seeding.identity_center import seed_identity_center
from rootwarden.lab.seeding.organization import close_accounts, seed_organization
from rootwarden.lab.seeding.people import seed_people
from rootwarden.lab.seeding.root import seed_root
from rootwarden.lab.seeding.storage import KeyRing, seed_buckets, seed_keys
from rootwarden.lab.seeding.trails import seed_trails
from rootwarden.lab.world import read_world


def seed(endpoint: str, world: World | str) -> World:
    """Bring a world, or the one of this name or file, to life in the lab at `endpoint`, and return it.

    The lab should be empty. What the seeding did is left in no trail, bus or log group. One call follows the other, so
    that the ids AWS would draw are the same each time; threads would not be faster, lab and seeder share one processor.

    Raises:
        UsageError: there is no such world.
        InputError: the world's file is wrong.
    """
    if isinstance(world, str):
        world = read_world(world)
    hands, moment = Hands(endpoint), now()
    hands.draw_ids_from(crc32(world.name.encode()))
    hands.control("POST", "quiet", {"quiet": True})
    try:
        _build(hands, world, moment)
    finally:
        hands.control("POST", "quiet", {"quiet": False})
    for account in world.accounts:
        hands.control("DELETE", f"records/{account.id}")
    hands.control("DELETE", "undelivered")
    return world


def _build(hands: Hands, world: World, moment: datetime) -> None:
    """Make everything the world says."""
    with hands.working_in(world.management.id):
        if world.organization is not None:
            seed_organization(hands, world, world.organization)
    keys: KeyRing = {}
    for account in world.accounts:
        keys |= _furnish(hands, world, account, moment)
    for account in world.accounts:
        with hands.working_in(account.id):
            seed_trails(hands, world, account, keys, moment)
    with hands.working_in(world.management.id):
        if world.organization is not None:
            seed_identity_center(hands, world, world.organization)
    for account in world.accounts:
        with hands.working_in(account.id):
            seed_detection(hands, account)
    with hands.working_in(world.management.id):
        if world.organization is not None:
            close_accounts(hands, world)


def _furnish(hands: Hands, world: World, account: Account, moment: datetime) -> KeyRing:
    """Put everything into one account that needs no other."""
    with hands.working_in(account.id):
        seed_root(hands, account, moment)
        seed_people(hands, world, account)
        seed_contacts(hands, world, account)
        ring = seed_keys(hands, world, account)
        seed_buckets(hands, world, account)
        seed_alerting(hands, world, account)
        seed_billing(hands, account, moment)
    return ring
