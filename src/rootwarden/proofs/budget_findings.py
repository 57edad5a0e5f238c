"""Judges each counting budget of an account by itself, and says so once where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from rootwarden.model.findings import Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.view import View
from rootwarden.proofs.budget_parts import BUDGETS, CostBudget, OwnBudgets

JudgeBudget = Callable[[View, CostBudget], Iterable[Verdict]]


def judge_budgets(seen: View, now: datetime, judge_one: JudgeBudget) -> Iterator[Verdict]:
    """Judge the active cost budgets that stand in this account, whichever accounts they count.

    Raises:
        UnseenError: the budgets are unread.
    """
    account, partition = seen.subject.account, seen.subject.partition
    listed = seen.once(OwnBudgets(now))
    for budget in listed.counting:
        one = seen.about(resource=f"arn:{partition}:budgets::{account}:budget/{budget.name}")
        try:
            yield from judge_one(one, budget)
        except UnseenError as error:
            yield one.cannot_tell(error)
    for name, doubt in listed.unsure:
        arn = f"arn:{partition}:budgets::{account}:budget/{name}" if name else ""
        yield seen.about(resource=arn).cannot_tell(doubt)
    if not listed.counting and not listed.unsure:
        aside = seen.about()
        aside.account[BUDGETS].each()
        yield aside.not_applicable(
            "This account has no cost budget of its own that counts; see RW-BILL-01.", reason="no_counting_budget"
        )
