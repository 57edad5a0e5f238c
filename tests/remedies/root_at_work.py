"""Plans, applies and undoes in the lab as somebody who works in the management account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.aws.clients import Kept
from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.flows.applying.running import Applied, apply_plan
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.live import plan_live
from rootwarden.flows.planning import PlanRequest
from rootwarden.lab.blueprint import World
from rootwarden.lab.server import Lab
from rootwarden.lab.world import read_world
from rootwarden.model.plan import Change, Plan
from tests.emulated.collecting import ONE_REGION, sign_in

STORE = "rootwarden.sqlite3"


class Later:
    """A clock that is ahead by as much as a test says, and never waits."""

    def __init__(self) -> None:
        """Start with the time it is."""
        self.ahead = timedelta(0)
        self._ticks = 0.0

    def now(self) -> datetime:
        """Return the instant that the test made it."""
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        """Return seconds that grow by what was waited for."""
        return self._ticks

    def sleep(self, seconds: float) -> None:
        """Let the seconds pass at once."""
        self._ticks += seconds


class Desk(NamedTuple):
    """Somebody at work in a seeded lab: what was told, and how to plan, apply and undo."""

    lab: Lab
    world: World
    folder: Path
    clock: Later
    told: list[str]
    kept: Kept

    def plan(self, *controls: str, org: bool = True, root_audit: bool = True, **more: Any) -> Plan:
        """Plan what mends these controls, reading just what they and the remedies need."""
        chosen = tuple(catalogue.find(name) for name in controls)
        names = {name for one in chosen for name in one.control.fact_names}
        wanted = [remedies()[one.control.remedy].remedy for one in chosen if one.control.remedy in remedies()]
        facts = names | {fact for one in wanted for fact in one.facts}
        reading = CollectRequest(org=org, regions=ONE_REGION, root_audit=root_audit, facts=tuple(sorted(facts)),
                                 kept=self.kept)  # fmt: skip
        judging = JudgeRequest(controls=chosen, settings={})
        return plan_live(reading, PlanRequest(judging=judging, **more))[1]

    def apply(self, plan: Plan, agree: Callable[..., bool] = lambda *_: True, **asked: Any) -> Applied | None:
        """Apply a plan; everything that is told goes into `told`."""
        return apply_plan(plan, self.request(**asked), agree, self.told.append, self.clock)

    def undo(self, run: str, **asked: Any) -> Applied | None:
        """Take back a run."""
        return undo_run(run, self.request(**asked), lambda *_: True, self.told.append, self.clock)

    def request(self, **asked: Any) -> ApplyRequest:
        """Return the request that a test makes."""
        return ApplyRequest(
            reading=CollectRequest(regions=ONE_REGION, kept=self.kept), store=str(self.folder / STORE), patience=0,
            **asked,
        )  # fmt: skip

    def calls(self, account: str, *names: str) -> list[str]:
        """Return which of these calls an account's CloudTrail has, in order."""
        return [one["eventName"] for one in self.lab.records(account) if one["eventName"] in names]


def at_work(
    lab: Lab, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, account: str = "", role: str = "Admin"
) -> Desk:
    """Sign in to the management account, or another."""
    sign_in(monkeypatch, lab, account or world.management.id, role)
    return Desk(lab, world, folder, Later(), [], Kept())


def changed_world(name: str, accounts: dict[str, Callable[[Any], Any]], **organization: Any) -> World:
    """Return a bundled world with some of its accounts changed, by name, and its organization."""
    world = read_world(name)
    made = tuple(accounts[one.name](one) if one.name in accounts else one for one in world.accounts)
    inner = replace(world.organization, **organization) if world.organization and organization else world.organization
    return replace(world, accounts=made, organization=inner)


def only_of(changes: Iterable[Change], remedy: str) -> list[Change]:
    """Return the changes of one remedy."""
    return [one for one in changes if one.remedy == remedy]
