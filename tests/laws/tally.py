"""Counts what a law looked at, so that "no violation" always comes with the number of tries."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

FOLDER = "ROOTWARDEN_LAW_COUNTS"


class Tally:
    """Named counters of one law; printed at the end, and written to a folder when the environment names one."""

    def __init__(self, law: str) -> None:
        """Start at nothing for the law of this name."""
        self.law = law
        self.counts: Counter[str] = Counter()

    def add(self, what: str, number: int = 1) -> None:
        """Count."""
        self.counts[what] += number

    def write(self) -> str:
        """Write the counts to the folder, if one is named, and return them as a line."""
        if folder := os.environ.get(FOLDER):
            Path(folder, f"{self.law}.json").write_text(json.dumps(dict(self.counts), sort_keys=True))
        return f"{self.law}: " + ", ".join(f"{number:,} {what}" for what, number in self.counts.items())
