"""A trail whose files can be changed without anybody noticing."""

from rootwarden.lab.blueprint import Bucket, Trail
from tests.remedies.scene import Scene, alone

_BUCKET = Bucket(name="scene-trail-logs")

SCENE = Scene(world=alone(buckets=(_BUCKET,), trails=(Trail(name="main", bucket=_BUCKET.name, validation=False),)))
