"""Daily costs beside an audit: read from a file before anything is asked, or asked for when all else was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rootwarden.aws.opening import Way
from rootwarden.cli.standard_input import standard_input
from rootwarden.flows.audit_spending import interrupted, with_spending
from rootwarden.flows.spend import SpendRequest, saved_costs
from rootwarden.model.audit import Audit
from rootwarden.model.spend import Costs


def costs_in(file: str) -> Costs:
    """Return the costs in a saved answer of Cost Explorer.

    Raises:
        InputError: the file cannot be read, or holds no daily costs.
    """
    return saved_costs(file, standard_input)


def with_costs(
    audit: Audit,
    saved: Costs | None,
    given: Mapping[str, Any],
    tell: Callable[[str], None],
    *,
    whole: bool,
    way: Way | None = None,
    ended: bool = False,
) -> Audit:
    """Return the audit with its daily costs: those `saved`, or else as Cost Explorer, reached by `way`, answers.

    `whole` is whether all accounts of the organization were audited. Nothing is asked any more where somebody wanted
    the reading to be `ended`.
    """
    if ended and saved is None:
        return interrupted(audit)
    request = SpendRequest(
        way=way or Way(), paid=given["paid"], most_calls=given["most_calls"], saved=given["costs"] or "",
        store=given["store"] or "",
    )  # fmt: skip
    return with_spending(audit, request, saved, whole=whole, tell=tell)
