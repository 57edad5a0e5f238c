"""Generated tests repeat themselves exactly, so that a change is judged by what it changes; proofs try other cases."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None)
if os.environ.get("ROOTWARDEN_LAWS") != "full":
    settings.load_profile("repeatable")


# Bytes of memory from which on a test run tidies up after a test.
_MUCH = 1_500_000_000


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Let go of what tests left behind: an audit hides it from the collector, because a program ends soon after one."""
    yield
    pages = Path("/proc/self/statm")
    if pages.exists() and int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") > _MUCH:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
