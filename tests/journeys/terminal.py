"""Runs the real program in a process of its own, as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# Nothing of the machine's own AWS set-up may leak into a test.
CLEAN = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_COLOR": "1",
    "COLUMNS": "80",
}


class Answer(NamedTuple):
    """What a person sees: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


def rootwarden(
    *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: str = "",
    redirected: str = "",
) -> Answer:  # fmt: skip
    """Run `rootwarden ARGUMENTS` with a clean environment plus `env`; a hang fails after two minutes.

    `redirected` is what a shell is told about its streams, as in `<&-`.
    """
    shell = ["/bin/sh", "-c", f'exec "$@" {redirected}', "sh"] if redirected else []
    done = subprocess.run(
        [*shell, sys.executable, "-m", "rootwarden", *arguments],
        env={**CLEAN, **(env or {})}, cwd=cwd, capture_output=True, text=True, timeout=120, check=False, input=stdin,
    )  # fmt: skip
    return Answer(done.returncode, done.stdout, done.stderr)
