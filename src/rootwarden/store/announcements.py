"""Plans that were announced and wait: by their digest, since when, and by whom; and withdrawing one."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from rootwarden.errors import InputError, RefusedError
from rootwarden.model.announced import Announced
from rootwarden.store.opening import Store
from rootwarden.store.states import save_state, saved_state
from rootwarden.store.tables import states

_BEGINS = "announced-"


def keep_announcement(store: Store, announced: Announced) -> None:
    """Keep that a plan was announced; an older announcement of the same plan is forgotten."""
    save_state(store, _name(announced.digest), msgspec.json.encode(announced), announced.at)


def announcement_of(store: Store, digest: str) -> Announced | None:
    """Return when the plan with this digest was announced, None if it was not, or that cannot be read."""
    saved = saved_state(store, _name(digest))
    found = None if saved is None else _read(saved[0])
    return found if found is not None and found.digest == digest else None


def announcements(store: Store) -> list[Announced]:
    """Return all that are kept, over or not, the newest first; one that cannot be read is none."""
    mine = select(states.c.value).where(states.c.name.startswith(_BEGINS, autoescape=True))
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


def forget_announcement(connection: Connection, announced: Announced) -> bool:
    """Let go of an announcement; return whether it was still there."""
    mine = states.delete().where(states.c.name == _name(announced.digest))
    return connection.execute(mine).rowcount == 1


def _read(value: bytes) -> Announced | None:
    try:
        return msgspec.json.decode(value, type=Announced)
    except msgspec.DecodeError:
        return None


def _name(digest: str) -> str:
    return f"{_BEGINS}{digest[:40]}"
