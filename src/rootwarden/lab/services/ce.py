"""Cost Explorer: what was spent, by month, in one account or in every account of the organization."""

from __future__ import annotations

from datetime import date
from typing import Any

from moto.ce.responses import CostExplorerResponse
from moto.core.responses import ActionResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.costs import cost_between, month_after
from rootwarden.lab.membership import members_of, organization_of


class CostExplorer(CostExplorerResponse):
    """moto answers with what a test queued; here costs belong to accounts."""

    def get_cost_and_usage(self) -> Any:
        """Return the cost of each month; grouped by linked account if asked to, else in total.

        The managing account sees the whole organization, others themselves. Days and hours, and other ways to group,
        are not kept.
        """
        period = self._get_param("TimePeriod")
        start, end = date.fromisoformat(period["Start"]), date.fromisoformat(period["End"])
        if start >= end:
            raise AwsError("ValidationException", "Start date (and hour) should be before end date (and hour)")
        if self._get_param("Granularity") != "MONTHLY":
            raise NotImplementedError("only MONTHLY costs are kept")
        grouped = [(one["Type"], one["Key"]) for one in self._get_param("GroupBy") or ()]
        if grouped and grouped != [("DIMENSION", "LINKED_ACCOUNT")]:
            raise NotImplementedError(f"costs are not kept by {grouped}")
        accounts, metrics = self._accounts(), self._get_param("Metrics") or ["UnblendedCost"]
        rows = []
        while start < end:
            until = min(month_after(start), end)
            rows.append(_row(start, until, accounts, metrics, grouped=bool(grouped)))
            start = until
        return ActionResult({"ResultsByTime": rows, "DimensionValueAttributes": []})

    def _accounts(self) -> list[str]:
        organization = organization_of(self.current_account, self.partition)
        if organization is not None and organization.account_id == self.current_account:
            return sorted(members_of(organization))
        return [self.current_account]


def _row(start: date, end: date, accounts: list[str], metrics: list[str], *, grouped: bool) -> dict[str, Any]:
    cost = {account: cost_between(account, start.replace(day=1), month_after(start)) for account in accounts}

    def shown(amount: Any) -> dict[str, Any]:
        return {metric: {"Amount": str(amount), "Unit": "USD"} for metric in metrics}

    row: dict[str, Any] = {"TimePeriod": {"Start": str(start), "End": str(end)}, "Estimated": False}
    if grouped:
        return row | {"Total": {}, "Groups": [{"Keys": [one], "Metrics": shown(cost[one])} for one in accounts]}
    return row | {"Total": shown(sum(cost.values())), "Groups": []}
