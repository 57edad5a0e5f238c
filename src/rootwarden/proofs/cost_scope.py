"""Which accounts a budget's filters let in, and whether they let in all of an account's costs.

A filter on services, Regions, tags or anything else that tells costs apart leaves some out: such a budget does not
cover an account. Kinds of charges (credits, refunds, tax) may be left out. Source: AWS Budgets API Reference, Budget
(CostFilters, FilterExpression) and Expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight

# What a budget with no account filter covers: the account it stands in, and in a management account all members.
EVERYONE = None
Accounts = frozenset[str] | None
NOBODY: Accounts = frozenset()
_ORDINARY_CHARGES = frozenset(("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"))
_CHARGES = frozenset(("RECORD_TYPE", "RecordType"))
_UNNAMED = "billingview/primary"
_PRIMARY = re.compile(r"(?:.+:)?billingview/primary")
_EXACT = frozenset(("EQUALS", "CASE_SENSITIVE"))


def accounts_covered(budget: Sight) -> Accounts:
    """Return the accounts of which a budget counts all costs; EVERYONE without an account filter, NOBODY if limited.

    Raises:
        UnseenError: the filters are unread or malformed, or an account filter is of a kind not known here.
    """
    covered: Accounts = EVERYONE
    for field, read in (("CostFilters", _filters), ("FilterExpression", _expression)):
        value = budget[field].plain(default=None)
        if value is None:
            continue
        if not isinstance(value, Mapping):
            raise UnseenError(Unknown("malformed: filters are not an object"), budget[field].path)
        covered = _both(covered, read(value, budget[field].path))
    if covered != NOBODY:
        _must_be_of_the_whole(budget["BillingViewArn"])
    return covered


def _must_be_of_the_whole(view: Sight) -> None:
    """Raise UnseenError for a budget on a billing view other than the primary one: what it shows was not read.

    Source: Billing and Cost Management User Guide, "Controlling cost management data access with Billing View".
    """
    if not _PRIMARY.fullmatch(view.recorded_in(Log()).text(default="") or _UNNAMED):
        raise UnseenError(Unknown("billing_view_not_read: the budget counts what a billing view shows"), view.path)


def _filters(filters: Mapping[str, Any], path: str) -> Accounts:
    covered: Accounts = EVERYONE
    for name, values in filters.items():
        covered = _both(covered, _dimension(name, values, (), path))
    return covered


def _expression(part: Mapping[str, Any], path: str) -> Accounts:
    """Return the accounts of which an expression lets in everything; its parts are read as sets of accounts."""
    if not part:
        return EVERYONE
    if len(part) != 1:
        raise UnseenError(Unknown("malformed: an expression with several parts"), path)
    (kind, value), *_ = part.items()
    if kind == "And":
        covered: Accounts = EVERYONE
        for inner in _parts(value, path):
            covered = _both(covered, _expression(inner, path))
        return covered
    if kind == "Or":
        return _either(_expression(inner, path) for inner in _parts(value, path))
    if kind == "Not":
        return _without(value, path)
    if kind == "Dimensions" and isinstance(value, Mapping):
        return _dimension(str(value.get("Key")), value.get("Values"), value.get("MatchOptions") or (), path)
    return NOBODY


def _dimension(name: str, values: Any, options: Iterable[str], path: str) -> Accounts:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise UnseenError(Unknown("malformed: a filter without a list of values"), path)
    if name in ("LinkedAccount", "LINKED_ACCOUNT"):
        if not set(options) <= _EXACT:
            raise UnseenError(Unknown("filter_not_understood: accounts are matched in part"), path)
        return frozenset(values)
    if name in _CHARGES:
        return EVERYONE if set(values) & _ORDINARY_CHARGES else NOBODY
    return NOBODY


def _without(part: Any, path: str) -> Accounts:
    """Return what `Not` leaves: everything where it takes away extra charges only."""
    dimension = part.get("Dimensions") if isinstance(part, Mapping) else None
    if not isinstance(dimension, Mapping) or not isinstance(dimension.get("Values"), list):
        return NOBODY
    if dimension.get("Key") == "LINKED_ACCOUNT":
        raise UnseenError(Unknown("filter_not_understood: accounts are left out by name"), path)
    taken = set(map(str, dimension["Values"]))
    return EVERYONE if str(dimension.get("Key")) in _CHARGES and not taken & _ORDINARY_CHARGES else NOBODY


def _parts(value: Any, path: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not value or not all(isinstance(inner, Mapping) for inner in value):
        raise UnseenError(Unknown("malformed: an expression without parts"), path)
    return value


def _both(one: Accounts, other: Accounts) -> Accounts:
    if one is EVERYONE:
        return other
    return one if other is EVERYONE else one & other


def _either(found: Iterable[Accounts]) -> Accounts:
    sets = list(found)
    return EVERYONE if any(one is EVERYONE for one in sets) else frozenset().union(*(one for one in sets if one))
