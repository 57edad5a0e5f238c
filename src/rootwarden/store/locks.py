"""Locks that the system releases when a process ends, however it ends: who holds one is alive."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from rootwarden.errors import UsageError
from rootwarden.store.opening import Store, own_file


class HeldError(Exception):
    """Somebody else holds the lock."""


class Lock:
    """A lock of a store under a name, held from the beginning on.

    SQLite: an exclusive transaction on a file beside the store, wherever a link to it leads from. PostgreSQL: an
    advisory lock of the session, under a number.
    """

    def __init__(self, store: Store, name: str, number: int) -> None:
        """Take the lock; `number` is at most 63 bits long.

        Raises:
            HeldError: another process holds it, or another part of this one.
            StoreError: the database does not answer.
        """
        self._store, self._name, self._number = store, name, number
        with store.troubles():
            self._engine, self._connection = (
                _of_server(store, number) if store.shared else _of_file(lock_file(store, name))
            )

    def close(self, *, done: bool = False) -> None:
        """Give it up; it is free when this returns. `done`: nobody needs a lock of this name any more."""
        if done and not self._store.shared:
            lock_file(self._store, self._name).unlink(missing_ok=True)  # while it is held: see `_of_file`
        if self._store.shared:
            with suppress(SQLAlchemyError):  # a connection that is lost has lost its lock with it
                self._connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": self._number})
        self._connection.invalidate()  # a session that goes back to the pool would keep its lock
        self._connection.close()
        if self._engine is not self._store.engine:
            self._engine.dispose()


class FileLock:
    """A lock on a file, held from the beginning on: an exclusive transaction of SQLite, which the system releases."""

    def __init__(self, path: Path) -> None:
        """Take the lock; the file is made where there is none.

        Raises:
            HeldError: another process holds it, or another part of this one.
            UsageError: the file cannot be made, or not be locked.
        """
        self._path = path
        try:
            self._engine, self._connection = _of_file(path)
        except SQLAlchemyError as error:
            why = str(getattr(error, "orig", error))
            raise UsageError(f"cannot lock {path}", why=why, todo="see that its folder can be written") from error

    def close(self, *, done: bool = False) -> None:
        """Give it up; it is free when this returns. `done`: the file is removed."""
        if done:
            self._path.unlink(missing_ok=True)  # while it is held: see `_of_file`
        self._connection.invalidate()
        self._connection.close()
        self._engine.dispose()


def lock_file(store: Store, name: str) -> Path:
    """Return the file beside an SQLite store on which a lock is held."""
    return Path(f"{Path(str(store.engine.url.database)).resolve()}-{name}")


def _of_server(store: Store, number: int) -> tuple[Engine, Connection]:
    connection = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    if not connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar():
        connection.close()
        raise HeldError
    return store.engine, connection


def _of_file(path: Path) -> tuple[Engine, Connection]:
    own_file(path)
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def prepare(connection: object, record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    try:
        mine = path.stat().st_ino
    except FileNotFoundError:  # whoever held it has just removed it
        raise HeldError from None
    connection = engine.connect()
    try:
        connection.exec_driver_sql("PRAGMA busy_timeout=200")
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        # Whoever held it before may have removed the file meanwhile: a lock on that is none.
        if not path.exists() or path.stat().st_ino != mine:
            raise HeldError
    except HeldError:
        connection.invalidate()
        connection.close()
        engine.dispose()
        raise
    except OperationalError as error:
        connection.close()
        engine.dispose()
        if "locked" not in str(error.orig):
            raise
        raise HeldError from error
    return engine, connection
