"""A small organization in the lab in which little is as it should be, a plan that mends it, and hands to apply it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden import catalogue
from rootwarden.aws.clients import Kept
from rootwarden.aws.clock import new_ulid
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import Applied, apply_plan, resume_run
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.limits import checked_remedies
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.lab.blueprint import Account, Bucket, Organization, Trail, World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.expect import plain_facts
from rootwarden.model.plan import Plan
from rootwarden.model.snapshot import Facts
from rootwarden.store.snapshots import open_snapshot
from tests.applying.given import SETTINGS

MANAGEMENT, MEMBER = "444444444401", "444444444402"
CONTACT = SETTINGS["register-security-contact"]
CONTROLS = ("RW-POL-05", "RW-TRAIL-03")
REGIONS = ("us-east-1", "eu-west-1")

WORLD = World(
    name="workshop",
    story="Two accounts, each with a trail that signs nothing, and nobody whom AWS could call.",
    region="eu-west-1",
    organization=Organization(id="o-workshop44", trusted_services=("cloudtrail.amazonaws.com",)),
    accounts=tuple(
        Account(
            id=account,
            name=name,
            email=f"aws+{name}@shop.example",
            remediate_role=True,
            buckets=(Bucket(name=f"shop-{name}-logs"),),
            trails=(Trail(name=f"{name}-trail", bucket=f"shop-{name}-logs", validation=False),),
        )
        for account, name in ((MANAGEMENT, "management"), (MEMBER, "member"))
    ),
)


class Workshop:
    """The lab, the world in it, and whoever applies plans there; `store` is where the run log is."""

    def __init__(self, lab: Lab, folder: Path, patch: pytest.MonkeyPatch) -> None:
        """Seed the world and become an administrator of its management account."""
        gc.freeze()
        self.lab, self.folder, self._patch = lab, folder, patch
        self.said: list[str] = []
        self._kept = Kept()
        lab.reset()
        seed(lab.endpoint, WORLD)
        for name in ("AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", "/nonexistent")
        self.enter(MANAGEMENT)

    def enter(self, account: str) -> None:
        """Become an administrator of an account."""
        for name, value in self.lab.environment(account, "Admin").items():
            self._patch.setenv(name, value)

    @property
    def store(self) -> str:
        """The address of the run log."""
        return f"sqlite:///{self.folder / 'runs.sqlite3'}"

    @property
    def reading(self) -> CollectRequest:
        """How AWS is read."""
        return CollectRequest(accounts=(MANAGEMENT, MEMBER), regions=REGIONS, kept=self._kept)

    def request(self, **other: Any) -> ApplyRequest:
        """Return what applying is asked."""
        return ApplyRequest(**({"reading": self.reading, "store": self.store, "patience": 0.0} | other))

    def facts(self) -> dict[str, dict[str, Any]]:
        """Return all facts of both accounts, read now."""
        path = self.folder / f"{new_ulid()}.jsonl.gz"
        collect(self.reading, path)
        return {line.account: plain_facts(Facts(line.facts)) for line in open_snapshot(path).accounts()}

    def plan(self, *only: str) -> Plan:
        """Plan from what is read now."""
        path = self.folder / f"{new_ulid()}.jsonl.gz"
        collect(self.reading, path)
        controls = tuple(catalogue.find(code) for code in only or CONTROLS)
        settings = checked_remedies(SETTINGS, "the test")
        judging = JudgeRequest(controls=controls, settings={})
        return make_plan(open_snapshot(path), PlanRequest(judging=judging, settings=settings))

    def apply(self, plan: Plan, *, agree: Callable[..., bool] = lambda *_: True, **other: Any) -> Applied | None:
        """Apply a plan."""
        return apply_plan(plan, self.request(**other), agree, self.said.append)

    def resume(self, what: Any = None, **other: Any) -> Applied | None:
        """Go on with a run."""
        return resume_run(what, self.request(**other), lambda *_: True, self.said.append)

    def undo(self, run: str, **other: Any) -> Applied | None:
        """Undo a run."""
        return undo_run(run, self.request(**other), lambda *_: True, self.said.append)

    def writes(self, account: str) -> list[str]:
        """Return which changes the lab saw in an account, in order."""
        return [one["eventName"] for one in self.lab.records(account) if not one["readOnly"] and _ours(one)]


def _ours(record: dict[str, Any]) -> bool:
    return "run/" in str(record.get("userAgent"))


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of a file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="shop")
def _shop(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """The workshop as it was seeded."""
    return Workshop(open_lab, tmp_path, monkeypatch)
