"""Collects from the lab as somebody who works there, and opens what was written."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rootwarden.flows.collect import CollectRequest, CollectResult, collect
from rootwarden.lab.server import Lab
from rootwarden.model.snapshot import Facts
from rootwarden.store.snapshots import OpenSnapshot, open_snapshot

ONE_REGION = ("eu-west-1",)


class Collected(NamedTuple):
    """The result of a collection and everything in its file as plain values."""

    result: CollectResult
    snapshot: OpenSnapshot
    organization: dict[str, Any]
    accounts: dict[str, dict[str, Any]]

    def marks(self) -> list[dict[str, Any]]:
        """Return every mark of an unread value, wherever it stands."""
        return [*_marks(self.organization), *_marks(self.accounts)]


def sign_in(patch: pytest.MonkeyPatch, lab: Lab, account: str, role: str = "Admin") -> None:
    """Become somebody who works in an account; nothing of this machine's own AWS settings stays."""
    gc.freeze()  # the lab keeps a large heap in this process; otherwise half of a test's time is garbage collection
    for name in ("AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        patch.delenv(name, raising=False)
    patch.setenv("HOME", "/nonexistent")
    for name, value in lab.environment(account, role).items():
        patch.setenv(name, value)


def collected(path: Path, **wanted: Any) -> Collected:
    """Collect, and read the file back."""
    result = collect(CollectRequest(**wanted), path / "snapshot.jsonl.gz")
    return read_back(result)


def read_back(result: CollectResult) -> Collected:
    """Open the file of a collection."""
    snapshot = open_snapshot(result.path)
    organization = {name: snapshot.organization.get(name)[0] for name in snapshot.organization or ()}
    accounts = {
        line.account: {name: Facts(line.facts).get(name)[0] for name in line.facts} for line in snapshot.accounts()
    }
    return Collected(result, snapshot, organization, accounts)


def _marks(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value["_unknown"]] if "_unknown" in value else []
        return own + [mark for inner in value.values() for mark in _marks(inner)]
    return [mark for inner in value for mark in _marks(inner)] if isinstance(value, list) else []
