"""The HTML report of the enterprise world as pictures, wide and narrow, light and dark, in docs/images/."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.journeys.terminal import rootwarden

ROOT = Path(__file__).resolve().parents[2]


def prove() -> dict[str, Any]:
    """Audit, render, take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        answer = rootwarden("demo", "--output", f"html={report}")
        assert answer.code in (0, 3), answer.err
        subprocess.run([sys.executable, str(ROOT / "docs" / "screenshots.py"), str(report)], check=True)
        size = report.stat().st_size
    pictures = sorted((ROOT / "docs" / "images").glob("report-*.png"))
    assert len(pictures) == 4, pictures
    return {"report_bytes": size, "pictures": {picture.name: picture.stat().st_size for picture in pictures}}
