"""An account of which AWS knows nobody to call when it is broken into."""

from tests.remedies.scene import Scene, alone

SCENE = Scene(
    world=alone(),
    settings={"name": "Security team", "title": "Security", "email": "security@alone.example", "phone": "+1 555 0100"},
)
