"""An account whose bill nothing watches."""

from tests.remedies.scene import Scene, alone

SCENE = Scene(world=alone(), settings={"emails": ["billing@alone.example"]}, paid=True)
