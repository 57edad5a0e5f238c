"""A narrow terminal: what is drawn fits into its columns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rootwarden.model.plan import Change, Plan, Risk
from rootwarden.report.options import RenderOptions
from rootwarden.report.plans.table import render
from tests.journeys.snapshots import HEADER, one_account, write
from tests.journeys.terminal import rootwarden
from tests.journeys.test_audit_costs import saved
from tests.laws.good import ALONE, good_standalone


@pytest.mark.parametrize("columns", [40, 60])
def test_what_is_drawn_fits(tmp_path: Path, columns: int) -> None:
    """Audit, plan, spend and runs take the width they are given, down to 40 columns."""
    one_account(tmp_path / "s.jsonl.gz", {})
    saved(tmp_path, "111122223333")
    for verb in ("audit --snapshot s.jsonl.gz", "plan --snapshot s.jsonl.gz", "spend --from costs.json", "runs"):
        out = rootwarden(*verb.split(), cwd=tmp_path, env={"COLUMNS": str(columns), "PYTHONUTF8": "1"}).out
        assert columns - 15 < max(map(len, out.splitlines())) <= columns, (verb, out)


def test_texts_are_no_slivers(tmp_path: Path) -> None:
    """At 40 columns what a finding says stands under its code, and a title that is broken goes on under itself."""
    one_account(tmp_path / "s.jsonl.gz", {})
    env = {"COLUMNS": "40", "PYTHONUTF8": "1"}
    out = rootwarden("audit", "--snapshot", "s.jsonl.gz", "-v", cwd=tmp_path, env=env).out.splitlines()
    heads = [at for at, line in enumerate(out) if "RW-" in line and line[:1] in "✓✗?◇·"]
    assert heads, out
    assert all(out[at + 1].startswith("    ") and len(out[at].split()) == 4 for at in heads), out
    lines = [f"{line}\n" for line in out]
    assert len([one for one in lines if one.strip() and len(one.strip()) < 6]) < len(heads) // 2, out
    change = Change(id="c", remedy="r", title="Give the trail of the organization what it lacks, whatever that is",
                    why="w", account="1" * 12, risk=Risk.SAFE)  # fmt: skip
    plan = Plan(tool_version="1", catalogue_version="1", made_at=datetime(2026, 11, 26, tzinfo=UTC), partition="aws",
                failing=0, mends=0, unread=0, changes=(change,), left=())  # fmt: skip
    shown = render(plan, RenderOptions(width=40)).splitlines()
    at = next(n for n, line in enumerate(shown) if line.startswith("  1  Give"))
    assert shown[at + 1].startswith("     ")


@pytest.mark.parametrize(("locale", "ascii_"), [
    ({"LC_ALL": "C"}, True), ({"LC_ALL": "POSIX"}, True), ({"LC_ALL": "C.UTF-8"}, False), ({}, False),
    ({"LC_ALL": "C", "PYTHONUTF8": "1"}, False), ({"LC_ALL": "C", "PYTHONUTF8": "0"}, True),
])  # fmt: skip
def test_who_asks_for_the_c_locale_gets_ascii(tmp_path: Path, locale: dict[str, str], ascii_: bool) -> None:
    """Python itself writes UTF-8 there; the marks and lines are ASCII all the same."""
    one_account(tmp_path / "s.jsonl.gz", {})
    assert rootwarden("audit", "--snapshot", "s.jsonl.gz", cwd=tmp_path, env=locale).out.isascii() is ascii_


def test_what_reads_the_same_is_said_once(tmp_path: Path) -> None:
    """Three aspects of one control pass with the same words; where nothing fails, nothing is promised to be mended."""
    own = good_standalone().accounts[ALONE]
    write(tmp_path / "s.gz", {**HEADER, "caller": ALONE}, {"organization": {"org.organization": None}},
          {"account": ALONE, "facts": own})  # fmt: skip
    out = rootwarden("audit", "--snapshot", "s.gz", "-v", "--only", "RW-TRAIL-05", cwd=tmp_path).out
    assert out.count("RW-TRAIL-05") == 2, out
    assert "explain RW-TRAIL-05" in out
    assert "how to mend it" not in out


COPIED = ("aws ", "$ ", "condition:")


@pytest.mark.parametrize("verb", ["explain RW-ROOT-01", "explain RD-001", "runbook root-mfa"])
def test_running_text_fits_too(verb: str) -> None:
    """But for what has no blank to break at, and what is copied: commands, rules and links."""
    out = rootwarden(*verb.split(), env={"COLUMNS": "48", "PYTHONUTF8": "1"}).out
    prose = [one for one in out.splitlines() if one.strip().count(" ") > 3 and not one.lstrip().startswith(COPIED)]
    assert 38 < max(map(len, prose)) <= 48, out
