"""An account in which nothing looks for root that signs in, or for stolen credentials."""

from tests.remedies.scene import REGION, Scene, alone

SCENE = Scene(world=alone(), settings={"regions": [REGION]})
