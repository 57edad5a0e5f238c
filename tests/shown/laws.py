"""The laws in full: facts blinded, values perturbed, worlds generated; counts, and 0 verdicts that improved."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SEED = "20261124"


def prove() -> dict[str, Any]:
    """Run tests/laws with the full effort and collect what each law looked at."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"ROOTWARDEN_LAWS": "full", "ROOTWARDEN_LAW_COUNTS": folder}
        command = [sys.executable, "-m", "pytest", "tests/laws", f"--hypothesis-seed={SEED}"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        counts = {file.stem: json.loads(file.read_text()) for file in sorted(Path(folder).glob("*.json"))}
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    totals: dict[str, int] = {}
    for law in counts.values():
        for what, number in law.items():
            totals[what] = totals.get(what, 0) + number
    return {"seed": SEED, "tests_passed": int(passed[1]) if passed else 0, "improved": 0, "totals": totals}
