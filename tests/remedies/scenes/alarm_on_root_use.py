"""A trail writes into a log group, and nobody hears of root."""

from rootwarden.lab.blueprint import Bucket, LogGroup, Trail
from tests.remedies.scene import ADMIN, Scene, alone

_BUCKET = Bucket(name="scene-trail-logs")
_TRAIL = Trail(name="main", bucket=_BUCKET.name, log_group="trail")

SCENE = Scene(
    world=alone(users=(ADMIN,), buckets=(_BUCKET,), log_groups=(LogGroup(name="trail"),), trails=(_TRAIL,)),
    settings={"emails": ["security@alone.example"]},
)
