"""A narrow terminal: what is drawn fits into its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.snapshots import one_account
from tests.journeys.terminal import rootwarden
from tests.journeys.test_audit_costs import saved


@pytest.mark.parametrize("columns", [40, 60])
def test_what_is_drawn_fits(tmp_path: Path, columns: int) -> None:
    """Audit, plan, spend and runs take the width they are given, down to 40 columns."""
    one_account(tmp_path / "s.jsonl.gz", {})
    saved(tmp_path, "111122223333")
    for verb in ("audit --snapshot s.jsonl.gz", "plan --snapshot s.jsonl.gz", "spend --from costs.json", "runs"):
        out = rootwarden(*verb.split(), cwd=tmp_path, env={"COLUMNS": str(columns), "PYTHONUTF8": "1"}).out
        assert columns - 15 < max(map(len, out.splitlines())) <= columns, (verb, out)


COPIED = ("aws ", "$ ", "condition:")


@pytest.mark.parametrize("verb", ["explain RW-ROOT-01", "explain RD-001", "runbook root-mfa"])
def test_running_text_fits_too(verb: str) -> None:
    """But for what has no blank to break at, and what is copied: commands, rules and links."""
    out = rootwarden(*verb.split(), env={"COLUMNS": "48", "PYTHONUTF8": "1"}).out
    prose = [one for one in out.splitlines() if one.strip().count(" ") > 3 and not one.lstrip().startswith(COPIED)]
    assert 38 < max(map(len, prose)) <= 48, out
