"""The folder of this user on this machine in which runs lock the accounts they change."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return $XDG_STATE_HOME/rootwarden, ~/.local/state/rootwarden, or one among temporary files named by the user id.

    XDG Base Directory Specification: a path that is not absolute is to be ignored. The last is for whoever has no home
    that can be written, as in a container, and where a folder on the way is somebody else's: with sudo the home may be
    that of whoever called it, and what root made there would be in that user's way.
    """
    named = Path(environment.get("XDG_STATE_HOME") or "")
    if named.is_absolute() and _ours(named, named / "rootwarden"):
        return named / "rootwarden"
    home = Path(environment.get("HOME") or "")
    inside = home / ".local" / "state" / "rootwarden"
    if not named.is_absolute() and home.is_absolute() and os.access(home, os.W_OK) and _ours(home, inside):
        return inside
    return Path(tempfile.gettempdir()) / f"rootwarden-{os.geteuid()}"


def _ours(start: Path, folder: Path) -> bool:
    """Return whether what there is of the folders from `start` to `folder` belongs to this user."""
    way = (one for one in (folder, *folder.parents) if one.is_relative_to(start))
    return all(one.stat().st_uid == os.geteuid() for one in way if one.exists())
