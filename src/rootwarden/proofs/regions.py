"""The Regions an account can use: those that are on, or being switched on or off."""

from __future__ import annotations

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.view import View

_IN_USE = frozenset(("ENABLED", "ENABLED_BY_DEFAULT", "ENABLING", "DISABLING"))


def regions_in_use(seen: View) -> tuple[str, ...]:
    """Return the names of the Regions in which the account can hold resources.

    Source: Account Management API Reference, ListRegions, RegionOptStatus.

    Raises:
        UnseenError: the list is unread in whole or in part, malformed, or names no Region in use.
    """
    fact = seen.account["account.regions"]
    rows = fact.plain()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnseenError(Unknown("malformed: expected a list of Regions"), fact.path)
    regions = [(row.get("RegionName"), row.get("RegionOptStatus")) for row in rows]
    if not all(isinstance(name, str) and isinstance(state, str) for name, state in regions):
        raise UnseenError(Unknown("malformed: a Region without name or state"), fact.path)
    names = tuple(name for name, state in regions if state in _IN_USE)
    if not names:
        raise UnseenError(Unknown("malformed: no Region is in use"), fact.path)
    return names


def not_asked(seen: View, fact: str) -> UnseenError | None:
    """Return why nobody can say that something exists in no Region: the reading left out Regions in use, else None.

    `fact` is what was read Region by Region. Where the list of Regions is unread, those not asked for count as in use.
    Nothing is recorded.
    """
    if not seen.regions_asked:
        return None
    try:
        left_out = sorted(set(regions_in_use(seen.about())) - set(seen.regions_asked))
    except UnseenError:
        return UnseenError(Unknown("region_not_asked"), f"{fact} in other Regions")
    if not left_out:
        return None
    more = f" and {len(left_out) - 3} more Regions" if len(left_out) > 3 else ""
    return UnseenError(Unknown("region_not_asked"), f"{fact} in {', '.join(left_out[:3])}{more}")
