"""The laws of remedies, in every world: planned twice is planned once, fixed is passed, undone is as before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
import pytest
from botocore.validate import ParamValidator
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT
from rootwarden.aws.clients import Kept
from rootwarden.aws.remediate_policy import change_session_policy
from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.limits import checked_remedies
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import bundled
from rootwarden.model.differences import differences
from rootwarden.model.expect import plain_facts
from rootwarden.model.findings import Status
from rootwarden.model.placeholders import references
from rootwarden.model.plan import Call, Change, Plan, Risk, Step, encode
from rootwarden.model.plan_file import read_plan
from rootwarden.model.snapshot import Facts
from rootwarden.model.writes import LOOKS, WRITES
from rootwarden.store.snapshots import open_snapshot
from tests.applying.given import SETTINGS
from tests.emulated.collecting import sign_in

_SESSION = botocore.session.Session()
# Of the Regions that are enabled these are read: the worlds have nothing elsewhere.
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "us-east-2")


class Scene(NamedTuple):
    """A world in the lab, and what was read and planned in it."""

    lab: Lab
    reading: CollectRequest
    folder: Path
    plan: Plan


def read(scene: Scene | None, reading: CollectRequest, folder: Path, name: str) -> Path:
    """Read the world into a file."""
    path = folder / f"{name}.jsonl.gz"
    collect(reading, path)
    return path


def planned(path: Path) -> Plan:
    """Plan everything that the catalogue and the settings ask for."""
    judging = JudgeRequest(controls=catalogue.controls(), settings={})
    settings = checked_remedies(SETTINGS, "the test")
    return make_plan(open_snapshot(path), PlanRequest(judging=judging, settings=settings, wishes=tuple(settings)))


def facts(path: Path) -> dict[str, Any]:
    """Return all facts of a file, those of the organization under ""."""
    snapshot = open_snapshot(path)
    organization = plain_facts(snapshot.organization) if snapshot.organization is not None else {}
    return {"": organization} | {line.account: plain_facts(Facts(line.facts)) for line in snapshot.accounts()}


@pytest.fixture(scope="module", params=bundled(), name="scene")
def _scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Each world once, planned and not yet changed; whoever works there is signed in."""
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch, Lab() as lab:
        world = seed(lab.endpoint, request.param)
        sign_in(patch, lab, world.management.id)
        reading = CollectRequest(org=world.organization is not None, regions=REGIONS, kept=Kept())
        path = read(None, reading, folder, "before")
        yield Scene(lab, reading, folder, planned(path))


def test_the_same_snapshot_gives_the_same_plan(scene: Scene):
    """Byte for byte, and through a file."""
    again = planned(scene.folder / "before.jsonl.gz")
    assert encode(again) == encode(scene.plan)
    assert read_plan(encode(scene.plan), "plan.json") == scene.plan


def test_every_change_is_sound(scene: Scene):
    """Calls that AWS would understand, in the table of writes; references to what is kept; a way back or a reason."""
    assert len({one.id for one in scene.plan.changes}) == len(scene.plan.changes)
    for change in scene.plan.changes:
        assert change.title
        assert change.steps or change.by_hand, change.id
        assert not change.steps or change.then, f"{change.id}: nothing tells that it was made"
        assert change.cost.low <= change.cost.high, change.id
        assert not change.cost.high or change.cost.why, change.id
        assert change.risk is not Risk.DANGEROUS or change.stays, change.id
        assert len(change_session_policy(change)) <= SESSION_POLICY_LIMIT, change.id
        kept: set[str] = set()
        for step in change.steps:
            sound(change, step, kept)


def sound(change: Change, step: Step, kept: set[str]) -> None:
    """Look at one step; `kept` is what those before it keep."""
    name = f"{change.id}/{step.id}"
    row = WRITES[step.call.name]
    assert set(references(step.call.parameters)) <= kept, name
    understood(step.call, name)
    assert row.again or step.seen is not None, f"{name}: nothing tells whether it was made already"
    if step.seen is not None:
        understood(step.seen.call, name)
        assert step.seen.call.name in LOOKS or not WRITES.get(step.seen.call.name), name
    kept |= {f"{step.id}.{one}" for one in step.keeps}
    assert step.undo or step.stays, f"{name}: neither a way back nor a reason"
    assert bool(step.stays) is (step.stays_as is not None), f"{name}: stays as what?"
    for call in step.undo:
        assert WRITES[call.name].again or WRITES[call.name].gone, name
        assert set(references(call.parameters)) <= kept, name
        understood(call, name)
    assert all(re.fullmatch(r"\*|arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:.+", arn) for arn in step.on), name


def understood(call: Call, name: str) -> None:
    """Check parameters by botocore's model of the operation."""
    model = _SESSION.get_service_model(call.service).operation_model(call.operation)
    shape = model.input_shape
    if shape is None:
        assert not call.parameters, name
        return
    report = ParamValidator().validate(_filled(call.parameters), shape)
    assert not report.has_errors(), f"{name}: {call.name}: {report.generate_report()}"


def _filled(value: Any) -> Any:
    """Put some text where a reference or JSON text stands."""
    if isinstance(value, dict):
        if set(value) in ({"$ref"}, {"$json"}, {"$secret"}):
            return "something-that-is-long-enough"
        return {name: _filled(item) for name, item in value.items()}
    return [_filled(item) for item in value] if isinstance(value, list | tuple) else value


def test_applied_proved_and_undone(scene: Scene):
    """Everything at once; what needs a person, or a day's waiting, is left out."""
    changes = tuple(one for one in scene.plan.changes if one.steps and one.risk is not Risk.DANGEROUS)
    if not changes:
        pytest.skip("nothing to change in this world")
    request = ApplyRequest(
        reading=scene.reading, store=f"sqlite:///{scene.folder / 'runs.sqlite3'}", role="RootwardenAudit", patience=0.0
    )
    said: list[str] = []
    applied = apply_plan(replace(scene.plan, changes=changes), request, lambda *_: True, said.append)
    assert applied is not None
    assert applied.stopped is None, str(applied.stopped)
    amiss = [one for one in applied.checked if not one.proved and not one.waiting]
    assert amiss == []

    after = read(scene, scene.reading, scene.folder, "after")
    judged = judge_snapshot(open_snapshot(after), JudgeRequest(controls=catalogue.controls(), settings={}))
    status = {one.fingerprint: one.status for one in judged.findings}
    waiting = {one.change for one in applied.checked if one.waiting}
    for change in changes:
        if change.control and change.id not in waiting:
            assert status.get(change.fingerprint, Status.PASS) in (Status.PASS, Status.NOT_APPLICABLE), change.id
    again = {one.id for one in planned(after).changes} & {one.id for one in changes} - waiting
    assert again == set(), "planned again although it was made"

    undone = undo_run(applied.run.id, request, lambda *_: True, said.append)
    assert undone is not None
    assert undone.stopped is None, str(undone.stopped)
    assert [one for one in undone.checked if not one.proved] == []
    before = facts(scene.folder / "before.jsonl.gz")
    left = list(differences(before, facts(read(scene, scene.reading, scene.folder, "undone"))))
    said_so = [words for one in changes for words in one.stays]
    assert left == [] or said_so, left


def test_every_remedy_is_tried_somewhere():
    """A remedy that no world needs would be proved by nothing."""
    assert set(SETTINGS) <= set(remedies())
