"""Budgets: every call but a look is budgets:ModifyBudget."""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_NO_BUDGET = ("NotFoundException",)
ROWS = (
    Write(
        call="budgets.CreateBudget",
        action="budgets:ModifyBudget",
        also=(Right(action="budgets:TagResource", given="ResourceTags"),),
        again=False,
    ),
    Write(call="budgets.UpdateBudget", action="budgets:ModifyBudget", gone=_NO_BUDGET),
    Write(call="budgets.DeleteBudget", action="budgets:ModifyBudget", gone=_NO_BUDGET),
    Write(call="budgets.CreateNotification", action="budgets:ModifyBudget", again=False),
    Write(call="budgets.DeleteNotification", action="budgets:ModifyBudget", gone=_NO_BUDGET),
    Write(call="budgets.CreateSubscriber", action="budgets:ModifyBudget", again=False),
    Write(call="budgets.DeleteSubscriber", action="budgets:ModifyBudget", gone=_NO_BUDGET),
)
LOOKS = {
    "budgets.DescribeBudget": ("budgets:ViewBudget",),
    "budgets.DescribeBudgetActionsForBudget": ("budgets:DescribeBudgetActionsForBudget",),
    "budgets.DescribeNotificationsForBudget": ("budgets:ViewBudget",),
    "budgets.DescribeSubscribersForNotification": ("budgets:ViewBudget",),
}
ON = {
    f"budgets:{name}": ("arn:*:budgets::{account}:budget/{BudgetName}",)
    for name in ("ViewBudget", "DescribeBudgetActionsForBudget")
}
