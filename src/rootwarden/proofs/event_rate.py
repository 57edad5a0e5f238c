"""How many management events an account makes in a month, worked out from a few pages of its event history.

CloudTrail shows the events of the last 90 days for nothing, Region by Region, newest first, fifty a page: how far back
a page reaches tells how fast they came. Where one page holds all of a week they are counted; else pages of other hours
and days are looked at, and as a burst may lie between them the high figure is that of a busy account at least. Where
the account's own count is not known, a quiet and a busy account are assumed, and it is said. Source: CloudTrail API
Reference, LookupEvents; User Guide, "Working with CloudTrail event history" (no charge).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.trails import Trail

FACT = "cloudtrail.event_rate"
# How far back is looked, and how long an event may take to appear (User Guide: within about five minutes on average).
_BACK, _LATE = timedelta(days=7), timedelta(minutes=15)
# So many pages a Region at most, each so much older: another day, and another hour of the day.
PAGES, _OLDER = 6, timedelta(hours=29)
_HOURS_A_MONTH = 730
_NOT_COLLECTED = "not_collected"


class Events(Struct, frozen=True):
    """Management events a month, from a low to a high figure, in words how that is known, and whether any was seen."""

    low: Decimal
    high: Decimal
    how: str
    measured: bool = False

    @property
    def again(self) -> Events:
        """The same, where the words for it stand already."""
        return Events(self.low, self.high, "the same events", self.measured)


# A quiet account, and a busy one. How many it really are stands in the bill, as FreeEventsRecorded and
# PaidEventsRecorded (CloudTrail User Guide, "Viewing your CloudTrail cost").
ASSUMED = Events(Decimal(20_000), Decimal(1_000_000), "20,000 to 1,000,000 events a month, assumed")

# A nightly hour of many events may lie between all samples: nobody can tell from them how much more it is at most.
_BURSTS = f"; bursts between samples cannot be seen, so the high figure is at least {ASSUMED.high:,}"


class Page(Struct, frozen=True):
    """One page of an event history: how many events, when the oldest was, and whether older ones were left out."""

    events: int
    oldest: datetime | None
    more: bool


# Answers with the newest page of a time span, None where it was refused.
Look = Callable[[datetime, datetime], Page | None]


def samples(look: Look, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield what was counted in which span: of the whole week, or of up to six pages of other hours and days."""
    newest = now.replace(microsecond=0) - _LATE
    start = newest - _BACK
    for number in range(PAGES):
        end = newest - number * _OLDER
        page = look(start, end)
        if page is None:
            return
        if page.oldest is not None or not page.more:
            since = page.oldest if page.more and page.oldest is not None else start
            yield {"from": since.isoformat(), "to": end.isoformat(), "events": page.events}
        if not number and not page.more:
            return


def rate(counted: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return events an hour, low and high, from samples of (seconds, events); there is at least one.

    Low is what the samples have together, high the mean of their rates: where they met a burst that is more. Each
    count may be off by what chance does to it (twice its square root) and by the one at its edge.
    """
    pairs = list(counted)
    least = sum(max(0.0, count - _chance(count)) for _, count in pairs) / sum(seconds + 1 for seconds, _ in pairs)
    most = sum((count + _chance(count)) / max(seconds, 1.0) for seconds, count in pairs) / len(pairs)
    return least * 3600, most * 3600


def _chance(count: float) -> float:
    return 1 + 2 * sqrt(count)


def monthly_events(seen: View, trails: Iterable[Trail] = ()) -> Events:
    """Return how many events a month these trails record, without any those of the account itself.

    A trail of an organization records all its accounts. What is not known of an account or a Region is assumed.
    """
    accounts = dict.fromkeys(account for one in trails for account in _recorded(seen, one))
    return events_of(seen, tuple(accounts) or (seen.subject.account,))


def organization_accounts(seen: View) -> tuple[str, ...]:
    """Return the accounts of the organization that are open, the account itself at least."""
    try:
        listed = seen.about().organization["org.accounts"].each("Id")
        found = [one["Id"].text() for one in listed if one["State"].text(default="ACTIVE") == "ACTIVE"]
    except UnseenError:
        found = []
    return tuple(dict.fromkeys((seen.subject.account, *found)))


def _recorded(seen: View, trail: Trail) -> tuple[str, ...]:
    try:
        whole = trail.recorded_in(Log())["IsOrganizationTrail"].flag(default=False)
    except UnseenError:
        whole = False
    return organization_accounts(seen) if whole else (trail.owner,)


def events_of(seen: View, accounts: tuple[str, ...]) -> Events:
    """Return how many events a month these accounts make together."""
    measured = [_of_account(seen, account) for account in accounts]
    known = [one for one in measured if not isinstance(one, Unknown)]
    if not known:
        return _assumed(len(accounts), next((one for one in measured if isinstance(one, Unknown)), None))
    unknown = len(accounts) - len(known)
    low = sum((one.low for one in known), unknown * ASSUMED.low)
    high = sum((one.high for one in known), unknown * ASSUMED.high)
    how = f"{_span(low, high)} events a month, {_measured(known)}"
    if unknown:
        how += f"; those of {_accounts(unknown)} assumed"
    return Events(low, high, how, measured=True)


def region_events(seen: View, region: str) -> Events:
    """Return how many events a month the account makes in one Region; assumed ones are those of a whole account."""
    found = _of_account(seen, seen.subject.account, region)
    if isinstance(found, Unknown):
        return _assumed(1, found)
    how = f"{_span(found.low, found.high)} events a month, {_measured([found])}"
    return Events(found.low, found.high, how, measured=True)


class _Measured(Struct, frozen=True):
    """What was measured of one account: a month's events, the samples, their Regions, the day, and what is missing.

    `whole` says that in each of these Regions all of a week was counted.
    """

    low: Decimal
    high: Decimal
    samples: int
    regions: int
    day: str
    whole: bool
    missing: str = ""


def _of_account(seen: View, account: str, region: str = "") -> _Measured | Unknown:
    """Return what was measured of an account, or of one of its Regions, or why nothing was."""
    about = seen.about()
    sight = about.account[FACT] if account == seen.subject.account else about.shared(FACT, account, _NOT_COLLECTED)
    low = high = 0.0
    counts: list[int] = []
    days: list[str] = []
    unread: list[Unknown] = []
    whole = True
    try:
        for item in sight.each("region"):
            if region in ("", item.told("region")):
                try:
                    own = list(_samples(item))
                except UnseenError as error:
                    unread.append(error.unknown)
                    continue
                least, most = rate((seconds, count) for seconds, count, _ in own)
                low, high = low + least, high + most
                whole = whole and any(seconds >= _BACK.total_seconds() for seconds, _, _ in own)
                counts.append(len(own))
                days.append(max(day for _, _, day in own))
    except UnseenError as error:
        unread.append(error.unknown)
    if not counts:
        return unread[0] if unread else Unknown(_NOT_COLLECTED)
    missing = _missing(unread, seen.regions_asked, region)
    most_of_it = _monthly(high) if whole else max(_monthly(high), ASSUMED.high)
    most_of_it += ASSUMED.high if missing else 0
    return _Measured(_monthly(low), most_of_it, sum(counts), len(counts), max(days), whole, missing)


def _samples(item: Sight) -> Iterator[tuple[float, float, str]]:
    """Yield seconds, events and day of each sample of a Region; raises UnseenError where there is none."""
    found = item["samples"].each()
    for one in found:
        start, end, count = one["from"].time(), one["to"].time(), one["events"].number()
        if start is None or end is None or end < start or count < 0:
            raise UnseenError(Unknown("malformed: a sample that ends before it begins"), item.path)
        yield (end - start).total_seconds(), count, f"{end:%Y-%m-%d}"
    if not found:
        raise UnseenError(Unknown("no_sample"), item.path)


def _missing(unread: list[Unknown], asked: tuple[str, ...], region: str) -> str:
    added = "for which those of a busy account are added"
    if unread:
        return f"{_some(len(unread), 'Region')} could not be read ({unread[0]}), {added}"
    return "" if region or not asked else f"no other Regions were asked for, {added}"


def _assumed(accounts: int, why: Unknown | None) -> Events:
    said = "" if why is None or why.why == _NOT_COLLECTED else f", for the event history could not be read ({why})"
    low, high = accounts * ASSUMED.low, accounts * ASSUMED.high
    of = f" for {_accounts(accounts)}" if accounts > 1 else ""
    return Events(low, high, f"{low:,} to {high:,} events a month, assumed{of}{said}")


def _measured(known: list[_Measured]) -> str:
    count, regions = sum(one.samples for one in known), sum(one.regions for one in known)
    of = f" of {_accounts(len(known))}" if len(known) > 1 else ""
    where = f"from {_some(count, 'sample')} of the event history in {_some(regions, 'Region')}{of}"
    missing = next((f"; {one.missing}" for one in known if one.missing), "")
    bursts = "" if all(one.whole for one in known) else _BURSTS + (" for each" if len(known) > 1 else "")
    return f"measured on {max(one.day for one in known)} {where}{bursts}{missing}"


def _span(low: Decimal, high: Decimal) -> str:
    return f"{_rounded(low)} to {_rounded(high)}"


def _rounded(events: Decimal) -> str:
    """Return a count with the two digits that mean something: 1,234,567 are 1,200,000."""
    whole = int(events)
    return f"{round(whole, 2 - len(str(whole))) if whole >= 100 else whole:,}"


def _some(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _accounts(count: int) -> str:
    return _some(count, "account")


def _monthly(an_hour: float) -> Decimal:
    return Decimal(round(an_hour * _HOURS_A_MONTH))
