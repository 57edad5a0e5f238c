"""An account that costs nothing and has no budget."""

from tests.remedies.scene import Scene, alone

SCENE = Scene(world=alone(monthly_cost=(0.0, 0.0, 0.0)), settings={"emails": ["billing@alone.example"]}, paid=True)
