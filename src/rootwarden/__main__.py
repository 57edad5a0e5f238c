"""The front door: answers `--version` at once, leaves everything else to the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run rootwarden and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from rootwarden import __version__  # noqa: PLC0415 - before click is loaded, which costs four times as much

        sys.stdout.write(f"rootwarden {__version__}\n")
        return
    from rootwarden.cli.leaving import leave  # noqa: PLC0415
    from rootwarden.cli.main import run  # noqa: PLC0415

    leave(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
