"""Withdrawn plans of which somebody who knows of the announcement has not been told yet; kept until all were."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from rootwarden.model.announced import Announced
from rootwarden.store.opening import Store
from rootwarden.store.states import save_state, saved_state
from rootwarden.store.tables import states

_BEGINS = "withdrawn-"


class Withdrawal(Struct, frozen=True, kw_only=True):
    """One withdrawn announcement: since when, the channels that are not told yet, and those that may have been.

    `trying` is written down before a channel is told: what the program was about when it ended may have arrived.
    """

    announced: Announced
    at: datetime
    left: tuple[str, ...]
    trying: tuple[str, ...] = ()


def note_withdrawal(connection: Connection, one: Withdrawal) -> None:
    """Note who is to be told, in the transaction that withdraws the announcement; nobody: nothing is noted."""
    name = _name(one.announced.digest)
    connection.execute(states.delete().where(states.c.name == name))
    if one.left:
        connection.execute(states.insert().values(name=name, at=one.at, value=msgspec.json.encode(one)))


def keep_withdrawal(store: Store, one: Withdrawal) -> None:
    """Note how far the telling came; once all were told, there is nothing to remember."""
    if one.left:
        save_state(store, _name(one.announced.digest), msgspec.json.encode(one), one.at)
        return
    with store.write() as connection:
        note_withdrawal(connection, one)


def withdrawal_of(store: Store, digest: str) -> Withdrawal | None:
    """Return the withdrawal of the plan with this digest of which somebody is not told yet, None if there is none."""
    saved = saved_state(store, _name(digest))
    return None if saved is None else _read(saved[0])


def find_withdrawal(store: Store, name: str) -> Withdrawal | None:
    """Return the only such withdrawal whose digest begins so, None where there is none, or there are several."""
    mine = select(states.c.value).where(states.c.name.startswith(_BEGINS + name.lower(), autoescape=True))
    with store.read() as connection:
        found = [_read(bytes(row.value)) for row in connection.execute(mine.limit(2))]
    return found[0] if name and len(found) == 1 else None


def _read(value: bytes) -> Withdrawal | None:
    try:
        return msgspec.json.decode(value, type=Withdrawal)
    except msgspec.DecodeError:
        return None


def _name(digest: str) -> str:
    return f"{_BEGINS}{digest[:40]}"
