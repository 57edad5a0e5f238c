"""enable-guardduty and enable-access-analyzer: one of each in each Region, made once, and gone when undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT, session_policy
from rootwarden.aws.clock import SystemClock
from rootwarden.aws.hands import Hands
from rootwarden.lab.server import Lab
from tests.remedies.alerting_desk import Desk, open_desk

DUTY, ANALYZER = "enable-guardduty", "enable-access-analyzer"
MANAGEMENT, MEMBER = "222222222201", "222222222202"
REGIONS = ("eu-central-1", "us-east-1")
SETTINGS: dict[str, dict[str, Any]] = {DUTY: {"regions": REGIONS}, ANALYZER: {"regions": REGIONS}}


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="desk")
def _desk(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return open_desk(open_lab, "startup", MANAGEMENT, tmp_path, monkeypatch, *REGIONS)


def test_what_is_planned(desk: Desk) -> None:
    """Both in both Regions; what GuardDuty costs is shared among them."""
    plan = desk.plan(wishes=(DUTY, ANALYZER), settings=SETTINGS)
    assert [(one.remedy, one.region) for one in plan.changes] == [
        (slug, region) for slug in (DUTY, ANALYZER) for region in REGIONS
    ]
    assert str(plan.cost.high) == "14.00"
    assert plan.cost.low == 0
    assert "free for 30 days" in plan.changes[0].cost.why


def test_a_detector_that_is_off_is_switched_on(desk: Desk) -> None:
    """It is not made again; taken back, it is off."""
    client = desk.client("guardduty", "us-east-1")
    name = client.create_detector(Enable=False)["DetectorId"]
    with pytest.raises(ClientError, match="already exists"):
        client.create_detector(Enable=True)
    before = desk.facts()
    plan = desk.plan(wishes=(DUTY,), settings={DUTY: {"regions": ("us-east-1",)}})
    (change,) = plan.changes
    assert [step.call.name for step in change.steps] == ["guardduty.UpdateDetector"]
    assert change.declares[0].exists == name
    applied = desk.apply(plan)
    assert applied.checked[0].proved
    desk.undo(applied)
    assert desk.facts() == before


@pytest.mark.parametrize("slug", [DUTY, ANALYZER])
def test_an_answer_that_was_lost(desk: Desk, slug: str) -> None:
    """Nobody knows whether it was made: the probe finds it, and what the way back needs; before, it finds nothing."""
    (change,) = desk.plan(wishes=(slug,), settings={slug: {"regions": ("us-east-1",)}}).changes
    step = change.steps[0]
    assert step.seen is not None
    hands = Hands(desk.reading.way, SystemClock(), "01J", desk.request().entry)
    hands.enter(change)
    assert hands.was_done(step, step.seen, {}) is None
    kept = hands.do(step, {})
    assert hands.was_done(step, step.seen, {}) == kept
    assert hands.do(step, {}) == kept  # the same token is the same call
    hands.undo(step.undo[0], {f"{step.id}.{name}": value for name, value in kept.items()})
    assert hands.was_done(step, step.seen, {}) is None
    assert "gone already" in hands.undo(
        step.undo[0], {f"{step.id}.{name}": value for name, value in kept.items()}
    )  # fmt: skip


def test_an_analyzer_of_the_organization(
    open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The management account makes it once the service is trusted; members are covered and make none."""
    desk = open_desk(open_lab, "startup", MANAGEMENT, tmp_path, monkeypatch, "us-east-1")
    settings = {ANALYZER: {"regions": ("us-east-1",), "type": "ORGANIZATION"}}
    plan = desk.plan(wishes=(ANALYZER,), settings=settings)
    assert (plan.changes, plan.left[0].why) == (
        (), "the organization does not trust access-analyzer.amazonaws.com",
    )  # fmt: skip
    desk.client("organizations", "us-east-1").enable_aws_service_access(
        ServicePrincipal="access-analyzer.amazonaws.com"
    )
    plan = desk.plan(wishes=(ANALYZER,), settings=settings)
    applied = desk.apply(plan)
    assert applied.checked[0].proved
    assert [one["type"] for one in desk.facts()["accessanalyzer.analyzers"]] == ["ORGANIZATION"]
    assert desk.plan(wishes=(ANALYZER,), settings={ANALYZER: {"regions": ("us-east-1",)}}).changes == ()


def test_solo_has_no_organization(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A single account is told so, and gets one of its own."""
    desk = open_desk(open_lab, "solo-founder", "111111111111", tmp_path, monkeypatch, "eu-west-1")
    asked = {"regions": ("eu-west-1",)}
    plan = desk.plan(wishes=(ANALYZER,), settings={ANALYZER: {**asked, "type": "ORGANIZATION"}})
    assert (plan.changes, plan.left[0].why) == ((), "the account belongs to no organization")
    plan = desk.plan(wishes=(ANALYZER,), settings={ANALYZER: {**asked, "type": "UNUSED"}})
    assert plan.left[0].why == "type = 'UNUSED' is no analyzer of external access"
    assert len(desk.plan(wishes=(ANALYZER,), settings={ANALYZER: asked}).changes) == 1


@pytest.mark.parametrize(
    ("slug", "action"), [(DUTY, "guardduty:ListDetectors"), (ANALYZER, "access-analyzer:ListAnalyzers")]
)
def test_what_is_unread_is_not_made(desk: Desk, slug: str, action: str) -> None:
    """Where nobody could look nothing is planned, Region by Region."""
    desk.lab.deny(action)
    plan = desk.plan(wishes=(slug,), settings=SETTINGS)
    desk.lab.clear_faults()
    assert plan.changes == ()
    assert len(plan.left) == 2
    assert all("could not tell what to change in" in one.why for one in plan.left)


def test_the_audit_still_fits_into_a_session() -> None:
    """The two facts are read with three rights more; STS takes the policy."""
    text = session_policy(paid=True)
    assert len(text) < SESSION_POLICY_LIMIT
    for action in ("guardduty:ListDetectors", "guardduty:GetDetector", "access-analyzer:ListAnalyzers"):
        assert action in text


def test_where_both_are_on(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fortress has them already, in members as well."""
    regions = ("eu-west-1", "us-east-1")
    for account in ("444444444401", "444444444403"):
        desk = open_desk(open_lab, "fortress", account, tmp_path, monkeypatch, *regions)
        plan = desk.plan(wishes=(DUTY, ANALYZER), settings={DUTY: {"regions": regions}, ANALYZER: {"regions": regions}})
        assert (plan.changes, plan.left) == ((), ())
