"""A trail is logging, and nobody hears of root."""

from rootwarden.lab.blueprint import Bucket, Trail
from tests.remedies.scene import ADMIN, REGION, Scene, alone

_BUCKET = Bucket(name="scene-trail-logs")

SCENE = Scene(
    world=alone(users=(ADMIN,), buckets=(_BUCKET,), trails=(Trail(name="main", bucket=_BUCKET.name),)),
    settings={"emails": ["security@alone.example"], "regions": [REGION], "encrypt": True},
)
