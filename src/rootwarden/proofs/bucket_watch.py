"""Whether every access to a bucket's objects is recorded by a trail of the account that owns the bucket.

A trail records data events of its own account's buckets, whoever asks; an organization trail those of all members.
Source: CloudTrail User Guide, "Logging data events", and API Reference, DataResource.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log
from rootwarden.model.view import View
from rootwarden.proofs.data_events import object_events
from rootwarden.proofs.doubt import first_doubt
from rootwarden.proofs.trails import FACT, Survey, Trail, survey, trail_at


def watching_trail(one: View, bucket_arn: str, owner: str) -> str:
    """Return the ARN of a trail that is on and keeps every read and write of the bucket, "" if none does.

    What the trail was found to keep is recorded in `one`; of the others nothing is.

    Raises:
        UnseenError: none is proven to, and a trail or a Region is unread that might.
    """
    found = survey(one)
    doubts = [found.why_not_everywhere] if found.why_not_everywhere is not None else []
    unread = one.shared_unread(FACT, owner) if owner != one.subject.account else None
    if unread is not None:
        doubts.append(UnseenError(unread, f"{FACT} of {owner}"))
    for trail in _candidates(one, found, owner):
        try:
            if _watches(trail.recorded_in(Log()), bucket_arn, owner):
                _watches(trail.recorded_in(one.log), bucket_arn, owner)
                return trail.arn
        except UnseenError as error:
            doubts.append(error)
    doubt = first_doubt(doubts)
    if doubt is not None:
        raise doubt
    return ""


def _candidates(one: View, found: Survey, owner: str) -> Iterator[Trail]:
    """Go through the trails that this account sees, and those of the bucket's owner."""
    yield from found.here
    yield from found.elsewhere
    seen = {trail.arn for trail in (*found.here, *found.elsewhere)}
    for arn in sorted(one.shared_names(FACT, owner)):
        if arn not in seen:
            yield trail_at(one, arn)


def _watches(trail: Trail, bucket_arn: str, owner: str) -> bool:
    if len(object_events(trail["selectors"], bucket_arn)) < 2 or not trail["status"]["IsLogging"].flag():
        return False
    if trail.owner != owner and not trail["IsOrganizationTrail"].flag():
        return False
    if not trail["IsMultiRegionTrail"].flag():
        raise UnseenError(Unknown("bucket_region_unknown"), trail["IsMultiRegionTrail"].path)
    return True
