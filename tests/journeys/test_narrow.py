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
