"""Asks Cost Explorer what each day cost, by service and account; every page of the answer is paid for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.refusals import DENIED, EXPIRED, UnreadError
from rootwarden.errors import AuthError, RefusedError, RootwardenError, UnreachableError
from rootwarden.model.spend import METRIC

_BY = ("SERVICE", "LINKED_ACCOUNT")
# Credits and refunds are no costs of the day: they would hide what is being spent while a credit lasts.
_WITHOUT_CREDITS = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}}


def daily_costs(
    ask: Ask, first: date, end: date, most: int, counted: Callable[[], None]
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the answers of GetCostAndUsage for the days from `first` until before `end`, at most `most` of them.

    `counted` is called before each question, because AWS charges for it whatever comes back.

    Raises:
        RefusedError: the answer goes on behind the last question that may be asked.
        AuthError: a permission is missing. UnreachableError: Cost Explorer did not answer, or is not enabled.
    """
    pages: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while len(pages) < most:
        counted()
        try:
            page = ask.call(
                "ce", "GetCostAndUsage",
                TimePeriod={"Start": first.isoformat(), "End": end.isoformat()}, Granularity="DAILY",
                Metrics=[METRIC], GroupBy=[{"Type": "DIMENSION", "Key": key} for key in _BY],
                Filter=_WITHOUT_CREDITS, **token,
            )  # fmt: skip
        except UnreadError as refusal:
            raise _unanswered(refusal) from refusal
        pages.append({"GroupDefinitions": [{"Type": "DIMENSION", "Key": key} for key in _BY]} | page)
        if not page.get("NextPageToken"):
            return pages
        token = {"NextPageToken": page["NextPageToken"]}
    raise RefusedError(
        f"the costs do not fit into {most} paid questions",
        why="AWS has more pages of them, and each is another question",
        todo="allow more with --max-calls, or look at fewer days with `rootwarden spend --days`",
    )


def _unanswered(refusal: UnreadError) -> RootwardenError:
    why = str(refusal.unknown)
    if refusal.unknown.why in (DENIED, EXPIRED):
        return AuthError("Cost Explorer must not be read", why=why, todo="allow ce:GetCostAndUsage")
    todo = "enable Cost Explorer in the Billing console; the first figures take a day" if _not_enabled(refusal) else ""
    return UnreachableError("Cost Explorer did not answer", why=why, todo=todo or "try again")


def _not_enabled(refusal: UnreadError) -> bool:
    return refusal.code == "DataUnavailableException"
