"""Opens pages in a real Chromium, without a window and without the network."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Quiet: nothing is fetched, updated or reported; the sandbox needs rights that containers do not give.
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--hide-scrollbars",
)  # fmt: skip


def chromium(folder: Path, page: Path, *flags: str) -> tuple[str, list[str]]:
    """Open `page` with a fresh profile in `folder`; return standard output and what the page wrote to its console."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("these tests need Chromium: run `make chromium`, or apt-get install chromium")
    mine = (f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=4000")
    done = subprocess.run(
        [program, *_FLAGS, *mine, *flags, page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
