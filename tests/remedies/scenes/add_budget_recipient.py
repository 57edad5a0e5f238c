"""A budget whose warnings go to a topic that nobody listens to."""

from rootwarden.lab.blueprint import Budget, BudgetAlert, Topic
from tests.remedies.scene import REGION, Scene, alone

_ALERTS = tuple(BudgetAlert(type=kind, threshold=90, topic=f"{REGION}/bills") for kind in ("ACTUAL", "FORECASTED"))
_BUDGET = Budget(name="all", limit=70, spent=40, forecast=60, alerts=_ALERTS)

SCENE = Scene(
    world=alone(topics=(Topic(name="bills"),), budgets=(_BUDGET,)), settings={"emails": ["billing@alone.example"]}
)
