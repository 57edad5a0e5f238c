"""Asks the watcher in this container whether it is well: ends with 0 if it says so, else with 1 and the reason."""

from __future__ import annotations

import os
import sys
import urllib.request

DEFAULT = "http://127.0.0.1:9464/healthz"
SECONDS = 5.0


def main() -> int:
    """Ask the address in ROOTWARDEN_HEALTH_URL, past any proxy; return the exit code."""
    address = os.environ.get("ROOTWARDEN_HEALTH_URL", DEFAULT)  # noqa: TID251 - a script of its own
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=SECONDS):
            return 0
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{address}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
