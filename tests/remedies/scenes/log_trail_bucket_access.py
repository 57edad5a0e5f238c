"""A trail bucket of which nobody knows who reads it."""

from rootwarden.lab.blueprint import Bucket, Trail
from tests.remedies.scene import ADMIN, Scene, alone

_BUCKET = Bucket(name="scene-trail-logs")

SCENE = Scene(
    world=alone(users=(ADMIN,), buckets=(_BUCKET,), trails=(Trail(name="main", bucket=_BUCKET.name),)),
    everywhere=True,
)
