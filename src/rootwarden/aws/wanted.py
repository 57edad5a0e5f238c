"""Which facts a reading collects: all that are free, those that were opted into, and whatever they need first."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from rootwarden.aws.audit_policy import ROOT_FACT
from rootwarden.aws.collectors import Collector, collectors
from rootwarden.errors import UsageError
from rootwarden.model.facts import FACTS

# Read whatever else is asked for: the survey needs them, and every judgement is filed by them.
_ALWAYS = frozenset({"account.identity", "account.regions", "org.organization", "org.accounts"})
# USD per call; AWS pricing page of Cost Explorer ("per paginated request"), seen 2026-11.
PRICES = {"ce": Decimal("0.01")}


def wanted_collectors(
    facts: Collection[str] | None = None, *, also: Collection[str] = (), paid: bool = False, root_audit: bool = False
) -> tuple[Collector, ...]:
    """Return the collectors for the named facts (None: those of an audit) and for what they need, in the table's order.

    `also` are facts beyond those, which are read on request only.

    Raises:
        UsageError: a fact does not exist.
    """
    usual = (one.fact for one in collectors() if not FACTS[one.fact].on_request)
    wanted = set(usual) if facts is None else set(facts) | _ALWAYS
    wanted |= set(also)
    unknown = sorted(wanted - set(FACTS))
    if unknown:
        raise UsageError(f"there is no fact {unknown[0]!r}", todo="see docs/snapshot.md for their names")
    while needed := {name for one in collectors() if one.fact in wanted for name in one.after} - wanted:
        wanted |= needed
    return tuple(
        one
        for one in collectors()
        if one.fact in wanted and (paid or not FACTS[one.fact].paid) and (root_audit or one.fact != ROOT_FACT)
    )
