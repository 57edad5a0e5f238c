"""An account in which a thief would start machines for inference."""

from tests.remedies.scene import Scene, alone

SCENE = Scene(world=alone(), settings={"emails": ["billing@alone.example"], "services": ["Amazon SageMaker = 200"]})
