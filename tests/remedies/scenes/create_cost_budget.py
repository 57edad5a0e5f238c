"""An account without a budget, of which three months of costs are known."""

from tests.remedies.scene import Scene, alone

SCENE = Scene(world=alone(monthly_cost=(80.0, 101.0, 90.0)), settings={"emails": ["billing@alone.example"]}, paid=True)
