"""Takes the pictures of an HTML report that the documents show: wide and narrow, light and dark.

python docs/screenshots.py rootwarden-report.html
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
# name -> (width, height, dark)
PICTURES = {
    "report-1280-light": (1280, 1560, False),
    "report-1280-dark": (1280, 1560, True),
    "report-400-light": (400, 1560, False),
    "report-400-dark": (400, 1560, True),
}
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--virtual-time-budget=2000",
)  # fmt: skip
# Chromium's window is at least 500 wide; a frame in its middle may be narrower.
FRAME = (
    '<!doctype html><body style="margin:0;background:#8a8f96">'
    '<iframe width="{width}" height="{height}" style="border:0;display:block;margin:auto" srcdoc="{page}">'
)


def take(report: str, name: str, folder: Path) -> None:
    """Write one picture."""
    width, height, dark = PICTURES[name]
    page = folder / f"{name}.html"
    page.write_text(FRAME.format(width=width, height=height, page=html.escape(report)), encoding="utf-8")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is needed: apt-get install chromium")
    scheme = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    IMAGES.mkdir(exist_ok=True)
    subprocess.run(
        [program, *FLAGS, *scheme, f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 500)},{height}",
         f"--screenshot={folder / 'picture.png'}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    shutil.copyfile(folder / "picture.png", IMAGES / f"{name}.png")


def main(arguments: list[str]) -> None:
    """Take all pictures of the report that is named."""
    report = Path(arguments[0]).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        for name in PICTURES:
            take(report, name, Path(folder))
            print(f"wrote {(IMAGES / name).relative_to(IMAGES.parent.parent)}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
