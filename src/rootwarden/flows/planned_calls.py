"""Every call that a reading would make, told beforehand: where, how often, by which right, at what price."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from rootwarden.aws.collectors import Collector, Kind
from rootwarden.aws.partitions import GLOBAL_SERVICES, Partition, partition_of_region
from rootwarden.aws.permissions import actions_for
from rootwarden.aws.wanted import PRICES, wanted_collectors
from rootwarden.flows.request import CollectRequest
from rootwarden.model.facts import FACTS

_EACH_REGION = "each enabled Region"


class PlannedCall(Struct, frozen=True, kw_only=True):
    """One kind of call. `count` is how often it is made at least, 0 where that depends on what is found.

    `per` says what it is made for ("account", "Region of an account", "trail", ...); `count` is of all accounts where
    those are named, of one account where the organization has yet to be listed. `cost_usd` is the price of all `count`.
    """

    service: str
    operation: str
    region: str
    per: str
    count: int
    action: str
    cost_usd: Decimal
    fact: str = ""


def explain_calls(request: CollectRequest) -> list[PlannedCall]:
    """Return the calls of a reading in the order of the table of facts, without making any.

    The Regions an account has enabled are not known beforehand: where none are named, those enabled by default count.

    Raises:
        UsageError: a fact does not exist.
    """
    partition = partition_of_region(request.region or "")
    regions = request.regions or partition.default_regions
    accounts = max(1, len(request.accounts))
    plan = [_call("sts.GetCallerIdentity", partition, per="reading", count=1)]
    if request.org or request.accounts:
        plan.append(_call("sts.AssumeRole", partition, per="account", count=accounts))
    for one in wanted_collectors(request.facts, also=request.also, paid=request.paid, root_audit=request.root_audit):
        plan += [
            _planned(one, call, partition, len(regions), bool(request.regions), accounts)
            for call in FACTS[one.fact].calls
        ]
    return plan


def daily_costs_call(request: CollectRequest, most: int) -> PlannedCall:
    """Return the question for daily costs: one for each page of the answer, at most so many."""
    partition = partition_of_region(request.region or "")
    return _call(
        "ce.GetCostAndUsage", partition, per=f"page of the answer, at most {most}", count=1,
        fact="daily costs, for the report",
    )  # fmt: skip


def _planned(
    one: Collector, call: str, partition: Partition, regions: int, regions_named: bool, accounts: int
) -> PlannedCall:
    per = one.per.get(
        call, {Kind.ORGANIZATION: "organization", Kind.ACCOUNT: "account", Kind.REGION: "Region"}[one.kind]
    )
    if per == "Region":
        where = f"{regions} Regions" if regions_named else f"{_EACH_REGION} ({regions} by default)"
        return _call(call, partition, per="Region of an account", count=regions * accounts, region=where, fact=one.fact)
    if per == "organization":
        return _call(call, partition, per=per, count=1, fact=one.fact)
    return _call(call, partition, per=per, count=accounts if per == "account" else 0, fact=one.fact)


def _call(call: str, partition: Partition, *, per: str, count: int, region: str = "", fact: str = "") -> PlannedCall:
    service, operation = call.split(".")
    own = "the caller's" if service == "sts" else "the resource's"
    own = partition.homes.get(service, "not in this partition") if service in GLOBAL_SERVICES else own
    return PlannedCall(
        service=service,
        operation=operation,
        region=region or own,
        per=per,
        count=count,
        action=", ".join(actions_for(call)),
        cost_usd=PRICES.get(service, Decimal(0)) * count,
        fact=fact,
    )
