"""A trail bucket that is gone is made again under its name, before a stranger takes the name and receives the log."""

from __future__ import annotations

from datetime import datetime

from rootwarden.model.expect import Expect, Item
from rootwarden.model.view import View
from rootwarden.proofs.bucket_place import Place
from rootwarden.proofs.made_bucket import MadeBucket
from rootwarden.proofs.trail_bucket_policy import new_policy
from rootwarden.proofs.trail_writers import writers_of
from rootwarden.proofs.trails import FACT


def remade(seen: View, place: Place, *, lock_days: int, keep_days: int) -> MadeBucket:
    """Return the bucket to be made for all trails in scope that name it.

    Raises:
        UnseenError: which trails name it cannot be told.
    """
    return MadeBucket(
        id="trail",
        logical="TrailBucket",
        name=place.name,
        account=place.account,
        region=place.region,
        partition=seen.subject.partition,
        policy=new_policy(place.arn, writers_of(seen, place.name)),
        lock_days=lock_days,
        keep_days=keep_days,
    )


def delivers_from(now: datetime, trail: str) -> tuple[Expect, ...]:
    """Return what planning may take for granted of a trail that can write again: within minutes it will have."""
    status = {"LatestDeliveryTime": now.isoformat(), "LatestDeliveryError": None}
    return (Expect(fact=FACT, at=(Item("TrailARN", trail), "status"), value=status, assumed=True),)


def starts_at(now: datetime, trail: str) -> tuple[Expect, ...]:
    """Return how a trail that is switched on reads: on, and started last."""
    at = (Item("TrailARN", trail), "status")
    return (
        Expect(fact=FACT, at=at, value={"IsLogging": True}),
        Expect(fact=FACT, at=at, value={"StartLoggingTime": now.isoformat()}, assumed=True),
    )
