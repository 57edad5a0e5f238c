"""Everything that Rootwarden would do in a practice world, as code: all remedies, asked for or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rootwarden import catalogue
from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import read_world
from rootwarden.model.plan import Plan
from rootwarden.report.code.sites import split
from rootwarden.store.snapshots import open_snapshot
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import _open_lab
from tests.exports.hcl_read import parsed
from tests.exports.stacks import REMEDY, text

__all__ = ["_open_lab"]
# What must be configured before these remedies answer.
SETTINGS: dict[str, Any] = {
    REMEDY: {"admin": "role/Admin"},
    "register-security-contact": {
        "name": "Security", "title": "Security", "email": "security@example.com", "phone": "+4930123456",
    },
}  # fmt: skip


def everything(lab: Lab, patch: pytest.MonkeyPatch, folder: Path) -> Plan:
    """Return the plan of every remedy for the world of the founder."""
    world = read_world("solo-founder")
    lab.reset()
    seed(lab.endpoint, world)
    sign_in(patch, lab, world.management.id)
    seen = collect(CollectRequest(timeout=300), folder / "seen.jsonl.gz")
    known = remedies()
    mails = {
        slug: {"emails": ("security@example.com",)} for slug, one in known.items() if "emails" in one.remedy.params
    }
    request = PlanRequest(
        judging=JudgeRequest(controls=catalogue.controls(), settings={}),
        settings={slug: own for slug, own in {**mails, **SETTINGS}.items() if slug in known},
        wishes=tuple(slug for slug, one in known.items() if one.propose is not None),
    )
    return make_plan(open_snapshot(seen.path), request)


def test_everything_can_be_written_down(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a remedy declares is unknown to Terraform, and each place has its template."""
    made = everything(open_lab, monkeypatch, tmp_path)
    assert made.changes
    code = text(made, "terraform")
    assert "not known here" not in code
    parsed(code)
    parts = split(made, "{account}-{region}")
    assert sum(len(part.changes) for part in parts.values()) == len(made.changes)
    for part in parts.values():
        assert "Resources:" in text(part, "cloudformation")
    assert text(made, "shell")
    assert text(made, "markdown")
