"""What a scene is: the smallest world in which a remedy has something to do, and what is said of it beforehand.

Each remedy has its scene in the folder `scenes`, in a file of the same name. Adding one is adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct

from rootwarden.catalogue.remedying import remedies
from rootwarden.lab.blueprint import Account, Organization, User, World
from rootwarden.lab.server import Lab
from rootwarden.model.plan import Plan
from tests.emulated.lab_at_work import client, entry
from tests.remedies import scenes

REGION = "us-east-1"
ALONE, MEMBER = "777777777701", "777777777702"
ADMIN = User(name="ada", password=True, mfa="virtual", policies=("AdministratorAccess",))


class Scene(Struct, frozen=True, kw_only=True):
    """A world in which a remedy is prescribed or proposed, and what the law has to know of it.

    `settings` are the remedy's. `spoil` does to the lab what a world cannot say. One Region is read, or `everywhere`;
    `paid` and `root_audit` are read where the remedy needs them. `ahead` is how many days later it is planned and
    applied than seeded. `asked` is what applying needs beside the plan: windows, attested mailboxes.

    Exceptions from the law are made here, by name: `stays` are the places (as a regular expression) that read otherwise
    once all was taken back, each with words of the step that says so; `by_itself` are places that AWS writes and nobody
    sets; `no_way_back` says why nothing of it can be taken back, `by_hand` why there is nothing to apply at all.
    """

    world: World
    settings: Mapping[str, Any] = {}
    spoil: Callable[[Lab], None] | None = None
    everywhere: bool = False
    paid: bool = False
    root_audit: bool = False
    ahead: int = 0
    asked: Callable[[Plan, datetime], dict[str, Any]] = lambda _plan, _now: {}
    stays: Mapping[str, str] = {}
    by_itself: tuple[str, ...] = ()
    no_way_back: str = ""
    by_hand: str = ""


@cache
def _found() -> dict[str, Scene]:
    """Return all scenes by the slug of their remedy."""
    modules = (
        importlib.import_module(one.name) for one in pkgutil.iter_modules(scenes.__path__, f"{scenes.__name__}.")
    )
    return {one.__name__.rpartition(".")[2].replace("_", "-"): one.SCENE for one in modules}


def scene_of(slug: str) -> Scene:
    """Return the scene of a remedy.

    Raises:
        AssertionError: it has none; says where it belongs.
    """
    file = f"tests/remedies/scenes/{slug.replace('-', '_')}.py"
    assert slug in _found(), f"{slug} has no scene: write SCENE = Scene(...) in {file}, see tests/remedies/scene.py"
    return _found()[slug]


def strange_scenes() -> set[str]:
    """Return the scenes of remedies that do not exist."""
    return set(_found()) - set(remedies())


def prescribed() -> list[str]:
    """Return the remedies that answer findings, by slug."""
    return [one.slug for one in remedies().values() if one.propose is None]


def proposed() -> list[str]:
    """Return the remedies that answer a wish, by slug."""
    return [one.slug for one in remedies().values() if one.propose is not None]


# -- worlds ------------------------------------------------------------------------------------------------------------
def alone(**more: Any) -> World:
    """Return one account without an organization, with these things in it."""
    account = Account(id=ALONE, name="alone", email="alone@example.com", **more)
    return World(name="alone", story="One account.", region=REGION, accounts=(account,))


def organized(member: Mapping[str, Any], *, management: Mapping[str, Any] | None = None, **more: Any) -> World:
    """Return an organization of two: its management account, and a member that may be changed from there."""
    accounts = (
        Account(id=ALONE, name="management", email="management@example.com", **(management or {})),
        Account(id=MEMBER, name="member", email="member@example.com", remediate_role=True, **member),
    )
    return World(
        name="organized", story="A management account and a member.", region=REGION, accounts=accounts,
        organization=Organization(id="o-scenescene", **more),
    )  # fmt: skip


def api(lab: Lab, service: str, account: str = ALONE) -> Any:
    """Return a client of an administrator of an account."""
    return client(lab, service, entry(lab, account), REGION)
