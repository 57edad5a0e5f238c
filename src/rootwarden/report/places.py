"""Names the accounts, Regions and resources of a group on one short line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rootwarden.model.audit import Audit
from rootwarden.report.grouping import Group
from rootwarden.report.labels import plural

_NAMED = 3


def account_names(audit: Audit) -> dict[str, str]:
    """Return `111122223333 prod-data` for each account id."""
    return {account.id: f"{account.id} {account.name}".strip() for account in audit.accounts}


def where(group: Group, names: Mapping[str, str]) -> str:
    """Return where the group was found: of many accounts the first three, else its resources and Regions."""
    if len(names) > 1 and not group.about:
        if len(group.accounts) == len(names):
            return ""
        return _few([names.get(account, account) for account in group.accounts], "account")
    places = [" in ".join(part for part in (f.resource, f.region) if part) for f in group.findings]
    return _few([place for place in dict.fromkeys(places) if place], "place")


def _few(items: Sequence[str], word: str) -> str:
    if len(items) <= _NAMED:
        return ", ".join(items)
    return f"{', '.join(items[:_NAMED])} and {plural(len(items) - _NAMED, 'more ' + word)}"
