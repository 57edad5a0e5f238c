"""Looking into a store: what is there is read, by whatever database, and nothing is made or changed by it."""

from __future__ import annotations

import os
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from rootwarden.errors import InputError, RootwardenError, UsageError
from rootwarden.flows.ledger import read_ledger
from rootwarden.model.drill import Drill, Hop, Marks, Method, Passed, read_drill
from rootwarden.model.readings import Unknown
from rootwarden.store.opening import Store, StoreError, look_into, open_store
from rootwarden.store.runs import begin_drill, end_drill
from rootwarden.store.tables import runs

NOW = datetime(2026, 11, 23, 22, 45, 13, 250_000, tzinfo=UTC)


def drilled(store: Store, name: str, days: float) -> Drill:
    """Keep a drill in a store, as the program does."""
    began = NOW - timedelta(days=days)
    begin_drill(store, Marks(drill=name, begins=began, ends=began + timedelta(hours=1)))
    drill = Drill(
        id=name, method=Method.SYNTHETIC, path="event bus of us-east-1", account="111122223333", region="us-east-1",
        started=began, finished=began + timedelta(seconds=9.5), configuration="0123456789abcdef", cleaned=True,
        hops=(Hop(name="record", state=Passed.PASSED, seconds=2.5, limit=300.0),),
    )  # fmt: skip
    end_drill(store, drill)
    return drill


def test_the_drills_are_read_as_they_were_kept(address: str) -> None:
    """Ended ones, the newest first, with the names of their fields; one that runs has no result yet."""
    store = open_store(address)
    kept = [drilled(store, "older", 20), drilled(store, "newer", 3)]
    begin_drill(store, Marks(drill="running", begins=NOW, ends=NOW))
    store.close()
    found = read_ledger(address, "fedcba")
    assert (found["configuration"], [one["id"] for one in found["drills"]]) == ("fedcba", ["newer", "older"])
    assert set(found["drills"][0]) == set(Drill.__struct_fields__)
    assert found["drills"][0]["finished"] == "2026-11-20T22:45:22.750000Z"
    store = look_into(address)
    with store.read() as connection:
        bodies = [row.body for row in connection.execute(runs.select().where(runs.c.state == "passed"))]
    store.close()
    assert sorted(map(read_drill, bodies), key=lambda one: one.id) == sorted(kept, key=lambda one: one.id)


def test_a_drill_that_cannot_be_understood_is_marked(address: str) -> None:
    """Beside others that can: which path it is of nobody knows."""
    store = open_store(address)
    drilled(store, "good", 2)
    drilled(store, "odd", 1)
    with store.write() as connection:
        connection.execute(runs.update().where(runs.c.id == "odd").values(body=b'{"schema": "rootwarden.drill/9"}'))
    store.close()
    marked, good = read_ledger(address, "")["drills"]
    assert marked["_unknown"]["why"].startswith("drill_unreadable")
    assert good["id"] == "good"


def test_looking_beside_a_watch_that_writes(address: str) -> None:
    """What is committed is seen, and nobody waits: not even for a transaction that is under way."""
    store = open_store(address)
    drilled(store, "first", 2)
    with store.write() as connection:
        connection.execute(runs.insert().values(id="x", kind="drill", started=NOW, state="running", body=b"{}"))
        assert [one["id"] for one in read_ledger(address, "")["drills"]] == ["first"]
    store.close()


# -- nothing is made or changed ------------------------------------------------------------------------------------
def test_no_file_is_made(tmp_path: Path) -> None:
    """A store that is not there is missing, with the reason."""
    gone = tmp_path / "gone.sqlite3"
    with pytest.raises(InputError, match="no such file"):
        look_into(str(gone))
    found = read_ledger(f"sqlite:///{gone}", "")
    assert isinstance(found, Unknown)
    assert found.why.startswith("store_unreadable")
    assert str(gone) in found.why
    assert found.hint
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_changed(tmp_path: Path) -> None:
    """Neither the store, nor any beside it; also with blanks and signs of URLs in its name."""
    path = tmp_path / "a store #1%20?.sqlite3"
    store = open_store(str(path))
    drilled(store, "only", 2)
    store.close()
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    assert [one["id"] for one in read_ledger(str(path), "")["drills"]] == ["only"]
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


@pytest.mark.skipif(os.geteuid() == 0, reason="for root every file can be written")
def test_a_store_that_may_only_be_read_can_be(tmp_path: Path) -> None:
    """An auditor needs no right to write."""
    path = tmp_path / "store.sqlite3"
    store = open_store(str(path))
    drilled(store, "only", 2)
    store.close()
    path.chmod(0o400)
    assert [one["id"] for one in read_ledger(str(path), "")["drills"]] == ["only"]


def test_an_empty_place_stays_empty(empty: str) -> None:
    """No table is made where none is."""
    with pytest.raises(InputError):
        look_into(empty)
    assert isinstance(read_ledger(empty, ""), Unknown)
    store = open_store(empty)  # as a watch does
    assert read_ledger(empty, "") == {"drills": [], "configuration": ""}
    store.close()


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_tables_of_another_version_stay_so(address: str, revision: str) -> None:
    """An older store is not migrated by somebody who only looks, a newer one not guessed at."""
    store = open_store(address)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    store.close()
    found = read_ledger(address, "")
    assert isinstance(found, Unknown)
    assert revision in found.why
    with pytest.raises(InputError, match=revision):
        look_into(address)


# -- what is no store ----------------------------------------------------------------------------------------------
def test_what_is_no_store_is_named(tmp_path: Path) -> None:
    """Text, a database of somebody else, a folder."""
    notes, other = tmp_path / "notes.txt", tmp_path / "other.db"
    notes.write_text("SQLite is what this is not. " * 100)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    for path in (notes, other, tmp_path):
        with pytest.raises(RootwardenError, match="no store"):
            look_into(str(path))
        assert isinstance(read_ledger(str(path), ""), Unknown)


def test_a_server_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    """And its password is told to nobody."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        url = f"postgresql://auditor:s3cret@127.0.0.1:{closed.getsockname()[1]}/watch"
        with pytest.raises(StoreError):
            look_into(url)
        found = read_ledger(url, "")
    assert isinstance(found, Unknown)
    assert "127.0.0.1" in found.why
    assert "s3cret" not in str(found)


@pytest.mark.parametrize("url", ["mysql://somewhere/x", "sqlite:///:memory:", "nonsense://", "://"])
def test_a_malformed_address_is_a_mistake_of_the_caller(url: str) -> None:
    """Not something that could not be read."""
    with pytest.raises(UsageError):
        read_ledger(url, "")
