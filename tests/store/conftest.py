"""Each test of the store runs on both databases, and on one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.store.opening import Store, open_store
from tests.store.databases import KINDS, Postgres, postgres_running


@pytest.fixture(name="postgres", scope="session")
def _postgres() -> Iterator[Postgres]:
    """One server for all tests of a worker; started when the first one needs it."""
    with postgres_running() as found:
        yield found


@pytest.fixture(name="address", params=KINDS)
def _address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new store: a file that is not there yet, or a database that is migrated already."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    return str(request.getfixturevalue("postgres").database())


@pytest.fixture(name="empty", params=KINDS)
def _empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a place where no store was yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    return str(request.getfixturevalue("postgres").database(empty=True))


@pytest.fixture(name="store")
def _store(address: str) -> Iterator[Store]:
    """An open store with nothing in it."""
    found = open_store(address)
    yield found
    found.close()
