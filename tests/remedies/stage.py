"""The stage of one scene: its world in the lab, somebody at work there, and how it is read, planned and applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from rootwarden import catalogue
from rootwarden.aws.audit_policy import caller_policy
from rootwarden.aws.clients import Kept
from rootwarden.aws.remediate_policy import plan_policy
from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.limits import checked_remedies
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.lab.actions import action_of
from rootwarden.lab.entry import enter
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.plan import Plan
from rootwarden.store.snapshots import OpenSnapshot, open_snapshot
from tests.emulated.collecting import sign_in
from tests.remedies.root_at_work import Later
from tests.remedies.scene import REGION, Scene, scene_of

# What is asked of AWS before a change is begun, and who one is.
_ENTERING = {"sts:AssumeRole", "sts:GetCallerIdentity", "sts:SetSourceIdentity"}
# botocore's names of services that sign as another one.
_SIGNED_AS = {"tagging": "resourcegroupstaggingapi", "monitoring": "cloudwatch"}


class House(NamedTuple):
    """A lab in which one scene is played after the other, and the clients by which all of them are read."""

    lab: Lab
    kept: Kept


@contextmanager
def open_house() -> Iterator[House]:
    """Open a lab for the scenes of one file."""
    with Lab() as lab:
        yield House(lab, Kept())


class Stage:
    """The scene of one remedy in the lab, and somebody at work in its first account."""

    def __init__(self, house: House, slug: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
        """Seed the world of the scene and sign in."""
        self.lab, self.kept, self.slug, self.folder, self.patch = *house, slug, folder, patch
        lab = house.lab
        self.scene: Scene = scene_of(slug)
        self.remedy, self.clock = remedies()[slug].remedy, Later()
        self.controls = tuple(one for one in catalogue.controls() if one.control.remedy == slug)
        named = {name for one in self.controls for name in one.control.fact_names} | {*self.remedy.facts}
        self.facts = {name for name in named if FACTS[name].scope is not Scope.WORKSPACE}
        lab.reset()
        seed(lab.endpoint, self.scene.world)
        if self.scene.spoil is not None:
            self.scene.spoil(lab)
        for account in self.scene.world.accounts:
            lab.records(account.id).clear()
        sign_in(patch, lab, self.home)

    @property
    def home(self) -> str:
        """The account in which somebody works."""
        return self.scene.world.management.id

    @property
    def reading(self) -> CollectRequest:
        """Read what the controls, the remedy and the plan name, and no more."""
        return CollectRequest(
            org=self.scene.world.organization is not None, regions=() if self.scene.everywhere else (REGION,),
            facts=tuple(sorted(self.facts)), paid=self.scene.paid, root_audit=self.scene.root_audit, kept=self.kept,
        )  # fmt: skip

    @property
    def judging(self) -> JudgeRequest:
        """Judge the controls that name the remedy, on the day of the scene."""
        now = self.clock.now() + timedelta(days=self.scene.ahead) if self.scene.ahead else None
        return JudgeRequest(controls=self.controls, settings={}, now=now)

    def read(self, name: str) -> OpenSnapshot:
        """Read the world into a file."""
        path = self.folder / f"{name}.jsonl.gz"
        collect(self.reading, path)
        return open_snapshot(path)

    def plan(self, snapshot: OpenSnapshot, judging: JudgeRequest) -> Plan:
        """Plan this remedy alone."""
        wishes = (self.slug,) if remedies()[self.slug].propose is not None else ()
        settings = checked_remedies({self.slug: self.scene.settings}, "the scene")
        return make_plan(snapshot, PlanRequest(judging=judging, settings=settings, wishes=wishes))

    def request(self, plan: Plan) -> ApplyRequest:
        """Apply as the scene says."""
        asked = self.scene.asked(plan, self.clock.now())
        return ApplyRequest(reading=self.reading, store=str(self.folder / "runs.db"), patience=0, **asked)

    def limit(self, plan: Plan) -> None:
        """Go on with the rights of the plan's own policy and of an audit, and no others."""
        session = enter(self.home, "Admin")
        audit = caller_policy(
            roles=("RootwardenAudit", "RootwardenRemediate"), root_audit=self.scene.root_audit, paid=self.scene.paid,
            also=[name for name in self.remedy.facts if FACTS[name].on_request],
        )  # fmt: skip
        session.policies = (plan_policy(plan.changes), audit)
        self.patch.setenv("AWS_ACCESS_KEY_ID", session.access_key)
        self.patch.setenv("AWS_SECRET_ACCESS_KEY", session.secret)
        self.patch.setenv("AWS_SESSION_TOKEN", session.token)

    def used(self) -> set[str]:
        """Return the IAM actions of all calls that applying and undoing made, but for those of root sessions."""
        records = [one for account in self.scene.world.accounts for one in self.lab.records(account.id)]
        calls = (
            (one["eventSource"].removesuffix(".amazonaws.com"), one["eventName"])
            for one in records
            if "run/" in one["userAgent"] and one["userIdentity"]["type"] != "Root"
        )
        return {action_of(_SIGNED_AS.get(service, service), name) for service, name in calls} - _ENTERING
