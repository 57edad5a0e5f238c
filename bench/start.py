"""How soon the program answers: `--version` and `--help` as ratios to `python -c pass`, run in turn.

python -m bench.start
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

VERSION_GOAL, HELP_GOAL = 3.0, 12.0
ROUNDS = 31


def seconds(command: list[str]) -> float:
    """Run a command once and return its wall time."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure() -> dict[str, float]:
    """Run the three in turn, so that a slow moment of the machine hits all; return medians of paired ratios."""
    program = str(Path(sys.executable).with_name("rootwarden"))
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "version": [program, "--version"],
        "help": [program, "--help"],
    }
    for command in commands.values():
        seconds(command)
    rounds = [{name: seconds(command) for name, command in commands.items()} for _ in range(ROUNDS)]
    return {
        "python_ms": round(statistics.median(r["python"] for r in rounds) * 1000, 1),
        "version_ratio": round(statistics.median(r["version"] / r["python"] for r in rounds), 2),
        "help_ratio": round(statistics.median(r["help"] / r["python"] for r in rounds), 2),
        "rounds": ROUNDS,
    }


if __name__ == "__main__":
    found = measure()
    print(f"python -c pass         {found['python_ms']} ms (median of {ROUNDS})")
    print(f"rootwarden --version   {found['version_ratio']} x (goal under {VERSION_GOAL})")
    print(f"rootwarden --help      {found['help_ratio']} x (goal under {HELP_GOAL})")
