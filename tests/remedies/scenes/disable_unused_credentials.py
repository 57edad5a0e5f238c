"""A key that nobody has used for two months, and an administrator who comes from outside."""

from rootwarden.lab.blueprint import Role, User
from tests.remedies.scene import Scene, alone

_OUTSIDE = Role(name="admins", trusts={"AWS": "arn:aws:iam::999988887777:root"}, policies=("AdministratorAccess",))

SCENE = Scene(world=alone(users=(User(name="bob", active_keys=1),), roles=(_OUTSIDE,)), ahead=60)
