"""A company without any trail in the lab, and stacks made in it of exported templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rootwarden import catalogue
from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.lab.seed import seed
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import Stack, apply
from rootwarden.lab.world import parse_world
from rootwarden.model.facts import FACTS, Scope
from rootwarden.model.findings import Finding
from rootwarden.model.plan import Plan
from rootwarden.report import plans
from rootwarden.report.options import RenderOptions
from rootwarden.store.snapshots import open_snapshot
from tests.exports.sample_plans import ACCOUNT, REGION

TRAILS = tuple(f"RW-TRAIL-0{number}" for number in range(1, 8))
# The remedy that makes a trail where there is none; tests that plan with it wait until it is there.
REMEDY = "record-all-management-events"
# One account, a person with power and MFA, and nothing that is ever written down.
BARE = f"""
name: bare
story: For tests.
region: {REGION}
accounts:
  - id: "{ACCOUNT}"
    name: bare
    email: root@example.com
"""


def text(plan: Plan, name: str) -> str:
    """Return a plan in one of the formats."""
    return plans.find(name).render(plan, RenderOptions())


def stacked(lab: Lab, plan: Plan, region: str = REGION) -> Stack:
    """Make a stack of the exported template."""
    return apply(text(plan, "cloudformation"), {}, Hands(lab.endpoint), ACCOUNT, region)


def bare(lab: Lab) -> None:
    """Let the lab hold one account without a trail."""
    lab.reset()
    seed(lab.endpoint, parse_world(BARE, "bare"))


def findings(folder: Path, *codes: str) -> list[Finding]:
    """Read whatever account is signed in to, and judge some controls."""
    collected = collect(_reading(codes), folder / "seen.jsonl.gz")
    return judge_snapshot(open_snapshot(collected.path), _judging(codes)).findings


def planned(folder: Path, *codes: str, settings: Mapping[str, Any] | None = None) -> Plan:
    """Read whatever account is signed in to, and plan what mends some controls."""
    collected = collect(_reading(codes), folder / "before.jsonl.gz")
    request = PlanRequest(judging=_judging(codes), settings=settings or {})
    return make_plan(open_snapshot(collected.path), request)


def _reading(codes: tuple[str, ...]) -> CollectRequest:
    """Read what these controls and their remedies name, and no more."""
    controls = [one.control for one in _judging(codes).controls]
    named = {name for one in controls for name in one.fact_names}
    named |= {name for one in controls if one.remedy for name in remedies()[one.remedy].remedy.facts}
    return CollectRequest(
        timeout=120, facts=tuple(sorted(one for one in named if FACTS[one].scope is not Scope.WORKSPACE))
    )


def _judging(codes: tuple[str, ...]) -> JudgeRequest:
    return JudgeRequest(controls=tuple(one for one in catalogue.controls() if one.control.code in codes), settings={})
