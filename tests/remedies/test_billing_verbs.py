"""The verbs plan, apply and undo carry out billing remedies as they are configured in rootwarden.toml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rootwarden.cli.main import run
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import past_runs
from tests.emulated.collecting import sign_in

CONFIGURATION = """\
[remedies.create-cost-budget]
emails = ["founder@solo.example"]
actual_percent = 75

[remedies.adjust-budget-limit]
limit_usd = 120

[remedies.watch-cost-anomalies]
emails = ["founder@solo.example"]
"""
BILLS = "RW-BILL-01,RW-BILL-02,RW-BILL-03,watch-cost-anomalies"


@pytest.fixture(name="lab")
def _lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Lab]:
    """The founder's account, a configuration in the working folder, and somebody signed in."""
    with Lab() as lab:
        world = seed(lab.endpoint, "solo-founder")
        sign_in(monkeypatch, lab, world.management.id)
        monkeypatch.setenv("AWS_ENDPOINT_URL", lab.endpoint)
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.chdir(tmp_path)
        (tmp_path / "rootwarden.toml").write_text(CONFIGURATION)
        yield lab


def test_from_the_plan_to_the_undo(lab: Lab, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Planned with prices and settings, applied and proved, taken back."""
    plan = ["plan", "--only", BILLS, "--paid", "--regions", "us-east-1", "-o", "plan.json", "-o", "fix.sh"]
    assert run(plan) == 0
    told = capsys.readouterr()
    shown = " ".join(told.out.split())
    assert "`rootwarden apply plan.json --paid`" in told.err
    assert run(["apply", "plan.json", "--yes", "--store", "store.db", "--patience", "0"]) == 2
    assert "0.01 USD a question; nobody asked for it. Next: give --paid" in " ".join(capsys.readouterr().err.split())
    assert "75 % of actual costs, to founder@solo.example" in shown
    assert "50000.00 USD -> 120.00 USD" in shown
    made = json.loads((tmp_path / "plan.json").read_text())
    assert [one["remedy"] for one in made["changes"]] == [
        "create-cost-budget", "adjust-budget-limit", "watch-cost-anomalies",
    ]  # fmt: skip
    assert "create-anomaly-monitor" in (tmp_path / "fix.sh").read_text()
    apply = ["apply", "plan.json", "--yes", "--paid", "--store", "store.db", "--patience", "0"]
    assert run(apply) == 0
    assert " --paid` takes it back" in capsys.readouterr().err
    assert run(apply) == 0, "applied twice is applied once"
    with closing(open_store("store.db")) as store:
        (name,) = (one.id for one in past_runs(store))
    assert run(["undo", name, "--yes", "--paid", "--store", "store.db"]) == 0
