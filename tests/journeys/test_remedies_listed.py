"""The remedies at the terminal: each is explained by the name that `plan --only` takes, and all are listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rootwarden.catalogue.remedying import remedies
from rootwarden.cli import main
from rootwarden.model.writes import WRITES

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def test_a_remedy_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """What it does, answers, risks, reads and calls, its settings, and how to plan it; case does not matter."""
    assert main.run(("explain", "Enable-Log-File-Validation")) == 0
    text = capsys.readouterr().out
    parts = text.split("\n\n")
    assert parts[0] == "enable-log-file-validation\nSwitch log file validation on."
    assert "WHAT IT ANSWERS\n  RW-TRAIL-03  " in text
    assert "RISK\n  safe: " in text
    assert "WHAT IT READS\n  cloudtrail.trails" in text
    assert "cloudtrail.UpdateTrail  (cloudtrail:UpdateTrail)" in text
    assert "$ rootwarden plan --only enable-log-file-validation -o plan.json" in text
    assert main.run(("explain", "register-security-contact")) == 0
    assert "[remedies.register-security-contact] of rootwarden.toml\n  name: none; has to be set" in (
        capsys.readouterr().out
    )


def test_one_that_a_person_does_is_explained_by_its_control(capsys: pytest.CaptureFixture[str]) -> None:
    """`plan --only` takes the name, so `explain` does."""
    assert main.run(("explain", "enable-root-mfa")) == 0
    assert capsys.readouterr().out.startswith("RW-ROOT-01  root-mfa-enabled\n")


def test_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """In lines of 80 columns, and as JSON that names for each what it may do; every call is in the table of writes."""
    assert main.run(("controls", "--remedies")) == 0
    text = capsys.readouterr().out
    assert all(f"{slug}  " in text for slug in remedies())
    assert max(map(len, text.splitlines())) <= 80
    assert main.run(("controls", "--remedies", "-o", "json")) == 0
    listed = json.loads(capsys.readouterr().out)
    schema = json.loads((SCHEMAS / "remedies.schema.json").read_text())
    assert listed["schema_version"] == schema["$defs"]["RemedyList"]["properties"]["schema_version"]["const"]
    for one in listed["remedies"]:
        assert bool(one["calls"]) is bool(one["risks"]), one["slug"]
        assert set(one["calls"]) <= WRITES.keys(), one["slug"]
        assert one["controls"] or one["on_request"], one["slug"]
    assert [one["slug"] for one in listed["remedies"] if not one["calls"]] == ["require-admin-mfa"]


def test_whoever_gives_a_wrong_name_is_told_where_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """`plan --only` names the list."""
    assert main.run(("plan", "--snapshot", "s.gz", "--only", "no-such-deed")) == 2
    assert "rootwarden controls --remedies" in capsys.readouterr().err
