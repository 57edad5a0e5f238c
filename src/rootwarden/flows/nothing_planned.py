"""Says of a plan without changes why, for each control and remedy that was chosen: it passes, or is done already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rootwarden.model.control import Registered
from rootwarden.model.findings import Finding, Status
from rootwarden.model.untouched import Untouched

# So many controls are told of one by one; of more, how they are judged together.
_NAMED = 8
# How findings stand, in words for one and for several, what needs somebody first.
_SAID = {
    Status.FAIL: ("fails, and is left", "fail, and are left"),
    Status.UNKNOWN: ("could not be judged", "could not be judged"),
    Status.MANUAL: ("has to be looked at by a person", "have to be looked at by a person"),
    Status.EXCEPTED: ("is excepted", "are excepted"),
    Status.PASS: ("passes", "pass"),
    Status.NOT_APPLICABLE: ("does not apply", "do not apply"),
}


def nothing_planned(
    controls: Sequence[Registered], findings: Iterable[Finding], wished: Mapping[str, bool]
) -> Iterator[Untouched]:
    """Go through the controls that were judged, and the wishes of which nothing is lacking.

    `wished` are remedies that were asked what an account lacks, and whether they brought anything up.
    """
    by_code: dict[str, list[Finding]] = {}
    for one in findings:
        by_code.setdefault(one.code, []).append(one)
    if len(controls) > _NAMED:
        every = [one for found in by_code.values() for one in found]
        yield Untouched(about=f"{len(controls)} controls", why=f"of {len(every)} findings {_stand(every)}")
    for control in (entry.control for entry in controls if len(controls) <= _NAMED):
        found = by_code.get(control.code, [])
        fine = bool(found) and all(one.status is Status.PASS for one in found)
        answer = f", so that {control.remedy} has nothing to do" if fine and control.remedy else ""
        yield Untouched(about=control.code, why=f"{_stand(found)}{answer}")
    for slug in (one for one, found in wished.items() if not found):
        yield Untouched(about=slug, why="done already: what it would make is there")


def _stand(findings: Sequence[Finding]) -> str:
    counts = Counter(one.status for one in findings)
    if len(counts) == 1:
        status = next(iter(counts))
        more = f" ({len(findings)} findings)" if len(findings) > 1 else ""
        return f"{_SAID[status][0]}{more}"
    told = (f"{counts[status]} {_SAID[status][counts[status] > 1]}" for status in _SAID if counts[status])
    return ", ".join(told) or "nothing was found to judge"
