"""From record on the queue to webhook received: p99 under a second at 100 a second, 1,000 a second kept up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS = "60"


def prove() -> dict[str, Any]:
    """Run the benchmark and keep what it prints."""
    command = [sys.executable, "-m", "bench.watch", SECONDS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    by_rate = {one["rate"]: one for one in figures["rates"]}
    assert by_rate[100]["latency"]["p99_ms"] < 1000, figures
    assert by_rate[1000]["kept_up"], figures
    assert by_rate[1000]["latency"]["p99_ms"] < 1000, figures
    assert all(one["records_lost"] == 0 for one in figures["rates"]), figures
    assert figures["ceiling"]["messages_per_s"] >= 5 * 1000, figures["ceiling"]
    return figures
