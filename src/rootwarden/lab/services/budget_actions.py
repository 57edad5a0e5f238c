"""Actions of budgets: what AWS shall do by itself when a limit is passed. They are kept and never carried out."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.budgets.responses import BudgetsResponse
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult

from rootwarden.lab.aws_error import AwsError

_FIELDS = (
    "BudgetName", "NotificationType", "ActionType", "ActionThreshold", "Definition", "ExecutionRoleArn",
    "ApprovalModel", "Subscribers",
)  # fmt: skip


class BudgetActions(BaseBackend):
    """The actions of an account's budgets by their ids."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any."""
        super().__init__(region_name, account_id)
        self.held: dict[str, dict[str, Any]] = {}


_actions: BackendDict[BudgetActions] = BackendDict(
    BudgetActions, "rootwarden-budget-actions", use_boto3_regions=False, additional_regions=["aws"]
)


class ActionsOfBudgets(BudgetsResponse):
    """moto has none of this."""

    def create_budget_action(self) -> Any:
        """Add an action to a budget; it stands by."""
        self._named_budget()
        action = {name: self._get_param(name) for name in _FIELDS} | {"ActionId": str(uuid4()), "Status": "STANDBY"}
        self._held_actions()[action["ActionId"]] = action
        return ActionResult({name: action[name] for name in ("BudgetName", "ActionId")} | self._whose())

    def describe_budget_actions_for_budget(self) -> Any:
        """Return the actions of one budget."""
        name = self._named_budget()
        return ActionResult({"Actions": [one for one in self._held_actions().values() if one["BudgetName"] == name]})

    def delete_budget_action(self) -> Any:
        """Remove an action and return it."""
        name = self._named_budget()
        found = self._held_actions().get(self._get_param("ActionId"))
        if found is None or found["BudgetName"] != name:
            raise AwsError("NotFoundException", "Unable to delete the action - it doesn't exist.")
        del self._held_actions()[found["ActionId"]]
        return ActionResult({"BudgetName": name, "Action": found} | self._whose())

    def _held_actions(self) -> dict[str, dict[str, Any]]:
        return _actions[self.current_account]["aws"].held

    def _named_budget(self) -> str:
        name = str(self._get_param("BudgetName"))
        if name not in self.backend.budgets[self.current_account]:
            raise AwsError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
        return name

    def _whose(self) -> dict[str, str]:
        return {"AccountId": self.current_account}
