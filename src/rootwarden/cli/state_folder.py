"""The folder of this user on this machine in which runs lock the accounts they change."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return $XDG_STATE_HOME/rootwarden, ~/.local/state/rootwarden, or one among temporary files named by the user id.

    XDG Base Directory Specification: a path that is not absolute is to be ignored. The last is for whoever has no home
    that can be written, as in a container.
    """
    named = Path(environment.get("XDG_STATE_HOME") or "")
    if named.is_absolute():
        return named / "rootwarden"
    home = Path(environment.get("HOME") or "")
    if home.is_absolute() and home.is_dir() and os.access(home, os.W_OK):
        return home / ".local" / "state" / "rootwarden"
    return Path(tempfile.gettempdir()) / f"rootwarden-{os.geteuid()}"
