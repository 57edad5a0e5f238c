"""Every detection fires on its golden records and is silent on near misses; the laws of detections in full, counted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from rootwarden.catalogue.detecting import stateful
from rootwarden.model.golden import golden_records
from tests.detections.everything import circumstances, everything
from tests.detections.stage import LATE, give, new_watch, rules

ROOT = Path(__file__).resolve().parents[2]
SEED = "20261125"
TESTS = ("tests/detections", "tests/laws/test_detections.py", "tests/model")


def prove() -> dict[str, Any]:
    """Judge golden records and the scene of all detections, then run the laws with full effort."""
    fires, silent = _on_golden_records()
    told = _on_the_scene()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"ROOTWARDEN_LAWS": "full", "ROOTWARDEN_LAW_COUNTS": folder}
        command = [sys.executable, "-m", "pytest", *TESTS, f"--hypothesis-seed={SEED}"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        counts = {file.stem: json.loads(file.read_text()) for file in sorted(Path(folder).glob("*.json"))}
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    return {
        "detections": len(fires) + len(told),
        "golden_records": len(golden_records()),
        "of_single_records": {
            code: {"fires_on": fires[code], "silent_near_misses": silent[code]} for code in sorted(fires)
        },
        "with_memory_alerts_in_the_scene": told,
        "tests_passed": int(passed[1]) if passed else 0,
        "laws": counts,
    }


def _on_golden_records() -> tuple[Counter[str], Counter[str]]:
    """Count golden records that fire each rule, and near misses on which it is silent."""
    fires: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    for rule in rules():
        code = rule.detection.code
        for golden in golden_records():
            hit = rule.judge(golden.record) is not None
            assert hit == (code in golden.fires), (code, golden.id)
            fires[code] += hit
            silent[code] += not hit and code in golden.near
        assert fires[code] >= 1, code
        assert silent[code] >= 2, code
    return fires, silent


def _on_the_scene() -> dict[str, int]:
    watch = give(new_watch(circumstances()), everything())
    watch.flush(LATE)
    told = Counter(alert.code for alert in watch.standing())
    found = {one.detection.code: told[one.detection.code] for one in stateful()}
    assert all(found.values()), found
    return found
