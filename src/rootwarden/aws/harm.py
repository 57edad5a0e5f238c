"""Looks, right before something is taken away, whether anybody would miss it: a key in use, a bucket only root empties.

Sources: CloudTrail API reference, LookupEvents (management events of 90 days, each Region by itself, two calls a second
for each account and Region); S3 API reference, ListBuckets and GetBucketVersioning.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.refusals import THROTTLED, UnreadError

_PAUSES = (1.0, 2.0, 4.0)
_PAGE = 1000  # asking for pages makes ListBuckets answer with each bucket's Region


def used_in_trail(ask: Ask, key: str, regions: Iterable[str], since: datetime) -> str:
    """Return in words the last call that an access key made by the event histories of these Regions, "" if none did.

    Raises:
        UnreadError: one of the histories could not be read, and no other shows a call.
    """
    unread: UnreadError | None = None
    for region in regions:
        try:
            found = _newest(ask, key, region, since)
        except UnreadError as refusal:
            unread = unread or refusal
            continue
        if found is not None:
            return f"{found.get('EventSource')} {found.get('EventName')} in {region} at {found.get('EventTime')}"
    if unread is not None:
        raise unread
    return ""


def _newest(ask: Ask, key: str, region: str, since: datetime) -> dict[str, Any] | None:
    asked = [{"AttributeKey": "AccessKeyId", "AttributeValue": key}]
    for pause in (*_PAUSES, None):
        try:
            pages = ask.pages("cloudtrail", "LookupEvents", region, LookupAttributes=asked, StartTime=since)
            found = next((event for page in pages for event in page.get("Events", [])), None)
        except UnreadError as refusal:
            if pause is None or refusal.unknown.why != THROTTLED:
                raise
            ask.reading.clock.sleep(pause)
        else:
            return found
    raise AssertionError("the last try returns or raises")


def only_root_empties(ask: Ask) -> tuple[list[str], dict[str, str]]:
    """Return the buckets of an account that have MFA Delete on, and by name those that could not be looked at, and why.

    Raises:
        UnreadError: the buckets could not be listed.
    """
    on: list[str] = []
    unread: dict[str, str] = {}
    for one in ask.items("s3", "ListBuckets", "Buckets", MaxBuckets=_PAGE):
        name = str(one["Name"])
        try:
            answer = ask.call("s3", "GetBucketVersioning", str(one.get("BucketRegion") or ""), Bucket=name)
        except UnreadError as refusal:
            unread[name] = str(refusal.unknown)
            continue
        if answer.get("MFADelete") == "Enabled":
            on.append(name)
    return on, unread
