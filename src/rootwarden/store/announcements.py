"""Plans that were announced: by their digest, since when, and by whom; withdrawn and former ones are kept."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, select

from rootwarden.errors import InputError, RefusedError
from rootwarden.model.announced import Announced
from rootwarden.store.opening import Store
from rootwarden.store.states import saved_state
from rootwarden.store.tables import states

_BEGINS = "announced-"
# What was withdrawn, or announced anew.
_FORMER = "was-announced-"


def keep_announcement(store: Store, announced: Announced) -> None:
    """Keep that a plan was announced; an older announcement of the same plan is kept as a former one."""
    name = _name(announced.digest)
    with store.write() as connection:
        row = connection.execute(select(states.c.value).where(states.c.name == name)).first()
        old = None if row is None else _read(bytes(row.value))
        if old is not None:
            _put_away(connection, old)
        connection.execute(states.delete().where(states.c.name == name))
        value = msgspec.json.encode(announced)
        connection.execute(states.insert().values(name=name, at=announced.at, value=value))


def announcement_of(store: Store, *names: str) -> Announced | None:
    """Return when the plan with one of these names was announced, None if it was not, or that cannot be read."""
    for name in names:
        saved = saved_state(store, _name(name))
        found = None if saved is None else _read(saved[0])
        if found is not None and found.digest == name:
            return found
    return None


def announcements(store: Store) -> list[Announced]:
    """Return all that stand, over or not, the newest first; one that cannot be read is none."""
    return _kept(store, _BEGINS)


def former_announcements(store: Store) -> list[Announced]:
    """Return those that were withdrawn or announced anew, the newest first; one that cannot be read is none."""
    return _kept(store, _FORMER)


def _kept(store: Store, begins: str) -> list[Announced]:
    mine = select(states.c.value).where(states.c.name.startswith(begins, autoescape=True))
    with store.read() as connection:
        rows = connection.execute(mine.order_by(states.c.at.desc(), states.c.name))
        found = [_read(bytes(row.value)) for row in rows]
    return [one for one in found if one is not None]


def find_announcement(store: Store, name: str) -> Announced:
    """Return the announcement whose digest begins so.

    Raises:
        InputError: there is none, or there are several.
    """
    found = [one for one in announcements(store) if name and one.digest.startswith(name.lower())]
    if len(found) != 1:
        what = f"several announcements begin with {name!r}" if found else f"no plan {name!r} is announced"
        raise InputError(what, todo="list them with `rootwarden runs`")
    return found[0]


def see_announced(connection: Connection, announced: Announced) -> None:
    """See, in the transaction that opens a run, that what it rests on still stands as it was read.

    Raises:
        RefusedError: it was withdrawn meanwhile, or announced anew.
    """
    row = connection.execute(select(states.c.value).where(states.c.name == _name(announced.digest))).first()
    if row is None or _read(bytes(row.value)) != announced:
        raise RefusedError(
            "the announcement of the plan was withdrawn", why="what cannot be taken back waits a day once announced",
            todo="ask who withdrew it and why; applying the plan again announces it anew",
        )  # fmt: skip


def withdraw_announcement(connection: Connection, announced: Announced, by: str, now: datetime) -> bool:
    """Let go of an announcement, and keep who withdrew it and when; return whether it was still there."""
    mine = states.delete().where(states.c.name == _name(announced.digest))
    if connection.execute(mine).rowcount != 1:
        return False
    _put_away(connection, replace(announced, withdrawn=now, withdrawn_by=by))
    return True


def _put_away(connection: Connection, one: Announced) -> None:
    name = f"{_FORMER}{one.digest[:20]}-{int(one.at.timestamp() * 1000)}"
    connection.execute(states.delete().where(states.c.name == name))
    connection.execute(states.insert().values(name=name, at=one.at, value=msgspec.json.encode(one)))


def _read(value: bytes) -> Announced | None:
    try:
        return msgspec.json.decode(value, type=Announced)
    except msgspec.DecodeError:
        return None


def _name(digest: str) -> str:
    return f"{_BEGINS}{digest[:40]}"
