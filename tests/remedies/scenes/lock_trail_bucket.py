"""A trail bucket without versions, from which files go after a month."""

from rootwarden.lab.blueprint import Bucket, Trail
from tests.remedies.scene import Scene, alone

_BUCKET = Bucket(name="scene-trail-logs", versioning=False, expire_days=30)

SCENE = Scene(
    world=alone(buckets=(_BUCKET,), trails=(Trail(name="main", bucket=_BUCKET.name),)),
    stays={
        r"\d+\.s3\.buckets\.scene-trail-logs\.versioning.*": "versioning cannot be switched off",
        r"\d+\.s3\.buckets\.scene-trail-logs\.object_lock": "Object Lock cannot be switched off",
    },
)
