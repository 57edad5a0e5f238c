"""Who may watch a store, what survives a restart, and what is gone through again after a crash."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from rootwarden.errors import Exit, RefusedError
from rootwarden.store.intake import OustedError, commit
from rootwarden.store.opening import StoreError, open_store
from rootwarden.store.states import (
    Watcher,
    keep_pieces,
    kept_pieces,
    last_batch,
    save_state,
    saved_state,
    secret_of,
    since,
)
from tests.detections.scenes import DAY, act, at, compromised_root
from tests.store.samples import NOW, RUN, batch, decided, new_alerting, seen, watching


# -- the right to watch ----------------------------------------------------------------------------------------
def test_a_store_by_any_other_name_is_the_same(tmp_path: Path):
    """Through links to it or to its folder, and from elsewhere."""
    folder, linked = tmp_path / "real", tmp_path / "linked"
    folder.mkdir()
    linked.symlink_to(folder)
    first = open_store(str(folder / "store.sqlite3"))
    watcher = watching(first)
    (tmp_path / "other.sqlite3").symlink_to(folder / "store.sqlite3")
    for name in (linked / "store.sqlite3", tmp_path / "other.sqlite3", folder / ".." / "real" / "store.sqlite3"):
        second = open_store(f"sqlite:///{name}")
        with pytest.raises(RefusedError, match="another watcher is at work"):
            watching(second, "02RUN")
        second.close()
    watcher.close()
    first.close()


def test_a_second_watcher_is_refused(address):
    """By another connection of this process as by any other; the first one goes on."""
    first, second = open_store(address), open_store(address)
    watcher = watching(first)
    with pytest.raises(RefusedError, match="another watcher is at work") as told:
        watching(second, "02RUN")
    assert told.value.exit_code is Exit.REFUSED
    commit(first, batch([act(DAY)]), RUN)
    watcher.close()
    watching(second, "02RUN").close()  # and the right is free at once
    with pytest.raises(OustedError):
        commit(first, batch([act(DAY)]), RUN)
    first.close()
    second.close()


def in_another_process(work: Callable[[], None]) -> tuple[int, str]:
    """Run something in a process that then waits to be killed; return its id and what it said first."""
    said_at, say_at = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()
            os.write(say_at, b"done")
            signal.pause()
        except Exception as error:  # noqa: BLE001 - said to whoever waits for it
            os.write(say_at, type(error).__name__.encode())
        finally:
            os._exit(1)
    os.close(say_at)
    said = os.read(said_at, 100).decode()
    os.close(said_at)
    return child, said


def killed(child: int) -> None:
    """End a process as a power cut would."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_the_right_ends_with_the_process_however_that_ends(address):
    """Killed without a word: the next one may watch, and nobody has to clean up."""
    open_store(address).close()
    keep = []  # what the child holds must not be collected
    child, said = in_another_process(lambda: keep.append(watching(open_store(address), "01CHILD")))
    try:
        assert said == "done"
        store = open_store(address)
        with pytest.raises(RefusedError):
            watching(store)
    finally:
        killed(child)
    deadline = monotonic() + 10
    while True:  # a server learns of it a moment later
        try:
            watcher = watching(store)
            break
        except RefusedError:
            assert monotonic() < deadline
            sleep(0.02)
    commit(store, batch([act(DAY)]), RUN)
    watcher.close()
    store.close()


def test_a_watcher_that_lost_its_connection_is_told(postgres):
    """The server ended its session: another one takes over, and the first one's word counts no more."""
    address = postgres.database()
    first, second = open_store(address), open_store(address)
    watcher = watching(first)
    with second.write() as connection:
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(f"{ended} AND datname = current_database()"))
    other = watching(second, "02RUN")
    with pytest.raises(OustedError):
        commit(first, batch([act(DAY)]), RUN)
    watcher.close()
    other.close()
    first.close()
    second.close()


def test_a_lock_that_cannot_be_made_is_no_other_watcher(tmp_path: Path):
    """What is in the way is named as what it is."""
    (tmp_path / "store.sqlite3-watcher").write_text("somebody's notes, much longer than nothing\n" * 50)
    store = open_store(str(tmp_path / "store.sqlite3"))
    with pytest.raises(Exception, match=r"not a database|no store") as told:
        watching(store)
    assert not isinstance(told.value, RefusedError)
    store.close()


# -- what survives ---------------------------------------------------------------------------------------------
def test_a_state_is_kept_whole(store):
    """All bytes of it, and when; the last one counts."""
    assert saved_state(store, "alerting") is None
    save_state(store, "alerting", bytes(range(256)) * 5000, NOW)
    save_state(store, "alerting", b"\x00last", NOW + timedelta(seconds=1))
    assert saved_state(store, "alerting") == (b"\x00last", NOW + timedelta(seconds=1))


def test_only_who_watches_writes_the_state_of_a_watch(store):
    """An ousted one must not overwrite what its successor wrote."""
    watcher = watching(store)
    save_state(store, "alerting", b"mine", NOW, RUN)
    with pytest.raises(OustedError):
        save_state(store, "alerting", b"not mine", NOW, "02RUN")
    assert saved_state(store, "alerting") == (b"mine", NOW)
    watcher.close()


def test_a_state_in_pieces_takes_the_place_of_the_one_before_at_its_last(store):
    """Whoever dies on the way leaves the one before, and nothing behind once the next is kept."""

    def dies():
        yield b"new 1"
        raise KeyboardInterrupt

    def rows():
        with store.read() as connection:
            return int(connection.execute(text("SELECT count(*) FROM states")).scalar() or 0)

    assert kept_pieces(store, "alerting") is None
    save_state(store, "alerting/else", b"of another", NOW)
    keep_pieces(store, "alerting", 5, iter([b"old 1", b"old 2"]), lambda: NOW)
    with pytest.raises(KeyboardInterrupt):
        keep_pieces(store, "alerting", 8, dies(), lambda: NOW)
    batch, pieces = kept_pieces(store, "alerting")
    assert (batch, [*pieces]) == (5, [b"old 1", b"old 2"])
    keep_pieces(store, "alerting", 9, iter([b"newer"]), lambda: NOW)
    batch, pieces = kept_pieces(store, "alerting")
    assert (batch, [*pieces]) == (9, [b"newer"])
    assert rows() == 2


def test_a_state_that_is_not_whole_is_refused(store):
    """As is one that was written in another way."""
    keep_pieces(store, "alerting", 5, iter([b"1", b"2"]), lambda: NOW)
    with store.write() as connection:
        connection.execute(text("DELETE FROM states WHERE name LIKE 'alerting/%/2'"))
    _, pieces = kept_pieces(store, "alerting")
    with pytest.raises(ValueError, match="piece 2 of 2 is missing"):
        list(pieces)
    save_state(store, "alerting", b"17\nsomething", NOW)
    with pytest.raises(ValueError, match="another program"):
        kept_pieces(store, "alerting")


def test_only_who_watches_writes_a_state_in_pieces(store):
    """Not even its pieces."""
    watcher = watching(store)
    keep_pieces(store, "alerting", 5, iter([b"mine"]), lambda: NOW, RUN)
    with pytest.raises(OustedError):
        keep_pieces(store, "alerting", 6, iter([b"not mine"]), lambda: NOW, "02RUN")
    batch, pieces = kept_pieces(store, "alerting")
    assert (batch, [*pieces]) == (5, [b"mine"])
    watcher.close()


def test_a_secret_is_made_once(store, address):
    """Whoever asks gets the same 32 bytes; those of another store are others."""
    other = open_store(address)
    made = {secret_of(store, "link-key", NOW), secret_of(other, "link-key", NOW)}
    assert [len(one) for one in made] == [32]
    assert secret_of(store, "another", NOW) not in made
    other.close()


# -- going through it again ------------------------------------------------------------------------------------
def test_what_came_in_is_gone_through_in_its_order(store):
    """Batch by batch as it was judged; also those that time alone brought about."""
    watcher = watching(store)
    alerting = new_alerting()
    scene = [*compromised_root(), act(at("03:00"), mfa="false")]
    commit(store, batch(scene[:3], decided(scene[:3], at("02:00"), alerting)), RUN)
    first = last_batch(store)
    commit(store, batch(scene[3:], decided(scene[3:], at("03:00"), alerting), at=NOW + timedelta(hours=1)), RUN)
    found = decided([], at("03:20"), alerting)  # no AssumeRoot record came
    assert found.updates
    commit(store, batch(found=found, at=NOW + timedelta(hours=2)), RUN)
    again = [*since(store, 0)]
    assert [one.record for one in again] == [*(seen(record).record for record in scene), b""]
    assert [one.at for one in again] == [NOW] * 3 + [NOW + timedelta(hours=1)] * 9 + [NOW + timedelta(hours=2)]
    assert [*since(store, first)] == again[3:]
    assert [*since(store, last_batch(store))] == []
    watcher.close()


def test_thousands_are_gone_through_while_others_write(store, address):
    """Whoever reads a lot holds nobody up."""
    watcher = watching(store)
    records = [act(DAY + timedelta(seconds=number)) for number in range(2500)]
    commit(store, batch(seen=[*map(seen, records)]), RUN)
    reading = since(store, 0)
    next(reading)
    other = open_store(address)
    commit(other, batch([act(at("05:00"))]), RUN)
    assert 2500 <= len([*reading]) + 1 <= 2501
    other.close()
    watcher.close()


def test_a_store_that_is_gone_says_so(store):
    """Exit 5, and what to look at."""
    with store.write() as connection:
        connection.execute(text("DROP TABLE states"))
    for ask in (lambda: saved_state(store, "x"), lambda: Watcher(store, RUN, NOW), lambda: secret_of(store, "x", NOW)):
        with pytest.raises(StoreError, match="does not answer") as told:
            ask()
        assert told.value.exit_code is Exit.INCOMPLETE
    with store.write() as connection:
        connection.execute(text("CREATE TABLE states (name VARCHAR, at VARCHAR, value VARCHAR)"))
    watching(store).close()  # nothing is left locked by the one that failed
