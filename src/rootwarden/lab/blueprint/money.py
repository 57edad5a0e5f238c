"""Budgets and who hears of them, and what services cost day by day."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from rootwarden.lab.blueprint.part import Part


class BudgetAlert(Part, frozen=True, kw_only=True):
    """A notification of a budget; `topic` is `<region>/<topic name>` in the same account."""

    type: Literal["ACTUAL", "FORECASTED"]
    threshold: float
    absolute: bool = False
    emails: tuple[str, ...] = ()
    topic: str = ""


class Budget(Part, frozen=True, kw_only=True):
    """A monthly budget in USD; `spent` and `forecast` are what AWS would have calculated."""

    name: str
    limit: float
    type: Literal["COST", "USAGE"] = "COST"
    spent: float = 0
    forecast: float = 0
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ended: bool = False
    alerts: tuple[BudgetAlert, ...] = ()


class DailyCost(Part, frozen=True, kw_only=True):
    """What one service cost on each of the last `days`, in USD: about `usd`, times `weekend` on Saturdays and Sundays.

    From `jump_days_ago` on, for `jump_days`, it costs `jump_usd` instead; 0 days ago: never.
    """

    service: str
    usd: float
    weekend: float = 1.0
    days: int = 60
    jump_days_ago: int = 0
    jump_days: int = 1
    jump_usd: float = 0
