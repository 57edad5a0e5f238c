"""A trail whose files whoever reads the bucket can read."""

from rootwarden.lab.blueprint import Bucket, Trail
from tests.remedies.scene import ADMIN, Scene, alone

_BUCKET = Bucket(name="scene-trail-logs")

SCENE = Scene(
    world=alone(users=(ADMIN,), buckets=(_BUCKET,), trails=(Trail(name="main", bucket=_BUCKET.name),)),
)
