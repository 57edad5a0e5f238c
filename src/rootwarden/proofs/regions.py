"""The Regions an account can use: those that are on, or being switched on or off."""

from __future__ import annotations

from collections.abc import Mapping

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
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise UnseenError(Unknown("malformed: expected a list of Regions"), fact.path)
    if not all(isinstance(row.get(field), str) for row in rows for field in ("RegionName", "RegionOptStatus")):
        raise UnseenError(Unknown("malformed: a Region without name or state"), fact.path)
    names = tuple(row["RegionName"] for row in rows if row["RegionOptStatus"] in _IN_USE)
    if not names:
        raise UnseenError(Unknown("malformed: no Region is in use"), fact.path)
    return names
