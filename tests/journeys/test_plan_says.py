"""What a plan says beside its changes: what was not judged and why, what to type for which account, in 80 columns."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rootwarden.cli import main
from rootwarden.errors import RefusedError
from rootwarden.report.wrapping import wrapped
from tests.journeys.snapshots import HEADER, write
from tests.journeys.terminal import Answer

CALLER = "111122223333"
ACCOUNTS = (CALLER, "222233334444", "333344445555", "444455556666", "555566667777")
NO_MFA = {
    "AccountMFAEnabled": 0, "AccountPasswordPresent": 1, "AccountAccessKeysPresent": 0,
    "AccountSigningCertificatesPresent": 0,
}  # fmt: skip
ONLY = ("--only", "RW-ROOT-01,RW-ROOT-07,RW-TRAIL-03,RW-POL-05,RW-IAM-02,RW-BILL-01")
Run = Callable[..., Answer]


def denied(call: str, hint: str = "") -> dict[str, Any]:
    """Return what stands in the snapshot for what AWS refused to tell."""
    service, _, operation = call.partition(".")
    return {"_unknown": {"why": "AccessDenied", "call": call, "missing": [f"{service}:{operation}"], "hint": hint}}


@pytest.fixture(name="run")
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program in a folder with the snapshot of five accounts, each without MFA, in which much was refused."""
    facts = {
        "iam.account_summary": NO_MFA,
        "iam.credential_report": denied("iam.GetCredentialReport"),
        "cloudtrail.trails": denied("cloudtrail.DescribeTrails"),
        "account.contacts": denied("account.GetAlternateContact", "trust account management in the organization"),
        "iam.authorization": denied("iam.GetAccountAuthorizationDetails"),
        "budgets.budgets": denied("budgets.DescribeBudgets"),
    }
    lines = [{"account": one, "facts": facts} for one in ACCOUNTS]
    write(tmp_path / "s.gz", {**HEADER, "accounts_expected": 5, "caller": CALLER}, *lines)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        code = main.run(arguments)
        return Answer(code, *capsys.readouterr())

    return run


def test_every_account_has_its_own_command(run: Run) -> None:
    """A few, and how many more; all of them with -v; the file has each with the finding it is for."""
    found = run("plan", "--snapshot", "s.gz", *ONLY, "-o", "plan.json", "-o", "plan.md")
    assert found.code == 0, found.err
    commands = re.findall(r"`rootwarden runbook root-mfa --account (\d{12})`", found.out)
    assert commands == list(ACCOUNTS[:3])
    assert "and 2 more: -v lists all" in found.out
    whole = run("plan", "--from", "plan.json", "-v").out
    assert set(re.findall(r"`rootwarden runbook root-mfa --account (\d{12})`", whole)) == set(ACCOUNTS)
    left = json.loads(Path("plan.json").read_text())["left"]
    assert [one["todo"].count(f"--account {one['account']}`") for one in left if "runbook" in one["todo"]] == [1] * 5
    assert all(f"--account {one}`" in Path("plan.md").read_text() for one in ACCOUNTS)


def test_one_account_of_ones_own_needs_no_name(run: Run) -> None:
    """The caller's is the default of the runbook."""
    write(Path("one.gz"), {**HEADER, "caller": CALLER}, {"account": CALLER, "facts": {"iam.account_summary": NO_MFA}})
    assert "`rootwarden runbook root-mfa` leads" in run("plan", "--snapshot", "one.gz", "--only", "RW-ROOT-01").out
    write(Path("one.gz"), {**HEADER, "caller": "9" * 12}, {"account": CALLER, "facts": {"iam.account_summary": NO_MFA}})
    other = run("plan", "--snapshot", "one.gz", "--only", "RW-ROOT-01").out
    assert f"`rootwarden runbook root-mfa --account {CALLER}`" in other


def test_what_could_not_be_judged_is_said_with_why_and_what_is_missing(run: Run) -> None:
    """A few lines, what hid most first; all with -v; in the file, and in the runbook for a ticket."""
    found = run("plan", "--snapshot", "s.gz", *ONLY, "-o", "plan.json", "-o", "plan.md").out
    said = found.partition("Could not be judged")[2].partition("In all")[0].splitlines()[1:]
    assert 4 <= len([line for line in said if line.strip()]) <= 9, said
    plan = json.loads(Path("plan.json").read_text())
    assert plan["unread"] == sum(one["findings"] for one in plan["unseen"]) > 0
    assert any(one["missing"] == ["cloudtrail:DescribeTrails"] for one in plan["unseen"])
    needs = {action for one in plan["unseen"] for action in one["missing"]}
    whole = run("plan", "--from", "plan.json", "-v").out
    for text in (whole, Path("plan.md").read_text()):
        assert all(action in text for action in needs)
        assert "AccessDenied on cloudtrail.DescribeTrails: 5 findings of RW-TRAIL-03 (5 accounts)" in " ".join(
            text.split()
        )
    if len(plan["unseen"]) > 4:
        assert f"and {len(plan['unseen']) - 4} more reason" in found
    assert "nothing is planned for what was not read" in found


@pytest.mark.parametrize("looks", [(), ("--plain",), ("-v",)])
def test_eighty_columns_are_enough_and_commands_stay_whole(
    run: Run, monkeypatch: pytest.MonkeyPatch, looks: tuple[str, ...]
) -> None:
    """What is shown, and what is said beside it at a terminal."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    found = run("plan", "--snapshot", "s.gz", *ONLY, *looks)
    assert found.out.isascii() or looks != ("--plain",)
    refused = run("apply", f"{'nowhere/' * 12}plan.json")
    assert refused.err.count("\n") > 1
    for text in (found.out, found.err, refused.err, run("runs").out, run("runbook", "root-mfa").out):
        assert all(len(line) <= 80 for line in text.splitlines() if "nowhere" not in line), text
    assert found.out.count("`") % 2 == 0
    assert all(line.count("`") % 2 == 0 for line in found.out.splitlines())


def test_errors_stay_one_line_where_no_terminal_is(run: Run) -> None:
    """A log file has a line for each."""
    assert run("apply", f"{'nowhere/' * 12}plan.json").err.count("\n") == 1


def test_a_command_is_broken_only_where_it_does_not_fit() -> None:
    """It is copied whole; and no text is lost."""
    error = str(RefusedError("a run is half undone", todo="`rootwarden undo 01ABC` goes on with taking it back"))
    assert wrapped(error, 50) == [
        "a run is half undone. Next:",
        "`rootwarden undo 01ABC` goes on with taking it",
        "back",
    ]
    assert " ".join(wrapped("see `a very long command that fits nowhere` now", 20)) == (
        "see `a very long command that fits nowhere` now"
    )
