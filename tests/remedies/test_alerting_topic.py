"""repair-alert-topic in the worlds whose topics are broken: planned once, applied, proved, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from tests.remedies.alerting_desk import Desk, open_desk

CONTROL = "RW-MON-05"
SLUG = "repair-alert-topic"
STARTUP, SOLO, ENTERPRISE = "222222222201", "111111111111", "333333333301"


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="startup")
def _startup(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A rule sends to a topic that is encrypted with AWS's own key."""
    return open_desk(open_lab, "startup", STARTUP, tmp_path, monkeypatch, "us-east-1", "eu-central-1")


@pytest.fixture(name="solo")
def _solo(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An alarm sends to such a topic, too, and nobody has confirmed a subscription."""
    return open_desk(open_lab, "solo-founder", SOLO, tmp_path, monkeypatch, "eu-west-1")


@pytest.fixture(name="enterprise")
def _enterprise(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """One topic is fine; the confirmation mail of the other went to a mailbox that nobody reads."""
    return open_desk(open_lab, "enterprise", ENTERPRISE, tmp_path, monkeypatch, "us-east-1", "eu-west-1")


def test_the_default_key_is_replaced_proved_and_taken_back(startup: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer key that EventBridge may use; afterwards the control passes, and undone all reads as before."""
    before = startup.facts()
    plan = startup.plan(CONTROL)
    (change,) = plan.changes
    assert (change.remedy, plan.mends, plan.left) == (SLUG, 1, ())
    assert [step.call.name for step in change.steps] == ["kms.CreateKey", "kms.CreateAlias", "sns.SetTopicAttributes"]
    assert plan.cost.high == 1
    startup.only(monkeypatch, plan)
    applied = startup.apply(plan)
    assert applied.exit == 0, applied.checked
    (finding,) = startup.findings(CONTROL).values()
    assert finding.status is Status.PASS
    assert startup.plan(CONTROL).changes == ()
    undone = startup.undo(applied)
    assert all(one.proved for one in undone.checked)
    assert startup.facts() == before
