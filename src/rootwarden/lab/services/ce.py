"""Cost Explorer: what was spent, by month or day, service and account, in one account or in a whole organization."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from moto.ce.responses import CostExplorerResponse
from moto.core.responses import ActionResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import now
from rootwarden.lab.costs import cost_between, cost_by_service, month_after
from rootwarden.lab.membership import members_of, organization_of

# How many groups a page holds before the next one begins, always a whole day or month: AWS does not say how many.
_GROUPS_A_PAGE = 2000
_GROUPS = ("SERVICE", "LINKED_ACCOUNT")
Costs = dict[tuple[str, ...], Decimal]


class CostExplorer(CostExplorerResponse):
    """moto answers with what a test queued; here costs belong to accounts."""

    def get_cost_and_usage(self) -> Any:
        """Return the cost of each month or day, grouped by service, linked account or both, if asked to.

        The managing account sees the whole organization, others themselves. Hours and other ways to group are not kept;
        there are no credits or refunds to filter out. Groups without costs are left out, as AWS does.
        """
        period = self._get_param("TimePeriod")
        start, end = date.fromisoformat(period["Start"]), date.fromisoformat(period["End"])
        if start >= end:
            raise AwsError("ValidationException", "Start date (and hour) should be before end date (and hour)")
        granularity, grouped = self._get_param("Granularity"), self._get_param("GroupBy") or []
        if granularity not in ("MONTHLY", "DAILY"):
            raise NotImplementedError(f"{granularity} costs are not kept")
        if self._get_param("Filter") and not _of_charges_only(self._get_param("Filter")):
            raise NotImplementedError("costs are filtered by kinds of charges only")
        if len(grouped) > len(_GROUPS):
            raise AwsError("ValidationException", "Maximum number of group by allowed is 2")
        keys = [one["Key"] for one in grouped]
        if any(one["Type"] != "DIMENSION" or one["Key"] not in _GROUPS for one in grouped):
            raise NotImplementedError(f"costs are not kept by {keys}")
        metrics = self._get_param("Metrics") or ["UnblendedCost"]
        spans = list(_spans(start, end, monthly=granularity == "MONTHLY"))
        return ActionResult(self._page(spans, keys, metrics) | {"GroupDefinitions": grouped})

    def _page(self, spans: list[tuple[date, date]], keys: list[str], metrics: list[str]) -> dict[str, Any]:
        """Return as many rows as a page holds, from where its token says."""
        token = self._get_param("NextPageToken") or "0"
        if not token.isdecimal() or int(token) >= len(spans):
            raise AwsError("InvalidNextTokenException", "The pagination token is invalid.")
        accounts, rows, count = self._accounts(), list[dict[str, Any]](), 0
        for at in range(int(token), len(spans)):
            row = _row(*spans[at], _costs(accounts, *spans[at], keys), keys, metrics)
            count += len(row["Groups"])
            if rows and count > _GROUPS_A_PAGE:
                return {"ResultsByTime": rows, "DimensionValueAttributes": [], "NextPageToken": str(at)}
            rows.append(row)
        return {"ResultsByTime": rows, "DimensionValueAttributes": []}

    def _accounts(self) -> list[str]:
        organization = organization_of(self.current_account, self.partition)
        if organization is not None and organization.account_id == self.current_account:
            return sorted(members_of(organization))
        return [self.current_account]


def _of_charges_only(wanted: dict[str, Any]) -> bool:
    """Return whether a filter only leaves out kinds of charges that the lab does not have."""
    dimensions = wanted.get("Not", {}).get("Dimensions", {})
    return dimensions.get("Key") == "RECORD_TYPE" and set(dimensions.get("Values", ())) <= {"Credit", "Refund", "Tax"}


def _spans(start: date, end: date, *, monthly: bool) -> Iterator[tuple[date, date]]:
    while start < end:
        until = min(month_after(start), end) if monthly else start + timedelta(days=1)
        yield start, until
        start = until


def _costs(accounts: list[str], start: date, end: date, keys: list[str]) -> Costs:
    """Return the costs of a span by the values of `keys`; a month as a whole, where services are not asked for."""
    whole = end != start + timedelta(days=1) and "SERVICE" not in keys
    found: Costs = {}
    for account in accounts:
        if whole:
            by_service = {"": cost_between(account, start.replace(day=1), month_after(start))}
        else:
            by_service = cost_by_service(account, start, end)
        for service, amount in by_service.items():
            values = {"SERVICE": service, "LINKED_ACCOUNT": account}
            key = tuple(values[name] for name in keys)
            found[key] = found.get(key, Decimal(0)) + amount
    return found


def _row(start: date, end: date, costs: Costs, keys: list[str], metrics: list[str]) -> dict[str, Any]:
    def shown(amount: Decimal) -> dict[str, Any]:
        return {metric: {"Amount": str(amount), "Unit": "USD"} for metric in metrics}

    row: dict[str, Any] = {
        "TimePeriod": {"Start": str(start), "End": str(end)}, "Estimated": end > now().date().replace(day=1),
    }  # fmt: skip
    if keys:
        groups = [{"Keys": list(key), "Metrics": shown(cost)} for key, cost in sorted(costs.items()) if cost]
        return row | {"Total": {}, "Groups": groups}
    return row | {"Total": shown(sum(costs.values(), Decimal(0))), "Groups": []}
