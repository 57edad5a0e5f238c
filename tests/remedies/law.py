"""The law of every remedy: planned twice is planned once, fixed is passed, undone is as before, with its rights alone.

It is held in the scene of the remedy, in the lab, by calls over HTTP; only what the controls and the remedy say they
rest on is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT
from rootwarden.aws.hands import Hands
from rootwarden.aws.remediate_policy import change_session_policy, plan_policy
from rootwarden.catalogue.remedying import remedies
from rootwarden.errors import RefusedError
from rootwarden.flows.applying.looking import Standing, at_once, standings
from rootwarden.flows.applying.running import Applied, apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.model.differences import differences
from rootwarden.model.expect import broken, plain_facts
from rootwarden.model.findings import Status
from rootwarden.model.placeholders import references
from rootwarden.model.plan import Plan, encode, in_steps
from rootwarden.model.plan_file import read_plan
from rootwarden.model.run import Progress
from rootwarden.model.snapshot import Facts
from rootwarden.model.writes import LOOKS, WRITES
from rootwarden.store.snapshots import OpenSnapshot
from tests.remedies.anywhere import unbound
from tests.remedies.stage import House, Stage

# What AWS shows instead of the ARN of a subscription that nobody confirmed; nobody can take that back either.
_PENDING = "PendingConfirmation"
_NEVER = Progress(())
# By which field an item of a list is known.
_IDS = ("Arn", "TrailARN", "TopicArn", "Sid", "Name", "UserName", "RoleName", "GroupName", "BudgetName", "user")


def hold(house: House, slug: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Hold the law of one remedy."""
    stage = Stage(house, slug, folder, patch)
    before, judging = stage.read("before"), stage.judging
    plan = stage.plan(before, judging)
    assert encode(stage.plan(before, judging)) == encode(plan), "the same snapshot gave another plan"
    assert read_plan(encode(plan), "plan.json") == plan
    assert {one.remedy for one in plan.changes} <= {slug}
    said = remedies()[slug].remedy
    assert {one.risk for one in plan.changes if one.steps} <= {*said.risks}, "explain tells of another risk"
    made = {call.name for _, step in in_steps(plan.changes) for call in (step.call, *step.undo) if call.name in WRITES}
    assert made <= {*said.calls}, "explain does not tell of all calls"
    if stage.scene.by_hand:
        assert not any(one.steps for one in plan.changes)
        assert plan.left or plan.changes, "nobody is told what to do by hand"
        assert all(one.why and one.todo for one in plan.left)
        assert all(one.by_hand for one in plan.changes)
        return
    assert plan.changes, [(one.why, one.todo) for one in plan.left]
    assert all(one.steps and one.then for one in plan.changes), "nothing tells that it was made"
    assert all(one.shows for one in plan.changes), "nobody is shown what becomes of what"
    assert all(bool(step.stays) is (step.stays_as is not None) for _, step in in_steps(plan.changes)), "stays as what?"
    touched = {name for one in plan.changes for name in one.facts}
    if touched - stage.facts:  # planned without them, made and taken back with them
        stage.facts |= touched
        before = stage.read("before")
    stage.limit(plan)
    _probed(stage, plan, _NEVER)
    applied = _made(stage, plan)
    _proved(stage, plan, applied, judging)
    _probed(stage, plan, applied.progress)
    if stage.scene.no_way_back:
        _stays(stage, plan, applied)
    else:
        _taken_back(stage, plan, applied, before, judging)
    _rights(stage, plan)


def _made(stage: Stage, plan: Plan) -> Applied:
    stage.clock.ahead = timedelta(days=stage.scene.ahead)
    applied = apply_plan(plan, stage.request(plan), lambda *_: True, lambda _: None, stage.clock)
    assert applied is not None, "there was nothing to do"
    assert applied.stopped is None, str(applied.stopped)
    assert applied.unproved is None, str(applied.unproved)
    waits = {one.id for one in plan.changes if one.patience}
    amiss = [one for one in applied.checked if not one.proved and not (one.waiting and one.change in waits)]
    assert not amiss, amiss
    stage.clock.ahead = timedelta(0)
    return applied


def _proved(stage: Stage, plan: Plan, applied: Applied, judging: JudgeRequest) -> None:
    """See by facts read anew that every control passes, that there is nothing left to plan, and that all is known."""
    after = stage.read("after")
    waiting = {one.change for one in applied.checked if one.waiting}
    findings = judge_snapshot(after, judging).findings
    assert not [one for one in findings if one.status is Status.UNKNOWN]
    status = {one.fingerprint: one.status for one in findings}  # one that is gone went with what it was about
    for one in plan.changes:
        if one.control and one.id not in waiting:
            assert status.get(one.fingerprint, Status.PASS) in (Status.PASS, Status.NOT_APPLICABLE), one.title
    again = [one.title for one in stage.plan(after, judging).changes if one.id not in waiting]
    assert again == [], "planned again although it was made"
    facts = _plain(after)
    known = {account: {**facts[""], **own} for account, own in facts.items()}
    for stand in standings([one for one in plan.changes if one.id not in waiting], known, _NEVER):
        tells = at_once(stand.change, _NEVER)  # without it only somebody who was there knows that it was made
        assert stand.standing is (Standing.MADE if tells else Standing.STALE), (stand.change.title, stand.found)


def _probed(stage: Stage, plan: Plan, progress: Progress) -> None:
    """See that a step that must not be repeated is found by its probe once it was made, with all that it kept.

    Before, it is not found; nothing can be asked then that names what an earlier step would have kept.
    """
    asked = [(change, step, step.seen) for change, step in in_steps(plan.changes) if step.seen is not None]
    if not asked:
        return
    request = stage.request(plan)
    hands = Hands(request.reading.way, stage.clock, "01J", request.entry)
    for change, step, probe in asked:
        kept = progress.kept(change)
        if not {*references(probe.call.parameters)} <= kept.keys():
            continue
        hands.enter(change)
        found = hands.was_done(step, probe, kept)
        if progress.did(change, step) is None:
            assert found is None, f"{step.id} is found before it is made"
            continue
        assert found is not None, f"{step.id} is not found though it was made"
        wanted = {name: kept[f"{step.id}.{name}"] for name in step.keeps}
        assert found == wanted | {name: _PENDING for name in found if found[name] == _PENDING}, step.id


def _stays(stage: Stage, plan: Plan, applied: Applied) -> None:
    """See that the plan said of every step that it stays, and that undoing refuses."""
    assert all(step.stays and not step.undo for _, step in in_steps(plan.changes))
    with pytest.raises(RefusedError, match="can be taken back"):
        undo_run(applied.run.id, stage.request(plan), lambda *_: True, lambda _: None, stage.clock)


def _taken_back(stage: Stage, plan: Plan, applied: Applied, before: OpenSnapshot, judging: JudgeRequest) -> None:
    """See that all reads as before, but for what the plan said beforehand, at the places where it said it."""
    undone = undo_run(applied.run.id, stage.request(plan), lambda *_: True, lambda _: None, stage.clock)
    assert undone is not None
    assert undone.stopped is None, str(undone.stopped)
    assert all(one.proved or one.waiting for one in undone.checked), undone.checked
    now = stage.read("undone")
    found = {one.path: one for one in differences(_by_id(_plain(before)), _by_id(_plain(now)))}
    left = {path: one for path, one in found.items() if not any(re.fullmatch(at, path) for at in stage.scene.by_itself)}
    said = " ".join(words for one in plan.changes for words in one.stays)
    excused = _excused(plan, applied, _plain(now))
    strange = [one for path, one in left.items() if not any(f"{path}.".startswith(f"{at}.") for at in excused)]
    assert not strange, f"no step says that it stays just so: {strange}"
    for place, words in stage.scene.stays.items():
        there = [path for path in left if re.fullmatch(place, path)]
        assert there, f"nothing stays at {place}: take it out of the scene"
        assert words in said, f"no step says that {words!r}"
        for path in there:
            del left[path]
    assert not left, [*left.values()]
    if not stage.scene.stays:
        assert _ids(stage.plan(now, judging)) == _ids(plan)


def _excused(plan: Plan, applied: Applied, facts: dict[str, Any]) -> list[str]:
    """Return the places at which the steps say that something stays, where it reads as they say."""
    found = []
    for change in plan.changes:
        own = {**facts[""], **facts[change.account]}
        there = change.stays_with(applied.progress.kept(change)) or ()
        holding = (one for one in there if not broken((one,), own))
        found += [".".join((change.account, one.fact, *map(str, one.at))) for one in holding]
    return found


def _rights(stage: Stage, plan: Plan) -> None:
    """See that no call needed another right than the plan's policy has, and that none of its rights went unused."""
    statements = plan_policy(plan.changes)["Statement"]
    assert unbound(statements) == set(), "allowed on everything, though AWS knows a resource or a condition for it"
    assert all(len(change_session_policy(one)) <= SESSION_POLICY_LIMIT for one in plan.changes)
    allowed = {action for one in statements for action in one["Action"]}
    used = stage.used()
    assert used <= allowed, used - allowed
    steps = [step for change in plan.changes for step in change.steps]
    calls = [call for step in steps for call in (step.call, *step.undo)]
    implied = {right.action for call in calls for right in WRITES[call.name].also} | {
        one for step in steps for one in step.also
    }
    guarded = {action for change in plan.changes for name in change.looks for action in LOOKS[name]}
    assert allowed - used <= implied | guarded, allowed - used - implied - guarded


def _ids(plan: Plan) -> list[str]:
    return [one.id for one in plan.changes]


def _plain(snapshot: OpenSnapshot) -> dict[str, Any]:
    """Return all facts by account, those of the organization under ""."""
    organization = plain_facts(snapshot.organization) if snapshot.organization is not None else {}
    return {"": organization} | {line.account: plain_facts(Facts(line.facts)) for line in snapshot.accounts()}


def _by_id(value: Any) -> Any:
    """Return a value in which lists whose items have a name are objects by that name, so that each is told apart."""
    match value:
        case dict():
            return {name: _by_id(item) for name, item in value.items()}
        case list():
            key = next((key for key in _IDS if _named(value, key)), "")
            return {item[key]: _by_id(item) for item in value} if key else [_by_id(item) for item in value]
        case _:
            return value


def _named(items: Iterable[Any], key: str) -> bool:
    names = [one.get(key) if isinstance(one, dict) else None for one in items]
    return all(isinstance(one, str) for one in names) and len({*names}) == len(names)
