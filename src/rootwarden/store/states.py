"""What survives a restart whole: who watches this store, the state of alerting, and what came in since."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select, update

from rootwarden.errors import RefusedError
from rootwarden.store.intake import OustedError
from rootwarden.store.locks import HeldError, Lock
from rootwarden.store.opening import Store
from rootwarden.store.statements import insert_new
from rootwarden.store.tables import batches, events, states

_LOCK = 0x77617463  # "watc"


class Replayed(Struct, frozen=True):
    """A record that came in after the state was written, and the batch it was judged in."""

    batch: int
    at: datetime
    record: bytes
    notice: bool
    drill: str


class Watcher:
    """The right to watch a store: one process at a time has it, and loses it with its last breath."""

    def __init__(self, store: Store, run: str, now: datetime) -> None:
        """Take the right, and write down who has it.

        Raises:
            RefusedError: another process watches this store.
            StoreError: the database does not answer.
        """
        self.run = run
        try:
            self._lock = Lock(store, "watcher", _LOCK)
        except HeldError as error:
            todo = "stop it, or name another store"
            why = "one process at a time"
            raise RefusedError(f"another watcher is at work on {store.name}", why=why, todo=todo) from error
        try:
            with store.write() as connection:
                connection.execute(states.delete().where(states.c.name == "watcher"))
                connection.execute(states.insert().values(name="watcher", at=now, value=run.encode()))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the right up; it is free when this returns."""
        self._lock.close()


def save_state(store: Store, name: str, value: bytes, now: datetime, run: str = "") -> None:
    """Keep a state under a name; with `run` only as long as that watcher has the right to.

    Raises:
        OustedError: another watcher has taken over.
    """
    with store.write() as connection:
        _claim(connection, run, now)
        connection.execute(states.delete().where(states.c.name == name))
        connection.execute(states.insert().values(name=name, at=now, value=value))


def _claim(connection: Connection, run: str, now: datetime) -> None:
    """See that a watcher still has the right to write; "" is nobody in particular, who always may."""
    mine = update(states).where(states.c.name == "watcher", states.c.value == run.encode()).values(at=now)
    if run and connection.execute(mine).rowcount != 1:
        raise OustedError


def saved_state(store: Store, name: str) -> tuple[bytes, datetime] | None:
    """Return a state and when it was kept, None if there is none."""
    with store.read() as connection:
        row = connection.execute(select(states.c.value, states.c.at).where(states.c.name == name)).first()
    return None if row is None else (bytes(row.value), row.at)


class Pieces(Struct, frozen=True):
    """Where the pieces of a state are: how many under which name, and the batch up to which it knows everything."""

    batch: int
    name: str
    count: int


def keep_pieces(
    store: Store, name: str, batch: int, pieces: Iterable[bytes], now: Callable[[], datetime], run: str = ""
) -> None:
    """Keep a large state under a name piece by piece, each in a short transaction of its own; `run` as in `save_state`.

    It takes the place of the one before at the last piece, in one go: until then, and after a crash, that one counts.

    Raises:
        OustedError: another watcher has taken over.
        StoreError: the database does not answer.
    """
    held = _pieces_of(store, name)
    _sweep(store, name, "" if held is None else held.name, now, run)
    fresh, count = f"{name}/{batch}-{secrets.token_hex(4)}/", 0
    for count, piece in enumerate(pieces, start=1):
        save_state(store, f"{fresh}{count}", piece, now(), run)
    save_state(store, name, msgspec.json.encode(Pieces(batch, fresh, count)), now(), run)
    _sweep(store, name, fresh, now, run)


def kept_pieces(store: Store, name: str) -> tuple[int, Iterator[bytes]] | None:
    """Return the batch up to which a state knows everything, and its pieces; None if there is none.

    Raises:
        ValueError: what is kept under the name is no such state; also while going through it, if a piece is missing.
    """
    held = _pieces_of(store, name)
    if held is None:
        if saved_state(store, name) is None:
            return None
        raise ValueError("it was written by another program")
    return held.batch, _each(store, held)


def _each(store: Store, held: Pieces) -> Iterator[bytes]:
    for number in range(1, held.count + 1):
        piece = saved_state(store, f"{held.name}{number}")
        if piece is None:
            raise ValueError(f"piece {number} of {held.count} is missing")
        yield piece[0]


def _pieces_of(store: Store, name: str) -> Pieces | None:
    saved = saved_state(store, name)
    try:
        return None if saved is None else msgspec.json.decode(saved[0], type=Pieces)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _sweep(store: Store, name: str, kept: str, now: Callable[[], datetime], run: str) -> None:
    """Let go of all pieces under a name but those that are kept: of states that are old, or were never finished."""
    mine = states.c.name.startswith(f"{name}/", autoescape=True)
    with store.read() as connection:
        names = connection.execute(select(states.c.name).where(mine)).scalars().all()
    for one in names:
        if not kept or not one.startswith(kept):
            with store.write() as connection:
                _claim(connection, run, now())
                connection.execute(states.delete().where(states.c.name == one))


def secret_of(store: Store, name: str, now: datetime) -> bytes:
    """Return 32 random bytes that are made once and stay the same."""
    found = saved_state(store, name)
    if found is not None:
        return found[0]
    with store.write() as connection:
        new = insert_new(connection, states, "name").values(name=name, at=now, value=secrets.token_bytes(32))
        connection.execute(new)
    again = saved_state(store, name)
    if again is None:
        raise LookupError(name)
    return again[0]


def last_batch(store: Store) -> int:
    """Return the number of the newest batch, 0 if there is none."""
    with store.read() as connection:
        return int(connection.execute(select(func.max(batches.c.id))).scalar() or 0)


def since(store: Store, batch: int) -> Iterator[Replayed]:
    """Yield what came in after a batch, in the order in which it was judged; batches without records too."""
    wanted = (
        select(batches.c.id, batches.c.at, events.c.record, events.c.kind, events.c.drill)
        .select_from(batches.outerjoin(events, events.c.batch == batches.c.id))
        .where(batches.c.id > batch)
        .order_by(batches.c.id, events.c.id)
    )
    with store.read() as connection:
        for row in connection.execution_options(yield_per=1000).execute(wanted):
            yield Replayed(row.id, row.at, bytes(row.record or b""), row.kind == "notice", row.drill or "")
