"""What all alerting that is wished for needs: the Regions it is about, and what was read in them."""

from __future__ import annotations

from typing import Any

from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not, Wish
from rootwarden.model.view import View
from rootwarden.proofs.regions import regions_in_use
from rootwarden.proofs.trail_coverage import LEADERS


def wished_regions(wish: Wish) -> tuple[tuple[str, ...], tuple[Not, ...]]:
    """Return the Regions of the setting `regions`, all in use where it is empty, and why some are left out.

    Raises:
        UnseenError: which Regions are in use is unread.
    """
    in_use, given = regions_in_use(wish.seen), wish.settings.texts("regions")
    wanted = sorted(set(given) or set(in_use))
    left: list[Not] = []
    closed = [one for one in wanted if one not in in_use]
    if closed:
        todo = f"remove it from regions under [remedies.{wish.slug}] in rootwarden.toml"
        left.append(Not(f"{_listed(closed)} cannot be used by account {wish.account}", todo))
    asked = wish.seen.regions_asked
    unread = [one for one in wanted if one in in_use and asked and one not in asked]
    if unread:
        left.append(Not(f"{_listed(unread)} was not read", "plan again without --regions"))
    return tuple(one for one in wanted if one not in closed and one not in unread), tuple(left)


def leader(regions: tuple[str, ...]) -> str:
    """Return the Region in which global services and the sign-in of root are recorded, "" if it is not among them."""
    return next((one for one in regions if one in LEADERS), "")


def seen_in(seen: View, fact: str, region: str) -> list[dict[str, Any]]:
    """Return the items of a fact that were read in a Region; recorded nowhere.

    Raises:
        UnseenError: the Region, or the whole fact, is unread.
    """
    items = seen.about().account[fact].each()
    return [one.plain() for one in items if one.told("region") in (region, "*")]


def unread(region: str, error: UnseenError) -> Not:
    """Return that a Region is left as it is, because nobody could look there; the others are planned for."""
    return Not(f"could not tell what to change in {region}: {error}", "make it readable, and plan again")


def _listed(regions: list[str]) -> str:
    return ", ".join(regions[:3]) + (f" and {len(regions) - 3} more" if len(regions) > 3 else "")
