"""Writes small snapshot files for journeys that need no AWS."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

HEADER = {
    "rootwarden": "snapshot/1",
    "tool_version": "0.1.0",
    "collected_at": "2026-11-23T22:45:13Z",
    "partition": "aws",
    "scope": {"org": False, "regions": ["us-east-1"], "root_audit": False},
    "accounts_expected": 1,
}


def write(path: Path, *lines: dict[str, Any]) -> Path:
    """Write one gzip member per line."""
    path.write_bytes(b"".join(gzip.compress(json.dumps(line).encode() + b"\n", mtime=0) for line in lines))
    return path


def one_account(path: Path, facts: dict[str, Any], **header: Any) -> Path:
    """Write a snapshot of one standalone account."""
    return write(path, {**HEADER, **header}, {"account": "111122223333", "facts": facts})
