"""Which trails an account relies on, and which account each trail is judged in.

An organization trail shows up in every member as a shadow copy. The account in its ARN owns it and sees it whole; the
members' copies stand in only where the owner is not part of the audit. Source: CloudTrail User Guide, "Creating a trail
for an organization".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from rootwarden.model.findings import Verdict
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.audited import is_audited
from rootwarden.proofs.doubt import first_doubt
from rootwarden.proofs.regions import not_asked

FACT = "cloudtrail.trails"


class Trail(Struct, frozen=True, gc=False):
    """One trail: its ARN taken apart, the best view of it, and a second one for the parts the first lacks."""

    arn: str
    name: str
    owner: str
    home: str
    sight: Sight
    second: Sight | None = None

    def __getitem__(self, field: str) -> Sight:
        """Look at a field of the trail: from the second view where the first could not read it at all."""
        found = self.sight[field]
        if found.unknown is not None and self.second is not None and self.second[field].unknown is None:
            return self.second[field]
        return found

    def recorded_in(self, log: Log) -> Trail:
        """Return the same trail with what is read of it recorded elsewhere."""
        second = self.second.recorded_in(log) if self.second is not None else None
        return Trail(self.arn, self.name, self.owner, self.home, self.sight.recorded_in(log), second)


class Survey(Struct, frozen=True):
    """The trails that record this account: those judged here, those judged in their owner's account, and the gaps."""

    here: tuple[Trail, ...]
    elsewhere: tuple[Trail, ...]
    unread: tuple[tuple[str, Sight], ...]
    scratch: View

    @property
    def why_incomplete(self) -> UnseenError | None:
        """Why there may be more trails than were seen, with the Regions that could not be read."""
        if not self.unread:
            return None
        regions = ", ".join(sorted({region for region, _ in self.unread if region}))
        nameless = Unknown("malformed: a trail without TrailARN")
        first = first_doubt(UnseenError(sight.unknown or nameless, sight.path) for _, sight in self.unread)
        return UnseenError(first.unknown, f"{FACT} in {regions}") if first is not None and regions else first

    @property
    def why_not_everywhere(self) -> UnseenError | None:
        """Why nobody can say that there is no other trail anywhere: something is unread, or a Region was not asked.

        Trails of several Regions are seen in each of them, so that only those of a single Region can be missing.
        """
        return self.why_incomplete or not_asked(self.scratch, FACT)


def survey(seen: View) -> Survey:
    """Look through the account's trails, each once by its ARN; nothing of it is recorded in `seen`.

    Raises:
        UnseenError: the trails could not be listed in any Region.
    """
    found, scratch = seen.once(_look_through), seen.about()
    scratch.log.entries.update(found.scratch.log.entries)
    here = tuple([trail.recorded_in(scratch.log) for trail in found.here])
    return Survey(here, found.elsewhere, found.unread, scratch)


def _look_through(scratch: View) -> Survey:
    found: dict[str, tuple[str, Sight]] = {}
    unread: list[tuple[str, Sight]] = []
    for item in scratch.account[FACT].each(key="TrailARN"):
        arn, region = item.told("TrailARN"), item.told("region")
        if item.unknown is not None or len(arn.split(":")) != 6:
            unread.append((region, item if item.unknown is not None else item["TrailARN"]))
        elif arn not in found or _rank(arn, region) < _rank(arn, found[arn][0]):
            found[arn] = (region, item)
    here: list[Trail] = []
    elsewhere: list[Trail] = []
    for arn, (_, item) in sorted(found.items(), key=lambda entry: entry[0]):
        trail = _trail(arn, item)
        if trail.owner == scratch.subject.account or not is_audited(scratch, trail.owner):
            here.append(trail)
        elif scratch.shared_owner(FACT, arn) == trail.owner:
            elsewhere.append(_trail(arn, scratch.shared(FACT, arn), item))
        else:
            elsewhere.append(trail)
    return Survey(tuple(here), tuple(elsewhere), tuple(unread), scratch)


def trail_at(seen: View, arn: str) -> Trail:
    """Return a trail that any account in scope sees, by its ARN."""
    return _trail(arn, seen.shared(FACT, arn))


def _rank(arn: str, region: str) -> tuple[bool, str]:
    """Order the copies of one trail: the one seen in its home Region first."""
    return region != arn.split(":")[3], region


def _trail(arn: str, sight: Sight, second: Sight | None = None) -> Trail:
    _, _, _, home, owner, tail = arn.split(":", 5)
    return Trail(arn, tail.removeprefix("trail/"), owner, home, sight, second)


JudgeTrail = Callable[[View, Trail], Iterable[Verdict]]


def judge_trails(seen: View, judge_one: JudgeTrail) -> Iterator[Verdict]:
    """Judge each trail of the account; one finding for the Regions that are unread, or for having none at all."""
    found = survey(seen)
    for trail in found.here:
        one = seen.about(resource=trail.arn, region=trail.home)
        try:
            yield from judge_one(one, trail.recorded_in(one.log))
        except UnseenError as error:
            yield one.cannot_tell(error)
    yield from the_rest(found, ("",))


def the_rest(found: Survey, aspects: Iterable[str]) -> Iterator[Verdict]:
    """Say what is to be said beside the trails judged here: unread Regions, no trail, or trails judged elsewhere."""
    gap = found.why_incomplete
    if gap is None and not found.here and not found.elsewhere:
        gap = found.why_not_everywhere
    for aspect in aspects:
        seen = found.scratch.about(aspect=aspect) if aspect else found.scratch
        if gap is not None:
            yield seen.cannot_tell(gap)
        elif not found.here and found.elsewhere:
            owners = ", ".join(sorted({trail.owner for trail in found.elsewhere}))
            yield seen.not_applicable(
                f"No trail of its own was seen: the account is recorded by a trail of account {owners}, judged there.",
                reason="judged_at_owner",
            )
        elif not found.here:
            yield seen.not_applicable("No trail records this account; see RW-TRAIL-01.", reason="no_trails")
