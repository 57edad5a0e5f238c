"""Opening a store: what is no store is refused and named, a new one is whole, whoever opens it first."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from rootwarden.errors import Exit, InputError, RootwardenError, UsageError
from rootwarden.store.intake import commit
from rootwarden.store.opening import HEAD, StoreError, look_into, migrate, open_store
from rootwarden.store.states import save_state
from rootwarden.store.tables import METADATA
from tests.detections.scenes import compromised_root
from tests.store.databases import Postgres
from tests.store.samples import NOW, RUN, batch, contents, letter, mark, ready, watching

MIGRATIONS = Path(sys.modules["rootwarden.store.opening"].__file__ or "").parent / "migrations" / "versions"
REVISIONS = sorted(path.name[:4] for path in MIGRATIONS.glob("[0-9]*.py"))


def refused(url: str, *words: str, kind: type[RootwardenError] = InputError, code: Exit = Exit.USAGE) -> None:
    """Check that a store is not opened, and that whoever asks is told what is wrong and what to do."""
    with pytest.raises(kind) as told:
        open_store(url)
    assert told.value.exit_code == code
    assert told.value.todo
    for word in words:
        assert word in str(told.value)


def rewritten(url: str, revision: str) -> None:
    """Have a store say that it is of another revision."""
    store = open_store(url)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    store.close()


# -- the tables ------------------------------------------------------------------------------------------------
def test_migrations_make_what_the_program_uses(empty):
    """Every table, column, type and index; nothing beside."""
    store = open_store(empty)
    with store.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    store.close()


def test_the_newest_script_is_the_one_that_is_wanted():
    """Whoever adds a script and forgets to name it is told here."""
    assert REVISIONS[-1] == HEAD


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_a_step_back_and_forth_loses_nothing_of_what_was_there_before(store, revision):
    """What older programs know of survives each step down and up again."""
    watcher = watching(store)
    commit(store, batch(compromised_root(), ready=[ready()], letters=[letter()], marks=[mark()]), RUN)
    before = contents(store, "mutes", "used_links")
    assert all(before[name] for name in ("events", "alerts", "incidents", "outbox", "dead_letters", "watermarks"))
    older = REVISIONS[REVISIONS.index(revision) - 1]
    with store.write() as connection:
        migrate(connection, older)
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == older
    with store.write() as connection:
        migrate(connection, HEAD)
    assert contents(store, "mutes", "used_links") == before
    watcher.close()


def test_all_the_way_down_and_up(store):
    """Nothing is left of the tables, and they can be made anew."""
    with store.write() as connection:
        migrate(connection, "base")
    with pytest.raises(StoreError):
        contents(store)
    with store.write() as connection:
        migrate(connection, HEAD)
    assert not any(contents(store).values())


def test_an_older_store_is_brought_up_to_date(store, address):
    """By opening it."""
    with store.write() as connection:
        migrate(connection, REVISIONS[0])
    again = open_store(address)
    assert contents(again)["mutes"] == []
    again.close()


def test_a_migration_that_fails_leaves_nothing_behind(store, address):
    """A table in the way: the step is undone, and the store is still that of the older program."""
    with store.write() as connection:
        migrate(connection, REVISIONS[0])
        connection.execute(text("CREATE TABLE used_links (mine INTEGER)"))
    with pytest.raises(StoreError):
        open_store(address)
    with store.write() as connection:
        connection.execute(text("DROP TABLE used_links"))
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == REVISIONS[0]
    open_store(address).close()


# -- what is refused -------------------------------------------------------------------------------------------
def test_a_newer_schema_is_refused_by_name(address):
    """With the revision it has and the one this program knows."""
    rewritten(address, "9042")
    refused(address, "newer", "9042", HEAD)


def test_nothing_is_changed_in_a_newer_store(address, store):
    """Not even its revision."""
    rewritten(address, "9042")
    with pytest.raises(InputError):
        open_store(address)
    with store.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9042"


def test_another_program_s_file_is_no_store(tmp_path: Path):
    """It is named, with a table that it holds, and stays as it was."""
    path = tmp_path / "contacts.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    connection.close()
    refused(str(path), "contacts.db", "people")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("people",)]
    connection.close()


@pytest.mark.parametrize("content", [b"records, not a database\n" * 40, b"SQLite format 3\x00" + b"\xff" * 2000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes):
    """It is refused as what it is, and not written to."""
    path = tmp_path / "trail.json"
    path.write_bytes(content)
    with pytest.raises(RootwardenError, match=r"trail\.json"):
        open_store(str(path))
    assert path.read_bytes() == content


def test_a_folder_is_no_store(tmp_path: Path):
    """Said with its path."""
    refused(str(tmp_path), str(tmp_path), "directory", kind=UsageError)


def test_a_folder_that_is_not_there(tmp_path: Path):
    """No folder is made up."""
    refused(str(tmp_path / "nowhere" / "store.sqlite3"), "nowhere", kind=UsageError)
    assert not [*tmp_path.iterdir()]


def test_a_file_that_may_not_be_written(tmp_path: Path):
    """Opened by somebody who is not its owner."""
    path = tmp_path / "store.sqlite3"
    path.touch(0o400)
    path.chmod(0o400)
    said_at, say_at = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                for folder in (tmp_path, *tmp_path.parents[:3]):
                    folder.chmod(0o755)
                os.setuid(65534)
            open_store(str(path))
            os.write(say_at, b"opened")
        except RootwardenError as error:
            os.write(say_at, f"{error.exit_code} {error}".encode())
        finally:
            os._exit(0)
    os.close(say_at)
    with os.fdopen(said_at, "rb") as answer:
        told = answer.read().decode()
    os.waitpid(child, 0)
    assert told.startswith("2 cannot open the store")
    assert "Permission denied" in told


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "://", "http://x:y/", "oracle:"])
def test_urls_of_other_things(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Neither kind of database, or nothing that could be kept."""
    monkeypatch.chdir(tmp_path)
    if "://" in url:
        refused(url, kind=UsageError)
        assert not [*tmp_path.iterdir()]
    else:  # a name like any other
        open_store(url).close()
        assert (tmp_path / url).is_file()


@pytest.mark.parametrize("name", ["a b.db", "a%20b.db", "what?.db", "one#two.db", "ä☃.db", "a+b;c.db", "@home.db"])
def test_names_of_files_mean_themselves(name: str, tmp_path: Path):
    """Whatever they would mean in a URL."""
    path = tmp_path / name
    store = open_store(str(path))
    watcher = watching(store)
    watcher.close()
    store.close()
    assert sorted(one.name for one in tmp_path.iterdir() if not one.name.endswith("-watcher")) == [name]


def test_a_server_that_is_not_there(tmp_path: Path):
    """Exit 5, and the password is not repeated."""
    url = f"postgresql://me:s3cr3tword@/db?host={tmp_path}"
    refused(url, "does not answer", kind=StoreError, code=Exit.INCOMPLETE)
    with pytest.raises(StoreError) as told:
        open_store(url)
    assert "s3cr3tword" not in str(told.value)


@pytest.mark.parametrize("key", ["password", "PassWord", "sslpassword", "pwd", "secret"])
def test_passwords_among_the_parameters_are_not_repeated(key: str, tmp_path: Path):
    """Not in an error, whether the server knows them or not."""
    for opens in (open_store, look_into):
        with pytest.raises(RootwardenError) as told:
            opens(f"postgresql://me@/db?host={tmp_path}&{key}=s3cr3tword")
        assert "s3cr3tword" not in str(told.value)


def test_a_store_is_named_without_its_password(postgres: Postgres):
    """The name is logged, and shown by the doctor."""
    for opens in (open_store, look_into):
        store = opens(f"{postgres.database()}&password=s3cr3tword")
        assert store.name.endswith("&password=hidden")
        assert "s3cr3tword" not in store.name
        store.close()


def test_a_server_that_is_gone_is_noticed(postgres: Postgres):
    """By connections of their own account; what somebody gave in the URL stays."""
    url = postgres.database()
    for more, idle in (("", "30"), ("&keepalives_idle=7", "7")):
        for opens in (open_store, look_into):
            store = opens(f"{url}{more}")
            with store.read() as connection:
                given = connection.connection.dbapi_connection.info.get_parameters()
            assert (given["keepalives"], given["keepalives_idle"], given["tcp_user_timeout"]) == ("1", idle, "60000")
            store.close()


def test_a_database_that_is_not_there(postgres: Postgres):
    """Named."""
    refused(postgres.database().rpartition("?")[0] + "x?" + postgres.database().rpartition("?")[2], "store_",
            kind=StoreError, code=Exit.INCOMPLETE)  # fmt: skip


# -- a new one -------------------------------------------------------------------------------------------------
def test_a_new_file_is_readable_by_its_owner_only(tmp_path: Path):
    """With all that stands beside it while it is open, and whatever the mask is."""
    path, mask = tmp_path / "store.sqlite3", os.umask(0)
    try:
        store = open_store(str(path))
        watcher = watching(store)
        modes = {one.name: oct(one.stat().st_mode & 0o777) for one in tmp_path.iterdir()}
        watcher.close()
        store.close()
    finally:
        os.umask(mask)
    assert {name for name in modes if name.startswith("store")} == {*modes}
    assert set(modes.values()) == {"0o600"}


def _open_when_all_are_there(url: str, gate: Any, told: Any) -> None:
    gate.wait()
    store = open_store(url)
    with store.read() as connection:
        told.put(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())
    store.close()


def test_four_that_open_a_new_store_at_once(empty):
    """One makes the tables, the others wait for it; all get a store."""
    fork = multiprocessing.get_context("fork")  # they need not load the program first, so that they really race
    gate, told = fork.Barrier(4), fork.Queue()
    children = [fork.Process(target=_open_when_all_are_there, args=(empty, gate, told)) for _ in range(4)]
    for child in children:
        child.start()
    assert [told.get(timeout=60) for _ in children] == [HEAD] * 4
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4


def test_a_store_opened_twice_by_one_process_is_shared_with_others(tmp_path: Path) -> None:
    """Opening and closing the file by hand would cancel the locks that SQLite holds on it for the whole process.

    Then another process takes itself for the last one, removes the write-ahead log, and what is written afterwards is
    seen by nobody (sqlite.org/howtocorrupt.html, 2.2).
    """
    url = str(tmp_path / "store.sqlite3")
    first = open_store(url)
    save_state(first, "one", b"1", NOW)
    open_store(url).close()
    code = (
        "import sys; from rootwarden.store.opening import open_store; from rootwarden.store.states import saved_state"
    )
    look = f"{code}; print(saved_state(open_store(sys.argv[1]), sys.argv[2])[0])"

    def seen(name: str) -> str:
        done = subprocess.run([sys.executable, "-c", look, url, name], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert seen("one") == "b'1'"
    save_state(first, "two", b"2", NOW)
    assert seen("two") == "b'2'"
    first.close()
