"""A user with a password alone; asked for, the gate is made and the user put behind it."""

from rootwarden.lab.blueprint import User
from tests.remedies.scene import Scene, alone

SCENE = Scene(world=alone(users=(User(name="bob", password=True),)))
