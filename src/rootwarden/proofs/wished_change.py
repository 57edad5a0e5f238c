"""A change that somebody wishes for without a finding: made of its parts, known by its remedy, account and Region."""

from __future__ import annotations

from hashlib import sha256

from rootwarden.model.cost import Cost
from rootwarden.model.plan import Change, Risk, change_id
from rootwarden.model.remedy import Wish
from rootwarden.proofs.alerting_wanted import PATIENCE
from rootwarden.proofs.part_of_change import Part


def wished_change(
    wish: Wish, part: Part, *, title: str, why: str, region: str, resource: str, cost: Cost | None = None
) -> Change:
    """Return a change that adds what was wished; dangerous to nobody, unless it touches what is there already."""
    touches = any(one.value is not None for one in part.expects)
    return Change(
        id=wished_id(wish, region), remedy=wish.slug, title=title, why=why, account=wish.account, region=region,
        resource=resource, accounts=(wish.account,), risk=Risk.CAREFUL if touches else Risk.SAFE,
        cost=part.cost if cost is None else cost, shows=part.shows, notes=part.notes, expects=part.expects,
        then=part.then, steps=part.steps, declares=part.declares,
        patience=PATIENCE if part.waits else 0,
    )  # fmt: skip


def wished_id(wish: Wish, region: str) -> str:
    """Return the id of what is wished in a Region: one change in each."""
    return change_id(wish.slug, wish.account, region)


def once(wish: Wish, region: str) -> str:
    """Return the token by which AWS knows a call that is repeated: the same for one plan, another for the next."""
    return sha256(f"{wished_id(wish, region)} {wish.now.isoformat()}".encode()).hexdigest()


def section(wish: Wish) -> str:
    """Return where the settings of a remedy stand in rootwarden.toml."""
    return f"[remedies.{wish.slug}]"
