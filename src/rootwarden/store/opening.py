"""Opens the store: SQLite in a file of one's own, or PostgreSQL for a team; brings its tables up to date."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from rootwarden.errors import Exit, InputError, RootwardenError, UsageError

HEAD = "0003"
_REVISIONS = ("0001", "0002", "0003")
# Seconds that a writer waits for another one.
_PATIENCE = 30
# Seconds that somebody who only looks waits for a server that does not answer.
_PATIENCE_OF_LOOKING = 10
# PostgreSQL documentation, "Database Connection Control Functions": after 30 seconds of silence the server is asked
# three times, ten seconds apart; what is sent and not acknowledged for so many milliseconds ends the connection too.
_ALIVE = {
    "keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}  # fmt: skip
_MIGRATING = 0x726F6F74  # "root": the advisory lock of PostgreSQL under which tables are changed


class StoreError(RootwardenError):
    """The store cannot be reached or does not answer: nothing can be kept, so nothing is done."""

    exit_code = Exit.INCOMPLETE


class Store:
    """An open store. Transactions are whole or not at all, and on the disk when they end."""

    def __init__(self, engine: Engine, name: str) -> None:
        """Take an engine whose tables are up to date, and the name people are told (no password in it)."""
        self.engine, self.name = engine, name

    @property
    def shared(self) -> bool:
        """Whether it is a server that other machines reach too."""
        return self.engine.dialect.name == "postgresql"

    @property
    def place(self) -> str:
        """Where it is, whatever folder one stands in: the whole path of its file, or the name people are told."""
        return self.name if self.shared else str(Path(str(self.engine.url.database)).absolute())

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that writes; committed when the block ends, undone when it raises.

        Raises:
            StoreError: the database refuses or is gone.
        """
        with self.troubles(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, and holds nobody up.

        Raises:
            StoreError: the database refuses or is gone.
        """
        with self.troubles(), self.engine.connect().execution_options(reading=True) as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def troubles(self) -> Iterator[None]:
        """Have what the database says told as an error for people.

        Raises:
            StoreError: the database refuses or is gone.
        """
        try:
            yield
        except SQLAlchemyError as error:
            raise _broken(self.name, error) from error


def open_store(url: str) -> Store:
    """Open the store at a URL, a path or `sqlite:///path`, and migrate it; a new file is readable by its owner only.

    Raises:
        UsageError: the URL is malformed or names a database that is not supported.
        InputError: it was written by a newer program, or is no store of Rootwarden's.
        StoreError: it cannot be reached.
    """
    address = store_address(url)
    name, sqlite = _name(address), address.drivername.startswith("sqlite")
    if sqlite:
        own_file(Path(str(address.database)))
    engine = _engine(address) if sqlite else _engine(address, pool_pre_ping=True, connect_args=_alive(address))
    if engine.dialect.name == "sqlite":
        _tune(engine)
    store = Store(engine, name)
    try:
        _bring_up_to_date(store)
    except BaseException:
        store.close()
        raise
    return store


def is_store(url: str) -> bool:
    """Return whether there is a store at a URL or path to open: of a file, whether it exists; a server has to say.

    Raises:
        UsageError: the URL is malformed or names a database that is not supported.
    """
    address = store_address(url)
    return not address.drivername.startswith("sqlite") or Path(str(address.database)).is_file()


def reopen_store(url: str) -> Store:
    """Open a store that is there already, to go on with what it holds; else as `open_store`.

    Raises:
        InputError: there is no such store, or as in `open_store`.
        UsageError, StoreError: as in `open_store`.
    """
    if not is_store(url):
        todo = "name the store that the plan was applied with: --store"
        raise InputError(f"there is no store {store_place(url)}", why="there is no such file", todo=todo)
    return open_store(url)


def look_into(url: str) -> Store:
    """Open a store that is there already, to read it: nothing is created, and no table is changed.

    Raises:
        UsageError: the URL is malformed or names a database that is not supported.
        InputError: there is no such store, it is no store of Rootwarden's, or another version of the program wrote it.
        StoreError: it cannot be reached.
    """
    address = store_address(url)
    name, sqlite = _name(address), address.drivername == "sqlite"
    if sqlite:
        address = _existing(Path(str(address.database)), name)
    patience = {} if sqlite else {"connect_timeout": _PATIENCE_OF_LOOKING} | _alive(address)
    store = Store(_engine(address, connect_args=patience), name)
    try:
        with store.read() as connection:
            found = _revision(store, connection)
        if found != HEAD:
            why = f"its schema is {found}, this program reads {HEAD}" if found else "it holds nothing yet"
            raise InputError(f"{name} is no store of this version", why=why, todo="run `rootwarden watch` with it once")
    except BaseException:
        store.close()
        raise
    return store


def store_name(url: str) -> str:
    """Return how people are told of a store: as it was given, without what is secret in it.

    Raises:
        UsageError: the URL is malformed or names a database that is not supported.
    """
    return _name(store_address(url)) if "://" in url else url


def store_place(url: str) -> str:
    """Return where a store is, whatever folder one stands in: the whole path of its file, or the server's address.

    Raises:
        UsageError: the URL is malformed or names a database that is not supported.
    """
    address = store_address(url)
    return str(Path(str(address.database)).absolute()) if address.drivername == "sqlite" else _name(address)


def _name(address: URL) -> str:
    """Return what people are told: the address without what is secret in it, also among its parameters."""
    query = {key: "hidden" if _SECRET_KEY.search(key) else value for key, value in address.query.items()}
    return address.set(query=query).render_as_string(hide_password=True)


def _alive(address: URL) -> dict[str, int]:
    """Return the parameters by which a connection to a server that is gone is noticed, but for those that are given."""
    return {key: value for key, value in _ALIVE.items() if key not in address.query}


def _engine(address: URL, **options: Any) -> Engine:
    try:
        return create_engine(address, **options)
    except ModuleNotFoundError as error:
        raise UsageError("PostgreSQL needs a driver", why=str(error), todo="install rootwarden[postgres]") from error


def _existing(path: Path, name: str) -> URL:
    """Return the address under which SQLite opens a file that is there and never makes one (sqlite.org/uri.html).

    Not read-only, for then it would leave the files beside it that it needs while it reads.
    """
    if not path.is_file():
        raise InputError(f"there is no store {name}", why="there is no such file", todo="name the store of the watch")
    return URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "rw", "uri": "true"})


def store_address(url: str) -> URL:
    """Return the address of a store as its driver wants it; a path is a file of SQLite.

    Raises:
        UsageError: the URL is malformed or names a database that is not supported.
    """
    todo = "write sqlite:///rootwarden.sqlite3, or postgresql://user@host/database"
    if "://" not in url:  # a path: it means itself, whatever stands in it
        return URL.create("sqlite", database=url)
    try:
        found = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise UsageError("the store's URL is malformed", todo=todo) from error
    if found.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return found.set(drivername="postgresql+psycopg")
    if found.drivername == "sqlite" and found.database and found.database != ":memory:":
        return found
    raise UsageError(f"a store cannot be {found.drivername}", why="SQLite in a file and PostgreSQL are", todo=todo)


def own_file(path: Path) -> None:
    """Make a file that only its owner can read, unless it is there; one that is there is not even opened.

    Whoever closes a file gives up every lock that his process has on it, those of SQLite too: others would take
    themselves for the only ones and remove its write-ahead log (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        UsageError: it cannot be made, or not be written to.
    """
    try:
        os.close(os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if path.is_dir() or not os.access(path, os.R_OK | os.W_OK):
            raise _not_ours(path, os.strerror(errno.EISDIR if path.is_dir() else errno.EACCES)) from None
    except OSError as error:
        raise _not_ours(path, error.strerror or str(error)) from error


def _not_ours(path: Path, why: str) -> UsageError:
    return UsageError(f"cannot open the store {path}", why=why, todo="name a file in a folder of yours")


def _tune(engine: Engine) -> None:
    """Make SQLite keep transactions as its documentation says (sqlite.org/wal.html), and begin them ourselves.

    FULL, because a message is deleted from its queue once its alerts are committed: that must outlast a power cut.
    """

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000}")
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _bring_up_to_date(store: Store) -> None:
    with store.read() as connection:
        if _revision(store, connection) == HEAD:
            return
    with store.write() as connection:
        if store.shared:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _MIGRATING})
        if _revision(store, connection) != HEAD:
            migrate(connection, HEAD)


def migrate(connection: Connection, target: str) -> None:
    """Bring the tables to a revision, up or down, over an open connection ("base": none at all)."""
    # Imported here: a store that is up to date needs none of it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with resources.as_file(resources.files("rootwarden.store") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        down = target == "base" or target < (_current(connection) or "")
        (command.downgrade if down else command.upgrade)(config, target)


def _revision(store: Store, connection: Connection) -> str:
    """Return the revision of the tables, "" for an empty database.

    Raises:
        InputError: the tables are not ours, or a newer program's.
    """
    found = _current(connection)
    if found in _REVISIONS:
        return str(found)
    if found is None:
        others = inspect(connection).get_table_names()
        if others and not store.shared:
            raise InputError(f"{store.name} is no store of Rootwarden's", why=f"it holds {others[0]}", todo=_OTHER)
        return ""
    raise InputError(
        f"{store.name} was written by a newer Rootwarden",
        why=f"its schema is {found}, this program knows up to {HEAD}",
        todo="run the newer program, or name another store",
    )


_OTHER = "name a new file"


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


_SECRET_KEY = re.compile(r"pass|pwd|secret|token", re.IGNORECASE)
_SECRET = re.compile(r"(\w*password|pwd)=\S+", re.IGNORECASE)


def _broken(name: str, error: SQLAlchemyError) -> RootwardenError:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()
    why = _SECRET.sub(r"\1=***", cause[0] if cause else type(error).__name__)
    if "file is not a database" in why:
        return InputError(f"{name} is no store of Rootwarden's", why=why, todo=_OTHER)
    return StoreError(f"the store {name} does not answer", why=why, todo="check that it is there and has room")
