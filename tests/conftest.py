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


# A lab answers with many small objects that soon go by themselves: looking for rings among them every 700 took a tenth
# of the processor time of a test run.
gc.set_threshold(100_000, 20, 100)

# By so many bytes a test run may grow before it tidies up; that takes seconds, and frees what can be freed.
_MUCH = 1_000_000_000
_last = [0]


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Let go of what tests left behind: an audit hides it from the collector, because a program ends soon after one."""
    yield
    if _memory() > _last[0] + _MUCH:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        _last[0] = _memory()


def _memory() -> int:
    """Return how many bytes this process holds, 0 where the system does not say."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if pages.exists() else 0
