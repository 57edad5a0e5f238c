"""An account whose failing services reach nobody but the root address."""

from tests.remedies.scene import Scene, alone

SCENE = Scene(
    world=alone(),
    settings={"name": "Platform", "title": "Operations", "email": "ops@alone.example", "phone": "+1 555 0102"},
)
