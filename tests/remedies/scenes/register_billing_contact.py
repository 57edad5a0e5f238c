"""An account whose unpaid bills reach nobody but the root address."""

from tests.remedies.scene import Scene, alone

SCENE = Scene(
    world=alone(),
    settings={"name": "Accounts", "title": "Finance", "email": "billing@alone.example", "phone": "+1 555 0101"},
)
