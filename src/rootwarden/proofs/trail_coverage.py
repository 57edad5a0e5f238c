"""What keeps a trail, or several together, from recording every management event of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from rootwarden.model.readings import UnseenError
from rootwarden.proofs.trail_selectors import NOISY_SOURCES, Recorded, management_events
from rootwarden.proofs.trails import Trail

# Global services (IAM, STS, sign-in) write their events in the Region that leads the partition: CloudTrail API
# Reference, Trail, IncludeGlobalServiceEvents.
LEADERS = frozenset(("us-east-1", "us-gov-west-1", "cn-north-1"))

GAPS: Mapping[str, str] = {
    "not_logging": "it is switched off",
    "single_region": "it records one Region only",
    "no_global_events": "it leaves out global services such as IAM and sign-in",
    "no_management_events": "it records no management events",
    "writes_only": "it leaves out read events, which is how an intruder looks around",
    "reads_only": "it leaves out write events, which is where damage is done",
    "source_excluded": "it leaves out services that matter",
}
# How each reads once it is closed.
CLOSED: Mapping[str, str] = {
    "not_logging": "it is switched on",
    "single_region": "it records every Region",
    "no_global_events": "it records global services too",
    "no_management_events": "it records all management events",
    "writes_only": "it records read events too",
    "reads_only": "it records write events too",
    "source_excluded": "it leaves out no service",
}


class Coverage(Struct, frozen=True):
    """What was found of one trail. `gaps` are proven; `unseen` is what could not be read and might be one more."""

    trail: Trail
    gaps: tuple[str, ...]
    unseen: UnseenError | None
    logging: bool = False
    several_regions: bool = False
    global_events: bool = False
    recorded: Recorded | None = None

    @property
    def complete(self) -> bool:
        """Whether the trail is proven to record everything."""
        return not self.gaps and self.unseen is None


def coverage(trail: Trail, *, ignoring_status: bool = False) -> Coverage:
    """Return what a trail covers; with `ignoring_status`, what it would cover if it were switched on."""
    gaps: list[str] = []
    unseen: list[UnseenError] = []

    def ask(question: Callable[[], bool], gap: str) -> bool:
        try:
            answer = question()
        except UnseenError as error:
            unseen.append(error)
            return False
        if not answer:
            gaps.append(gap)
        return answer

    logging = ignoring_status or ask(trail["status"]["IsLogging"].flag, "not_logging")
    several = ask(trail["IsMultiRegionTrail"].flag, "single_region")
    everywhere = ask(trail["IncludeGlobalServiceEvents"].flag, "no_global_events")
    recorded: Recorded | None = None
    try:
        recorded = management_events(trail["selectors"])
        gaps.extend(_selector_gaps(recorded))
    except UnseenError as error:
        unseen.append(error)
    return Coverage(trail, tuple(gaps), unseen[0] if unseen else None, logging, several, everywhere, recorded)


def _selector_gaps(recorded: Recorded) -> Iterable[str]:
    if not recorded.reads and not recorded.writes:
        yield "no_management_events"
    elif not recorded.reads:
        yield "writes_only"
    elif not recorded.writes:
        yield "reads_only"
    if recorded.excluded - NOISY_SOURCES:
        yield "source_excluded"


def together(trails: Iterable[Coverage], regions: Iterable[str]) -> bool:
    """Return whether trails that are switched on record everything between them, in each of these Regions.

    Only what is proven of each trail counts.
    """
    on = [one for one in trails if one.recorded is not None and one.logging]
    if not any(one.global_events and (one.several_regions or one.trail.home in LEADERS) for one in on):
        return False
    for region in regions:
        local = [one for one in on if one.several_regions or one.trail.home == region]
        for kind in ("reads", "writes"):
            kept = [one.recorded.excluded for one in local if one.recorded and getattr(one.recorded, kind)]
            if not kept or frozenset.intersection(*kept) - NOISY_SOURCES:
                return False
    return True
