"""`rootwarden --version` answers in under 3 times, `--help` in under 12 times, what `python -c pass` takes."""

from __future__ import annotations

from typing import Any

from bench.start import HELP_GOAL, VERSION_GOAL, measure


def prove() -> dict[str, Any]:
    """Measure both."""
    figures = measure()
    assert figures["version_ratio"] < VERSION_GOAL, figures
    assert figures["help_ratio"] < HELP_GOAL, figures
    return figures
