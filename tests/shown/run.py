"""Shows every claim: runs each script beside this one and writes its figures to docs/proofs/.

python tests/shown/run.py [NAME ...] [--again]

A claim that was already shown for these very sources is skipped, so that an interrupted run can go on; --again shows it
anew. A script is a module with `prove() -> dict` of figures; it raises AssertionError when the claim does not hold.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROOFS = ROOT / "docs" / "proofs"
NOT_PROOFS = {"run"}
# What a figure depends on: a change in any of these makes it stale.
SOURCES = ("src", "tests", "bench", "requirements", "Makefile", "pyproject.toml")


def git(*arguments: str) -> str:
    """Return what git says."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def sources() -> str:
    """Return the identity of the sources: their trees as committed, marked when the work tree differs."""
    trees = " ".join(git("rev-parse", f"HEAD:{name}")[:12] for name in SOURCES)
    return trees + (" modified" if git("status", "--porcelain", "--", *SOURCES) else "")


def shown(name: str, identity: str) -> bool:
    """Return whether the claim was already shown for these sources."""
    file = PROOFS / f"{name}.json"
    if "modified" in identity or not file.is_file():
        return False
    found = json.loads(file.read_text(encoding="utf-8"))
    return found.get("sources") == identity and found.get("holds") is True


def show(name: str, identity: str) -> bool:
    """Run one script, write its figures, and return whether the claim holds."""
    module = importlib.import_module(f"tests.shown.{name}")
    began = time.monotonic()
    figures: dict[str, Any] = {}
    problem = ""
    try:
        figures = module.prove()
    except (AssertionError, subprocess.SubprocessError, OSError) as error:
        traceback.print_exc()
        problem = f"{type(error).__name__}: {error}"[:2000]
    record = {
        "claim": (module.__doc__ or "").strip().splitlines()[0],
        "holds": not problem,
        "problem": problem,
        "figures": figures,
        "command": f"python tests/shown/run.py {name}",
        "commit": git("rev-parse", "HEAD"),
        "sources": identity,
        "seconds": round(time.monotonic() - began, 1),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    PROOFS.mkdir(parents=True, exist_ok=True)
    (PROOFS / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{'holds' if not problem else 'FAILS'}  {name}  {record['seconds']} s  {json.dumps(figures)[:400]}")
    return not problem


def main(arguments: list[str]) -> int:
    """Show what was asked for, or everything; return the exit code."""
    sys.path.insert(0, str(ROOT))
    package = importlib.import_module("tests.shown")
    known = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name not in NOT_PROOFS)
    wanted = [name for name in arguments if not name.startswith("-")] or known
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"no claim is called {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    identity = sources()
    failed = 0
    for name in wanted:
        if "--again" not in arguments and shown(name, identity):
            print(f"shown  {name}  already, for these sources")
            continue
        print(f"begun  {name}", flush=True)
        failed += not show(name, identity)
    print(f"{len(wanted) - failed} of {len(wanted)} claims hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
