"""Cost Explorer: what the last three full months cost, and who watches the bill; AWS charges for it, so it is opt-in.

Cost Anomaly Detection itself is free; its questions are part of the Cost Explorer API and are counted as paid here.
"""

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


@of_account("ce.anomaly_monitors")
def anomaly_monitors(visit: Visit) -> list[dict[str, Any]]:
    """Return the monitors of Cost Anomaly Detection; not asked in members whose management account is visited."""
    _worth_its_price(visit)
    return visit.ask.items("ce", "GetAnomalyMonitors", "AnomalyMonitors")


@of_account("ce.anomaly_subscriptions")
def anomaly_subscriptions(visit: Visit) -> list[dict[str, Any]]:
    """Return who is told of anomalies, of which monitors, and from which amount on; not asked in such members."""
    _worth_its_price(visit)
    return visit.ask.items("ce", "GetAnomalySubscriptions", "AnomalySubscriptions")


def _worth_its_price(visit: Visit) -> None:
    """Raise NotAskedError where nothing paid was opted into, or the management account's monitors watch this one."""
    if not visit.round.paid or (visit.place == "member" and visit.round.management in visit.round.visits):
        raise NotAskedError


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _month(result: dict[str, Any]) -> dict[str, Any]:
    total = result.get("Total", {}).get(_METRIC, {})
    return {**result["TimePeriod"], "Amount": total.get("Amount"), "Unit": total.get("Unit")}
