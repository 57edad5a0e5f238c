"""Practising: audit, plan, apply, audit again, undo, and see that all is as before; for the demo and for proofs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from rootwarden import catalogue
from rootwarden.errors import RootwardenError
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.limits import checked_remedies
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.model.differences import Difference, differences
from rootwarden.model.expect import plain_facts
from rootwarden.model.findings import Finding, Status
from rootwarden.model.plan import Plan
from rootwarden.model.snapshot import Facts
from rootwarden.report.labels import plural
from rootwarden.store.snapshots import open_snapshot

Tell = Callable[[str], None]


class CameUp(Struct, frozen=True):
    """A finding that fails after the plan and did not before; `before` is how it read (None: it was not there at all).

    `foretold` says whether the plan names it among what it leaves.
    """

    finding: Finding
    before: Finding | None
    foretold: bool


class Practised(Struct, frozen=True):
    """What came of it: failing findings by practice before, after and once undone, and what does not read as before.

    `came_up` is what fails after the plan only, `stays` what the plan said beforehand that it could not take back.
    """

    plan: Plan
    before: Mapping[int, int]
    after: Mapping[int, int]
    undone: Mapping[int, int]
    unproved: tuple[str, ...]
    left: tuple[Difference, ...]
    stays: tuple[str, ...]
    came_up: tuple[CameUp, ...]


def practise(
    reading: CollectRequest, settings: Mapping[str, Mapping[str, Any]], folder: Path, tell: Tell
) -> Practised:  # fmt: skip
    """Go once all the way in an AWS that is there to practise on; files and the run log are left in `folder`.

    Raises:
        RootwardenError: something stopped on the way.
    """
    judging = JudgeRequest(controls=catalogue.controls(), settings={})
    checked = checked_remedies(settings, "the demo")
    first = _read(reading, folder / "before.jsonl.gz", "audit", tell)
    before = _judged(first, judging)
    plan = make_plan(open_snapshot(first), PlanRequest(judging=judging, settings=checked, wishes=tuple(checked)))
    tell(f"plan: {plural(len(plan.changes), 'change')} in {plural(len(plan.accounts), 'account')}")
    request = ApplyRequest(reading=reading, store=str(folder / "runs.sqlite3"), patience=0.0)
    applied = apply_plan(plan, request, lambda *_: True, tell)
    if applied is None or applied.stopped is not None:
        why = str(applied.stopped) if applied is not None else "nothing could be changed"
        raise RootwardenError("the plan was not applied", why=why, todo="see what it says, and try again")
    after = _judged(_read(reading, folder / "after.jsonl.gz", "audit again", tell), judging)
    undone = undo_run(applied.run.id, request, lambda *_: True, tell)
    if undone is None or undone.stopped is not None:
        why = str(undone.stopped) if undone is not None else "nothing was changed"
        raise RootwardenError("the plan was not undone", why=why, todo="see what it says, and try again")
    last = _read(reading, folder / "undone.jsonl.gz", "audit once more", tell)
    return Practised(
        plan=plan,
        before=_failing(before),
        after=_failing(after),
        undone=_failing(_judged(last, judging)),
        unproved=tuple(one.detail or one.change for one in applied.checked if not one.proved),
        left=tuple(differences(_facts(first), _facts(last))),
        stays=tuple(dict.fromkeys(words for one in plan.changes for words in one.stays)),
        came_up=tuple(_came_up(before, after, {one.fingerprint for one in plan.left})),
    )


def _read(reading: CollectRequest, path: Path, what: str, tell: Tell) -> Path:
    tell(f"{what}: reading")
    collect(reading, path)
    return path


def _judged(path: Path, judging: JudgeRequest) -> dict[str, Finding]:
    return {one.fingerprint: one for one in judge_snapshot(open_snapshot(path), judging).findings}


def _failing(found: Mapping[str, Finding]) -> Counter[int]:
    return Counter(one.practice for one in found.values() if one.status is Status.FAIL)


def _came_up(before: Mapping[str, Finding], after: Mapping[str, Finding], left: Container[str]) -> Iterator[CameUp]:
    for name, one in after.items():
        was = before.get(name)
        if one.status is Status.FAIL and (was is None or was.status is not Status.FAIL):
            yield CameUp(one, was, name in left)


def _facts(path: Path) -> dict[str, Any]:
    snapshot = open_snapshot(path)
    organization = plain_facts(snapshot.organization) if snapshot.organization is not None else {}
    return {"organization": organization} | {one.account: plain_facts(Facts(one.facts)) for one in snapshot.accounts()}
