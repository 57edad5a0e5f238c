"""A budget of 50,000 on a bill of 63: its warnings would come when the company is gone."""

from rootwarden.lab.blueprint import Budget, BudgetAlert
from tests.remedies.scene import Scene, alone

_ALERT = BudgetAlert(type="ACTUAL", threshold=80, emails=("billing@alone.example",))
_BUDGET = Budget(name="do-not-go-broke", limit=50_000, spent=40, forecast=63, alerts=(_ALERT,))

SCENE = Scene(world=alone(budgets=(_BUDGET,), monthly_cost=(58.1, 60.4, 63.2)), paid=True)
