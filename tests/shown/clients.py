"""One set of AWS clients for all accounts against a session per account: CPU seconds with and without."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def prove() -> dict[str, Any]:
    """Run the benchmark and keep what it prints."""
    command = [sys.executable, "-m", "bench.clients"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    assert figures["ratio"] > 1, figures
    return figures
