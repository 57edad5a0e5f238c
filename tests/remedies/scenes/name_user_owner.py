"""A user of whom nobody knows whose it is, with an empty tag where the owner belongs."""

from rootwarden.lab.blueprint import User
from tests.remedies.scene import Scene, alone

SCENE = Scene(
    world=alone(users=(User(name="ci", active_keys=1), User(name="yan", tags={"Owner": ""}))),
    settings={"owners": ["ci=platform team", "yan = yan@alone.example"]},
)
