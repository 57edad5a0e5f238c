"""Looks at just what a plan is about: the facts its changes name, and how its controls judge them now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.aws.audit_policy import ROOT_FACT
from rootwarden.aws.refusals import DENIED
from rootwarden.errors import AuthError, RootwardenError, UnreachableError, UsageError
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.collect import collect
from rootwarden.model.control import Registered
from rootwarden.model.expect import Expect, Found, as_if, broken, lasting, plain_facts
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.findings import Finding
from rootwarden.model.halfway import neither
from rootwarden.model.plan import Change
from rootwarden.model.run import Progress
from rootwarden.model.snapshot import Facts
from rootwarden.people.ground import REMEDY as ROSTER
from rootwarden.store.snapshots import open_snapshot


def again(changes: Iterable[Change]) -> str:
    """Return what to do where a plan is too old: the command that makes it anew."""
    verb = "users plan ROSTER" if any(one.remedy == ROSTER for one in changes) else "plan"
    return f"make a new plan with `rootwarden {verb} -o plan.json`"


class Looked(Struct, frozen=True):
    """What was seen: plain facts by account, those of the organization among them, and findings by fingerprint."""

    facts: Mapping[str, Mapping[str, Any]]
    findings: Mapping[str, Finding]


class Standing(StrEnum):
    """Where a change stands before anything is done.

    It can be made, it was begun in this run, it is made already, what it rests on has changed, nobody could look, a
    person has to do it, or the resource is somebody else's.
    """

    READY = "ready"
    UNDER_WAY = "under way"
    MADE = "made already"
    STALE = "stale"
    UNREAD = "unread"
    BY_HAND = "by hand"
    OWNED = "not ours"


class Seen(Struct, frozen=True):
    """One change, where it stands, and what stands in its way; `owner` says in words whose the resource is.

    `whole` says of one under way that this run made all of it, so that only its proof is left: as the log says, or the
    only call that it takes was begun, and all reads as planned.
    """

    change: Change
    standing: Standing
    found: tuple[Found, ...] = ()
    owner: str = ""
    whole: bool = False


def look(
    request: ApplyRequest, changes: Iterable[Change], *, facts: Iterable[str] = (), controls: Iterable[str] = ()
) -> Looked:
    """Read the facts of these changes and of their controls anew, and judge those controls; `facts` and `controls` too.

    Raises:
        RootwardenError: nothing could be read at all, or the watch does not expect what is done to read it.
    """
    changes = tuple(changes)
    judged_by = _controls({one.control for one in changes} | {*controls})
    own = {name for one in changes for name in one.facts}
    read = own | {name for one in judged_by for name in one.control.fact_names if _is_of_aws(name)} | {*facts}
    accounts = tuple(sorted({account for one in changes for account in one.accounts}))
    # Root sessions are opened where a change itself is about what only root sees, and nowhere else.
    reading = replace(
        request.reading, org=False, accounts=accounts, facts=tuple(sorted(read)), root_audit=ROOT_FACT in own,
        named_in="the plan, or make it anew",
    )  # fmt: skip
    with TemporaryDirectory(prefix="rootwarden-") as folder:
        path = Path(folder) / "snapshot.jsonl.gz"
        collect(reading, path, announce=request.announce)
        snapshot = open_snapshot(path)
        organization = plain_facts(snapshot.organization) if snapshot.organization is not None else {}
        seen = {line.account: organization | plain_facts(Facts(line.facts)) for line in snapshot.accounts()}
        judged = judge_snapshot(open_snapshot(path), JudgeRequest(controls=judged_by, settings=request.settings))
    return Looked(seen, {one.fingerprint: one for one in judged.findings})


def standings(changes: Iterable[Change], facts: Mapping[str, Mapping[str, Any]], progress: Progress) -> list[Seen]:
    """Return where each change stands, every one looked at as if those before it were made."""
    now, changes = dict(facts), tuple(changes)
    found: list[Seen] = []
    for at, change in enumerate(changes):
        own = now.get(change.account, {})
        one = _standing(change, own, progress, lasting_then(change, changes[at + 1 :], progress))
        found.append(one)
        if one.standing in (Standing.READY, Standing.UNDER_WAY) and not change.owner:
            now[change.account] = as_if(own, change.then)
    return found


def lasting_then(change: Change, later: Iterable[Change], progress: Progress) -> tuple[Expect, ...]:
    """Return what of a change must hold once those after it were made: not what one of them sets anew or shows late."""
    others = (one.then_with(progress.kept(one)) for one in later if one.account == change.account)
    return lasting(at_once(change, progress), chain.from_iterable(others))


def _standing(change: Change, facts: Mapping[str, Any], progress: Progress, then: tuple[Expect, ...]) -> Seen:
    if not change.steps:
        return Seen(change, Standing.BY_HAND)
    surely = any(progress.did(change, step) is not None for step in change.steps)
    if surely or _tells_by_itself(change, progress):
        return Seen(change, Standing.UNDER_WAY, whole=progress.made(change))
    in_doubt = progress.begun(change)
    amiss = broken(change.expects, facts)
    if not amiss:
        return Seen(change, Standing.UNDER_WAY if in_doubt else Standing.READY)
    if then and not broken(then, facts):
        return Seen(change, Standing.UNDER_WAY, whole=_at_one_call(change)) if in_doubt else Seen(change, Standing.MADE)
    if in_doubt:  # made in part at most, by a call that is made again, unless what stands there is somebody else's
        amiss = neither(change.expects, then, facts)
        if not amiss:
            return Seen(change, Standing.UNDER_WAY)
    unread = any(one.unread is not None for one in amiss)
    return Seen(change, Standing.UNREAD if unread else Standing.STALE, tuple(amiss))


def _tells_by_itself(change: Change, progress: Progress) -> bool:
    """Return whether a probe will tell about a first step of which nobody knows whether it was made."""
    return any(step.seen is not None and progress.in_doubt(change, step) for step in change.steps)


def _at_one_call(change: Change) -> bool:
    """Return whether a change takes one call, of whose answer nothing is kept: how it reads tells all of it."""
    return len(change.steps) == 1 and not change.steps[0].keeps


def unseen(change: Change, found: Found) -> RootwardenError:
    """Return the error that what a change is about cannot be looked at, which says nothing of what somebody did."""
    what = f"{change.title} in account {change.account} cannot be looked at"
    fact = FACTS.get(found.expect.fact)
    if found.unread is not None and found.unread.why == "not_collected" and fact is not None and fact.paid:
        why = f"AWS charges for reading {fact.name}, 0.01 USD a question; nobody asked for it"
        return UsageError(what, why=why, todo="give --paid")
    kind = AuthError if found.unread is not None and found.unread.why == DENIED else UnreachableError
    return kind(what, why=str(found), todo="make it readable (the audit policy holds what is read), and try again")


def at_once(change: Change, progress: Progress) -> tuple[Expect, ...]:
    """Return what must hold right after a change, by the names AWS gave: all but what AWS shows only later."""
    return tuple(one for one in change.then_with(progress.kept(change)) if one.fact not in change.late)


def _is_of_aws(fact: str) -> bool:
    return FACTS[fact].scope is not Scope.WORKSPACE


def _controls(wanted: set[str]) -> tuple[Registered, ...]:
    return tuple(one for one in catalogue.controls() if one.control.code in wanted)
