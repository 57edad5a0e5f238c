"""An account without a trail: one is made, with bucket, access log, key and log group."""

from tests.remedies.scene import ADMIN, Scene, alone

SCENE = Scene(
    world=alone(users=(ADMIN,)),
    settings={"cloudwatch_logs": True},
    everywhere=True,
)
