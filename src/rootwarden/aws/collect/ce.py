"""Cost Explorer: what the account cost in the last three full months; AWS charges for the question, so it is opt-in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from rootwarden.aws.collectors import of_account
from rootwarden.aws.visit import NotAskedError, Visit

_MONTHS = 3
_METRIC = "UnblendedCost"


@of_account("ce.cost")
def cost(visit: Visit) -> dict[str, Any]:
    """Return the cost of each of the last three full months, amounts as AWS writes them."""
    if not visit.round.paid:
        raise NotAskedError
    end = visit.ask.reading.clock.now().date().replace(day=1)
    start = end
    for _ in range(_MONTHS):
        start = _month_before(start)
    answer = visit.ask.call(
        "ce", "GetCostAndUsage",
        TimePeriod={"Start": start.isoformat(), "End": end.isoformat()}, Granularity="MONTHLY", Metrics=[_METRIC],
    )  # fmt: skip
    return {"months": [_month(result) for result in answer["ResultsByTime"]]}


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _month(result: dict[str, Any]) -> dict[str, Any]:
    total = result.get("Total", {}).get(_METRIC, {})
    return {**result["TimePeriod"], "Amount": total.get("Amount"), "Unit": total.get("Unit")}
