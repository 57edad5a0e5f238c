"""CloudTrail's event history, Region by Region: how fast management events come, for the price of what keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rootwarden.aws.collectors import of_region
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.visit import Visit
from rootwarden.model.sight import parse_time
from rootwarden.proofs.event_rate import Page, samples

_MOST = 50


@of_region("cloudtrail.event_rate")
def event_rate(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return samples of a Region's events, of at most six calls; what was seen before a refusal counts."""
    seen = False

    def look(start: datetime, end: datetime) -> Page | None:
        nonlocal seen
        try:
            found = visit.ask.call(
                "cloudtrail", "LookupEvents", region, StartTime=start, EndTime=end, MaxResults=_MOST
            )  # fmt: skip
        except UnreadError:
            if not seen:
                raise
            return None
        seen = True
        times = [parse_time(one["EventTime"]) for one in found["Events"]]
        oldest = min((one for one in times if one is not None), default=None)
        return Page(len(times), oldest, bool(found.get("NextToken")))

    return [{"samples": list(samples(look, visit.ask.reading.clock.now()))}]
