"""Proves what was changed: the facts are read again and judged again, for as long as AWS may take to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.flows.applying.looking import Looked, lasting_then, look
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.expect import Expect, Found, Item, as_if, broken, touching
from rootwarden.model.expect import look as place_in
from rootwarden.model.findings import Status
from rootwarden.model.plan import Change
from rootwarden.model.ports import Clock
from rootwarden.model.read_back import read_back
from rootwarden.model.readings import Unknown
from rootwarden.model.run import Checked, Progress
from rootwarden.proofs.topic_delivery import FACT as TOPICS
from rootwarden.proofs.unheard import sends_to, unheard

# Seconds before it is looked again.
PAUSES = (2.0, 4.0, 8.0, 16.0, 32.0)


class Proof(Struct, frozen=True):
    """What was found of a change; `unread` where that says nothing, because what tells could not be read."""

    checked: Checked
    unread: Found | None = None


_Check = Callable[[Change, Sequence[Change], Looked], Proof]


def prove_made(
    request: ApplyRequest, changes: Sequence[Change], clock: Clock, progress: Progress
) -> tuple[Checked, ...]:
    """Return what `proofs_made` finds; what could not be read is not proved."""
    return tuple(one.checked for one in proofs_made(request, changes, clock, progress))


def proofs_made(
    request: ApplyRequest, changes: Sequence[Change], clock: Clock, progress: Progress
) -> tuple[Proof, ...]:  # fmt: skip
    """Return for each change, in the order made, whether its control passes now, and the facts read as planned.

    `progress` tells the names that AWS gave to what was made. What a later change set anew counts no more.

    Raises:
        RootwardenError: nothing could be read at all.
    """

    def check(change: Change, later: Sequence[Change], seen: Looked) -> Proof:
        own = seen.facts.get(change.account, {})
        amiss = broken(lasting_then(change, later, progress), own)
        shown_late = (one for one in change.then_with(progress.kept(change)) if one.fact in change.late)
        late = () if change.control else tuple(broken(shown_late, own))
        found = _with_read(
            _made(change, amiss, late, seen), change.then_with(progress.kept(change)), seen, change, clock
        )
        heard = _heard(found, change, own)
        unread = None if heard.proved else _unread([*amiss, *late]) or _unjudged(change, amiss, seen)
        return Proof(heard, unread or (_topic_unread(change, own) if heard is not found else None))

    topics = (TOPICS,) if any(map(sends_to, changes)) else ()
    return _prove(request, changes, clock, check, topics)


def prove_undone(
    request: ApplyRequest, changes: Sequence[Change], clock: Clock, progress: Progress
) -> tuple[Checked, ...]:
    """Return what `proofs_undone` finds; what could not be read is not proved."""
    return tuple(one.checked for one in proofs_undone(request, changes, clock, progress))


def proofs_undone(
    request: ApplyRequest, changes: Sequence[Change], clock: Clock, progress: Progress
) -> tuple[Proof, ...]:  # fmt: skip
    """Return for each change, in the order taken back, whether the facts read as before it, but for what stays.

    Raises:
        RootwardenError: nothing could be read at all.
    """
    stays = {one.id: one.stays_with(progress.kept(one)) for one in changes}

    def check(change: Change, later: Sequence[Change], seen: Looked) -> Proof:
        there = [one for other in changes if other.account == change.account for one in stays[other.id] or ()]
        amiss = _not_as_before(change, later, seen, None if stays[change.id] is None else there)
        found = _with_read(_undone(change, amiss, seen), touching(change.expects), seen, change, clock)
        return Proof(found, _unread(amiss))

    return _prove(request, changes, clock, check)


def _prove(
    request: ApplyRequest, changes: Sequence[Change], clock: Clock, check: _Check, facts: Sequence[str] = ()
) -> tuple[Proof, ...]:
    began = clock.monotonic()
    for pause in (*PAUSES, None):
        seen = look(request, changes, facts=facts)
        found = tuple(check(one, changes[at + 1 :], seen) for at, one in enumerate(changes))
        late = clock.monotonic() - began + (pause or 0) > request.patience
        if pause is None or late or all(one.checked.proved or one.checked.waiting for one in found):
            return found
        clock.sleep(pause)
    raise AssertionError("the last look returns")


def _made(change: Change, amiss: Sequence[Found], late: Sequence[Found], seen: Looked) -> Checked:
    finding = seen.findings.get(change.fingerprint)
    after = finding.status if finding is not None else None
    passes = after in (Status.PASS, Status.NOT_APPLICABLE) if change.control else True
    if change.control and after is None:  # the finding has gone with what it was about, if all of it could be read
        passes = not any(one.code == change.control and one.status is Status.UNKNOWN for one in seen.findings.values())
    said = str((*amiss, *late)[0]) if amiss or late else finding.message if finding is not None and not passes else ""
    return Checked(
        change=change.id,
        control=change.control,
        before=Status.FAIL if change.control else None,
        after=after,
        proved=passes and not amiss and not late,
        waiting=not (passes and not late) and not amiss and change.patience > 0,
        detail=said,
        stood=tuple(replace(one.expect, value=one.value) for one in amiss if one.unread is None),
    )


def _with_read(one: Checked, expects: Sequence[Expect], seen: Looked, change: Change, clock: Clock) -> Checked:
    """Keep with what was found when that was, and how it read: a proof that nobody can look at again is none."""
    finding = seen.findings.get(change.fingerprint)
    judged, said = (finding.evidence, finding.message) if finding is not None else ((), "")
    read = read_back(expects, seen.facts.get(change.account, {}), judged)
    return replace(one, at=clock.now(), read=read, said=said)


def _heard(one: Checked, change: Change, facts: Mapping[str, Any]) -> Checked:
    """Wait for a person where all reads as planned, and nobody has confirmed that they want to hear it."""
    deaf = unheard(change, facts) if one.proved or one.waiting else None
    if deaf is None:
        return one
    return replace(one, proved=False, waiting=True, detail=deaf.why, awaits=deaf.who)


def _unread(amiss: Sequence[Found]) -> Found | None:
    """Return what could not be read, where nothing that could be is amiss."""
    return amiss[0] if amiss and all(one.unread is not None for one in amiss) else None


def _unjudged(change: Change, amiss: Sequence[Found], seen: Looked) -> Found | None:
    """Return why a control could not tell, where nothing else is amiss."""
    own = seen.findings.get(change.fingerprint)
    about = (own,) if own is not None else seen.findings.values()
    unknown = [one for one in about if one.code == change.control and one.status is Status.UNKNOWN]
    if not change.control or amiss or not unknown:
        return None
    return Found(Expect(fact=change.control), unread=unknown[0].unknown_because or Unknown(unknown[0].message))


def _topic_unread(change: Change, facts: Mapping[str, Any]) -> Found | None:
    """Return which topic's subscribers could not be read."""
    for arn in sends_to(change):
        place = Expect(fact=TOPICS, at=(Item("TopicArn", arn), "subscriptions"))
        why = place_in(place, facts)
        if isinstance(why, Unknown):
            return Found(place, unread=why)
    return None


def _not_as_before(
    change: Change, later: Sequence[Change], seen: Looked, there: Sequence[Expect] | None
) -> list[Found]:  # fmt: skip
    """Look at one that was taken back, as if those taken back after it were made still: it may have rested on them.

    `there` is what stays and how it reads; None: a former version said only that something does, so that any may.
    """
    still = (one for other in reversed(later) if other.account == change.account for one in other.then)
    facts = as_if(seen.facts.get(change.account, {}), still)
    return [one for one in broken(touching(change.expects), facts) if not _stays(one, there, facts)]


def _undone(change: Change, found: Sequence[Found], seen: Looked) -> Checked:
    amiss = [one for one in found if one.expect.fact not in change.late]
    finding = seen.findings.get(change.fingerprint)
    stays = "; ".join(change.stays)
    return Checked(
        change=change.id,
        control=change.control,
        before=None,
        after=finding.status if finding is not None else None,
        proved=not found,
        waiting=not amiss and change.patience > 0,
        detail=str((amiss or found)[0]) if found else stays,
    )


def _stays(found: Found, there: Iterable[Expect] | None, facts: Mapping[str, Any]) -> bool:
    """Return whether what does not read as before is just what was said beforehand to stay; the unread never is."""
    if found.unread is not None or there is None:
        return found.unread is None
    wanted = found.expect
    return any((one.fact, one.at) == (wanted.fact, wanted.at) and not broken((one,), facts) for one in there)
