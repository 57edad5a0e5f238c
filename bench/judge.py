"""What `audit --snapshot` costs per account, against gunzip and msgspec decoding of the same lines in the same run.

python bench/judge.py [ACCOUNTS] [--json]

CPU seconds of whole processes. Start-up is what the fit says of no account at all; the cost per account is its slope.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from generated_snapshot import write_snapshot

GOAL = 2.5
FEW, MANY, ROUNDS = 20, 1000, 5
FLOOR = """
import gzip, sys, msgspec
decode = msgspec.json.Decoder().decode
with gzip.open(sys.argv[1], "rb") as file:
    for line in file:
        decode(line)
"""


def cpu(command: list[str]) -> float:
    """Run a command and return its CPU seconds, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3, 5):
        raise RuntimeError(done.stderr)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(many: int = MANY) -> dict[str, Any]:
    """Return medians over several rounds in which all four runs follow each other."""
    program = [str(Path(sys.executable).with_name("rootwarden")), "audit", "--snapshot"]
    floor = [sys.executable, "-c", FLOOR]
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.jsonl.gz", Path(folder) / "large.jsonl.gz"
        write_snapshot(small, FEW)
        raw = write_snapshot(large, many)
        rounds = []
        for _ in range(ROUNDS):
            ours = [cpu([*program, str(file)]) for file in (small, large)]
            theirs = [cpu([*floor, str(file)]) for file in (small, large)]
            per = (ours[1] - ours[0]) / (many - FEW)
            base = (theirs[1] - theirs[0]) / (many - FEW)
            rounds.append({"start": ours[0] - per * FEW, "per": per, "floor": base, "ratio": per / base})
        packed = large.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "accounts": many,
        "raw_kb_per_account": round(raw / many / 1000, 1),
        "file_mb": round(packed / 1e6, 1),
        "start_s": round(statistics.median(r["start"] for r in rounds), 3),
        "per_account_ms": round(statistics.median(r["per"] for r in rounds) * 1000, 3),
        "gunzip_and_decode_ms": round(statistics.median(r["floor"] for r in rounds) * 1000, 3),
        "ratio": round(statistics.median(r["ratio"] for r in rounds), 2),
        "peak_mb": round(peak / 1024, 1),
        "rounds": ROUNDS,
    }


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    found = measure(*numbers[:1])
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        print(f"{found['accounts']} accounts of {found['raw_kb_per_account']} kB, file {found['file_mb']} MB")
        print(f"start-up              {found['start_s']} s")
        print(f"per account           {found['per_account_ms']} ms CPU")
        print(f"gunzip and decode     {found['gunzip_and_decode_ms']} ms CPU")
        print(f"ratio                 {found['ratio']} (goal under {GOAL})")
        print(f"peak memory           {found['peak_mb']} MB")
