"""A trail bucket that any trail of any account may write to, and anybody read."""

from rootwarden.lab.blueprint import Bucket, Trail
from tests.remedies.scene import ADMIN, Scene, alone

_BUCKET = Bucket(
    name="scene-trail-logs", source_arn=False, block_public_access=False, ownership="ObjectWriter", acl="public-read"
)

SCENE = Scene(world=alone(users=(ADMIN,), buckets=(_BUCKET,), trails=(Trail(name="main", bucket=_BUCKET.name),)))
