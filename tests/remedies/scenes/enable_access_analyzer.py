"""An account of which nobody knows what strangers can reach."""

from tests.remedies.scene import REGION, Scene, alone

SCENE = Scene(world=alone(), settings={"regions": [REGION]})
