"""Records judged per second with all detections; state after 10 million records of 1,000 accounts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 10_000_000
# More than this would be a leak: there are a few hundred kinds of things to remember of each of 1,000 accounts.
LARGEST_STATE_MB = 100


def prove() -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, str(ROOT / "bench" / "detect.py"), str(RECORDS), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    assert figures["state"]["state_mb"] < LARGEST_STATE_MB, figures
    return figures
