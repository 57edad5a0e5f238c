"""Says whether findings look better after sight was lost: the comparison behind the law that nothing unread passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from rootwarden import catalogue
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Finding, Status

# What a finding may become when less can be seen. It may always become UNKNOWN or stay; a PASS may need a person
# instead; what seemed to have no meaning may turn out to fail or to need a person; any may be disproven by a weaker
# source once the stronger one is silent. FAIL and UNKNOWN have no way up.
ALLOWED = {
    Status.PASS: {Status.PASS, Status.UNKNOWN, Status.MANUAL, Status.FAIL},
    Status.FAIL: {Status.FAIL, Status.UNKNOWN},
    Status.UNKNOWN: {Status.UNKNOWN, Status.FAIL},
    Status.MANUAL: {Status.MANUAL, Status.UNKNOWN, Status.FAIL},
    Status.NOT_APPLICABLE: {Status.NOT_APPLICABLE, Status.UNKNOWN, Status.FAIL, Status.MANUAL},
}
BAD = (Status.FAIL, Status.UNKNOWN)


def improvements(before: Iterable[Finding], after: Iterable[Finding], *, contradictions: bool = False) -> Iterator[str]:
    """Yield what looks better in `after`, which judged the same world with less of it visible.

    `contradictions`: sources may disagree in this world (a report of yesterday beside a summary of today), so that a
    PASS by the one may have no meaning by the other.
    """
    old = {finding.fingerprint: finding for finding in before}
    new = {finding.fingerprint: finding for finding in after}
    accounts = {_filed(finding) for finding in new.values()}
    for mark, was in old.items():
        now = new.get(mark)
        if now is None:
            # An account without a line, of which nobody knows any more, is missing from the count of accounts instead.
            if was.status in BAD and _filed(was) in accounts and not _answered_for(was, new.values()):
                yield f"{_named(was)} vanished"
        elif (was.status, now.status) == (Status.PASS, Status.NOT_APPLICABLE) and contradictions:
            continue
        elif now.status not in ALLOWED[was.status]:
            yield f"{_named(was)} became {now.status}: {now.message}"
        elif was.status is now.status is Status.FAIL and now.severity.rank > was.severity.rank:
            yield f"{_named(was)} weighs only {now.severity}"
    yield from _more(Status.PASS, old, new)
    if not contradictions:
        yield from _more(Status.NOT_APPLICABLE, old, new)


def _answered_for(was: Finding, after: Iterable[Finding]) -> bool:
    """Say whether an UNKNOWN (or another FAIL) of the same control and account stands for one that vanished."""
    return any((f.code, _filed(f)) == (was.code, _filed(was)) and f.status in BAD for f in after)


def _filed(finding: Finding) -> str:
    """Return the account of a finding; one about the organization may be filed under another while that is unread."""
    return "" if finding.code in _judged_once() else finding.account


@cache
def _judged_once() -> frozenset[str]:
    return frozenset(e.control.code for e in catalogue.controls() if e.control.scope in (Scope.ORG, Scope.WORKSPACE))


def _more(good: Status, old: dict[str, Finding], new: dict[str, Finding]) -> Iterator[str]:
    """Yield controls that say `good` more often than before, by findings that were not there.

    What was already said of the same resource does not count: a trail that several accounts see is judged in one of
    them, and in another when that one cannot be read.
    """
    had, has = (Counter((f.code, _filed(f)) for f in some.values() if f.status is good) for some in (old, new))
    said = {_about(f) for f in old.values() if f.status is good and f.resource}
    fresh = [f for mark, f in new.items() if mark not in old and f.status is good and _about(f) not in said]
    for finding in fresh:
        if has[finding.code, _filed(finding)] > had[finding.code, _filed(finding)]:
            yield f"{_named(finding)} is said anew"


def _about(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code, finding.region, finding.resource, finding.aspect


def _named(finding: Finding) -> str:
    where = " ".join(part for part in (finding.account, finding.region, finding.resource, finding.aspect) if part)
    return f"{finding.code} {finding.status} [{finding.severity}] of {where} ({finding.message})"
