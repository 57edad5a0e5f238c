"""A trail that was stopped after somebody shut it out of its own bucket."""

from rootwarden.lab.blueprint import Bucket, Trail
from rootwarden.lab.server import Lab
from tests.remedies.scene import ADMIN, Scene, alone, api

_BUCKET = Bucket(name="scene-trail-logs")
_TRAIL = Trail(
    name="main", bucket=_BUCKET.name, delivery_error="AccessDenied", stopped_days_ago=2, last_delivery_minutes_ago=3000
)


def _shut_out(lab: Lab) -> None:
    api(lab, "s3").delete_bucket_policy(Bucket=_BUCKET.name)


SCENE = Scene(
    world=alone(users=(ADMIN,), buckets=(_BUCKET,), trails=(_TRAIL,)),
    spoil=_shut_out,
    by_itself=(r"\d+\.cloudtrail\.trails\..*\.status\.LatestDeliveryError",),
)
