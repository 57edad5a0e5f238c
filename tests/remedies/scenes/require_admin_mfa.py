"""An administrator with a password alone."""

from rootwarden.lab.blueprint import User
from tests.remedies.scene import Scene, alone

SCENE = Scene(
    world=alone(users=(User(name="ada", password=True, policies=("AdministratorAccess",)),)),
    by_hand="nobody can enrol a device for somebody else",
)
