"""A lab in which a plan for trails is made, applied, looked at and taken back, as somebody at a terminal would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rootwarden import catalogue
from rootwarden.aws.clients import Kept
from rootwarden.aws.clock import SystemClock
from rootwarden.aws.hands import Hands
from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import Applied, apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import parse_world, read_world
from rootwarden.model.findings import Finding, Status
from rootwarden.model.plan import Change, Plan, encode
from rootwarden.model.plan_file import read_plan
from rootwarden.model.snapshot import Facts
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import past_runs
from rootwarden.store.snapshots import open_snapshot
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import client, entry

TRAIL = tuple(f"RW-TRAIL-0{n}" for n in range(1, 8))
REGION = "eu-west-1"
# All that the controls and remedies of trails read.
_FACTS = (
    "account.regions", "cloudtrail.trails", *WAYS_IN, "kms.keys", "org.accounts", "org.organization",
    "org.service_access", "s3.buckets",
)  # fmt: skip
# What CloudTrail itself writes into the status of a trail; none of it is anybody's setting.
_TOLD_BY_TIME = ("Latest", "StartLogging", "StopLogging", "TimeLogging")


class Bench:
    """One world, and somebody who works in its first account."""

    def __init__(
        self, lab: Lab, world: World, folder: Path, accounts: tuple[str, ...], regions: tuple[str, ...]
    ) -> None:
        """Read these accounts and Regions only, or (none named) all of them."""
        self.lab, self.world, self.folder, self._accounts, self._regions = lab, world, folder, accounts, regions
        self._snapshots, self._kept = 0, Kept()

    def reading(self) -> CollectRequest:
        whole = self.world.organization is not None and not self._accounts
        return CollectRequest(
            org=whole, accounts=self._accounts, regions=self._regions, facts=_FACTS, timeout=300,
            kept=self._kept,
        )  # fmt: skip

    def snapshot(self) -> Path:
        self._snapshots += 1
        path = self.folder / f"{self._snapshots}.jsonl.gz"
        collect(self.reading(), path)
        return path

    def plan(self, codes: tuple[str, ...] = TRAIL, **settings: Mapping[str, Any]) -> Plan:
        """Plan from what is there now; settings by the slug of the remedy, with underscores."""
        own = {slug.replace("_", "-"): value for slug, value in settings.items()}
        return self.plan_from(self.snapshot(), codes, own)

    def plan_from(self, snapshot: Path, codes: tuple[str, ...], settings: Mapping[str, Any] | None = None) -> Plan:
        return make_plan(open_snapshot(snapshot), PlanRequest(judging=_judging(codes), settings=settings or {}))

    def findings(self, codes: tuple[str, ...] = TRAIL) -> list[Finding]:
        return judge_snapshot(open_snapshot(self.snapshot()), _judging(codes)).findings

    def facts(self) -> dict[str, Any]:
        """Return the facts about trails of every account, without what only time tells."""
        found: dict[str, Any] = {}
        for line in open_snapshot(self.snapshot()).accounts():
            facts = Facts(line.facts)
            own = {name: facts.get(name)[0] for name in ("cloudtrail.trails", "s3.buckets", "kms.keys")}
            trails = own["cloudtrail.trails"]
            for trail in trails if isinstance(trails, list) else ():
                trail["status"] = {k: v for k, v in trail["status"].items() if not k.startswith(_TOLD_BY_TIME)}
            found[line.account] = own
        return found

    def request(self) -> ApplyRequest:
        return ApplyRequest(reading=self.reading(), store=str(self.folder / "store.db"), patience=0)

    def apply(self, plan: Plan) -> Applied:
        plan = read_plan(encode(plan), "plan.json")  # as it comes out of its file
        applied = apply_plan(plan, self.request(), lambda *_: True, lambda _: None)
        assert applied is not None, "there was nothing to do"
        assert applied.stopped is None, applied.stopped
        return applied

    def undo(self, applied: Applied) -> Applied:
        undone = undo_run(applied.run.id, self.request(), lambda *_: True, lambda _: None)
        assert undone is not None
        assert undone.stopped is None, undone.stopped
        return undone

    def clear(self) -> None:
        """Take back what the last run did before it stopped."""
        with closing(open_store(str(self.folder / "store.db"))) as store:
            (run,) = past_runs(store, most=1)
        undo_run(run.id, self.request(), lambda *_: True, lambda _: None)

    def api(self, service: str, account: str = "", region: str = REGION) -> Any:
        return client(self.lab, service, entry(self.lab, account or self.world.management.id), region)

    # -- the laws --------------------------------------------------------------------------------------------------
    def keeps_the_laws(self, plan: Plan, codes: tuple[str, ...] = TRAIL, waits: int = 0) -> Applied:
        """Apply a plan, see that its findings pass and nothing more is planned, and take it back.

        `waits` is how many changes a control cannot confirm before AWS has delivered.
        """
        before = self.facts()
        applied = self.apply(plan)
        assert not [one for one in applied.checked if not one.proved and not one.waiting], applied.checked
        assert len([one for one in applied.checked if one.waiting]) == waits, applied.checked
        assert applied.exit is (Exit.WAITING if waits else Exit.FINE)
        self._probes_tell(applied)
        waiting = {one.change for one in applied.checked if one.waiting}
        mended = {one.fingerprint for one in plan.changes if one.id not in waiting}
        after = self.snapshot()
        findings = judge_snapshot(open_snapshot(after), _judging(codes)).findings
        still = [one for one in findings if one.fingerprint in mended and one.status is Status.FAIL]
        assert not still, still
        again = self.plan_from(after, codes)
        assert not again.changes, [one.title for one in again.changes]
        if any(step.undo for change in plan.changes for step in change.steps):
            undone = self.undo(applied)
            assert all(one.proved for one in undone.checked), undone.checked
        else:
            with pytest.raises(RefusedError, match="can be taken back"):
                self.undo(applied)
        assert _comparable(self.facts(), plan) == _comparable(before, plan)
        return applied

    def _probes_tell(self, applied: Applied) -> None:
        """See that every step that must not be repeated is found by its probe, with what it kept."""
        request = self.request()
        hands = Hands(request.reading.way, SystemClock(), applied.run.id, request.entry)
        for change in applied.run.plan.changes:
            kept = applied.progress.kept(change)
            hands.enter(change)
            for step in change.steps:
                if step.seen is not None:
                    found = hands.was_done(step, step.seen, kept)
                    assert found == {name: kept[f"{step.id}.{name}"] for name in step.keeps}, step.id


def _judging(codes: tuple[str, ...]) -> JudgeRequest:
    return JudgeRequest(controls=tuple(one for one in catalogue.controls() if one.control.code in codes), settings={})


def _comparable(facts: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Return facts without what a change of the plan said beforehand that it stays."""
    stays = {change.id: " ".join(change.stays) for change in plan.changes}
    for own in facts.values():
        for name, bucket in list(own["s3.buckets"].items()):
            if any(f"the bucket {name} stays" in text for text in stays.values()):
                own["s3.buckets"][name] = None
            elif bucket and any("Object Lock cannot be switched off" in text for text in stays.values()):
                own["s3.buckets"][name] = bucket | {"versioning": None, "object_lock": None}
        if any("the key is kept" in text for text in stays.values()):
            own["kms.keys"] = []
    return facts


def world(text: str) -> World:
    """Return a world of one's own, in which plans can be applied everywhere."""
    return _changeable(parse_world(text, "test"))


def bundled(name: str) -> World:
    """Return a bundled world, in which plans can be applied everywhere."""
    return _changeable(read_world(name))


def _changeable(found: World) -> World:
    accounts = tuple(msgspec.structs.replace(one, remediate_role=True) for one in found.accounts)
    return msgspec.structs.replace(found, accounts=accounts)


class Start:
    """Opens benches on one lab, one after the other."""

    def __init__(
        self, lab: Lab, patch: pytest.MonkeyPatch, folder: Path, regions: tuple[str, ...] = ()
    ) -> None:  # fmt: skip
        self._lab, self._patch, self._folder, self._regions = lab, patch, folder, regions

    def __call__(self, found: World, accounts: tuple[str, ...] = ()) -> Bench:
        self._lab.reset()
        seed(self._lab.endpoint, found)
        sign_in(self._patch, self._lab, found.management.id)
        return Bench(self._lab, found, self._folder, accounts, self._regions)


def only(plan: Plan, slug: str) -> Change:
    """Return the one change of a remedy."""
    (found,) = [one for one in plan.changes if one.remedy == slug]
    return found


@pytest.fixture(scope="module", name="trail_lab")
def _lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="start")
def _start(trail_lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Start:
    return Start(trail_lab, monkeypatch, tmp_path)


@pytest.fixture(name="near")
def _near(trail_lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Start:
    """As `start`, with one Region read: quicker, where nothing else could matter."""
    return Start(trail_lab, monkeypatch, tmp_path, (REGION,))
