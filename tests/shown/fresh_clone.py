"""A fresh clone without caches: `make demo` and `make test` work, and how long they take.

Goals: the first demo under 2 minutes, the second under 20 seconds, the tests under 10 minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIRST_DEMO, SECOND_DEMO, TESTS = 120, 20, 600


def timed(target: str, clone: Path, environment: dict[str, str]) -> tuple[float, str]:
    """Run a make target and return seconds and output; a failure raises with the end of the output."""
    began = time.monotonic()
    done = subprocess.run(
        ["make", target], cwd=clone, env=environment, capture_output=True, text=True, timeout=1800, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode == 0, f"make {target}: exit {done.returncode}\n{output[-3000:]}"
    return round(time.monotonic() - began, 1), output


def prove() -> dict[str, Any]:
    """Clone, run, measure."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "rootwarden"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        # An empty home and own cache folders: nothing of this machine's earlier runs helps.
        caches = {name: str(Path(folder) / name) for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "XDG_CACHE_HOME")}
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ROOTWARDEN_", "VIRTUAL_ENV"))}
        environment |= caches | {"HOME": folder}
        first, _ = timed("demo", clone, environment)
        second, output = timed("demo", clone, environment)
        report = clone / "rootwarden-report.html"
        assert report.is_file(), "no HTML report"
        assert "rootwarden-report.html" in output
        tests, told = timed("test", clone, environment)
        passed = re.search(r"(\d+) passed", told)
        assert passed, told[-500:]
        size = report.stat().st_size
    assert first < FIRST_DEMO, first
    assert second < SECOND_DEMO, second
    assert tests < TESTS, tests
    return {
        "first_demo_s": first, "second_demo_s": second, "test_s": tests, "tests_passed": int(passed[1]),
        "report_bytes": size,
    }  # fmt: skip
