"""CloudTrail's own event history, asked again and again: needs no set-up, but is slow, and sees one account only.

Source: CloudTrail API reference, LookupEvents: 50 events a page, two calls a second for each account and Region, events
of the last 90 days, within some 15 minutes after they were made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from rootwarden.errors import AuthError, UsageError
from rootwarden.model.sight import parse_time
from rootwarden.trail.items import Item
from rootwarden.trail.shapes import unwrap
from rootwarden.trail.sources.parcel import Parcel, SourceError, Tools

_PLACE = re.compile(r"lookup-events(?::([a-z0-9,-]+))?")
# What detections look at: all that root does, all that changes something, and the calls that make a root session.
_QUESTIONS = (("Username", "root"), ("ReadOnly", "false"), ("EventName", "AssumeRoot"))
_PAUSE = 30.0  # seconds between two rounds
_BETWEEN = 0.5  # seconds between two calls to one Region
# Events may appear later than they were made: each round looks back so far beyond the last one seen.
_OVERLAP = timedelta(minutes=20)
_FIRST = timedelta(hours=1)
_SEEN = 50_000


def fits(place: str) -> bool:
    """Return whether a place is the event history, of all enabled Regions or of these: lookup-events:us-east-1,..."""
    return _PLACE.fullmatch(place) is not None


def open(place: str, tools: Tools) -> EventHistory:
    """Open the event history.

    Raises:
        AuthError: it must not be read.
        UsageError: a Region is wrong.
    """
    named = _PLACE.fullmatch(place)
    regions = [one for one in (named[1] or "").split(",") if one] if named else []
    history = EventHistory(regions or list(tools.regions()), tools)
    try:
        tools.client("cloudtrail", history.regions[0]).lookup_events(MaxResults=1)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if "Denied" in code or "Token" in code:
            todo = "allow cloudtrail:LookupEvents"
            raise AuthError("the event history must not be read", why=code, todo=todo) from error
    except (BotoCoreError, ValueError) as error:
        raise UsageError("the event history cannot be read", why=str(error), todo="check the Region") from error
    return history


class EventHistory:
    """The event history of some Regions, read in turn."""

    readers = 1
    finished = False
    note = "polls the event history: alerts come minutes late, and of this account only"

    def __init__(self, regions: Sequence[str], tools: Tools) -> None:
        """Take the Regions; nothing was read yet."""
        self.name, self.regions, self._tools = "lookup-events", list(regions), tools
        self._until: dict[str, datetime] = {}
        self._seen: dict[str, None] = {}
        self._next = 0.0

    def resume(self, progress: Mapping[str, str]) -> None:
        """Go on behind the newest event that was seen in each Region."""
        found = {region: parse_time(value) for region, value in progress.items()}
        self._until = {region: when for region, when in found.items() if when is not None}

    def receive(self, seconds: float) -> Iterator[Parcel]:
        """Ask every Region, unless that was done a moment ago; see Source."""
        clock = self._tools.clock
        wait = self._next - clock.monotonic()
        if wait > 0:
            clock.sleep(min(wait, seconds))
            if wait > seconds:
                return
        failed: SourceError | None = None
        for region in self.regions:
            try:
                yield from self._region(region)
            except (ClientError, BotoCoreError) as error:  # one Region that fails must not hide the others
                refused = isinstance(error, ClientError) and "Denied" in str(error)
                failed = SourceError(f"{region}: {error}", "allow cloudtrail:LookupEvents" if refused else "")
        self._next = clock.monotonic() + _PAUSE
        if failed is not None:
            raise failed

    def progress(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Return the newest event of each Region."""
        return {region: when.isoformat() for region, when in (one.receipt for one in parcels if one.receipt)}

    def confirm(self, parcels: Sequence[Parcel]) -> None:
        """Nothing is to be said to anybody."""

    def _region(self, region: str) -> Iterator[Parcel]:
        now = self._tools.clock.now()
        newest = self._until.get(region, now - _FIRST)
        start = newest - _OVERLAP
        for key, value in _QUESTIONS:
            for page in self._pages(region, start, {"AttributeKey": key, "AttributeValue": value}):
                fresh = [event for event in page if event["EventId"] not in self._seen]
                self._seen.update(dict.fromkeys(event["EventId"] for event in fresh))
                items: list[Item] = []
                for event in fresh:
                    text = str(event.get("CloudTrailEvent", ""))
                    items += unwrap({"CloudTrailEvent": text}, f"event history of {region}, {event['EventId']}")
                if items:
                    newest = max(newest, *(event["EventTime"] for event in fresh))
                    raw = msgspec.json.encode([event.get("CloudTrailEvent") for event in fresh])
                    yield Parcel(items, f"event history of {region}", raw)
        # Pages come newest first: only now nothing older is missing.
        self._until[region] = newest
        yield Parcel([], f"event history of {region}", receipt=(region, newest))
        while len(self._seen) > _SEEN:
            self._seen.pop(next(iter(self._seen)))

    def _pages(self, region: str, start: datetime, attribute: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
        client, token = self._tools.client("cloudtrail", region), ""
        while True:
            more = {"NextToken": token} if token else {}
            answer = client.lookup_events(LookupAttributes=[attribute], StartTime=start, MaxResults=50, **more)
            yield answer.get("Events", [])
            token = str(answer.get("NextToken", ""))
            if not token:
                return
            self._tools.clock.sleep(_BETWEEN)
