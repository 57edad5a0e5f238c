"""Messages on their way: kept until a channel took them, one at a time, and never lost when the program ends.

Before a message is sent it is marked as being sent, after that as delivered. What is found being sent when the program
starts may have arrived: it is sent again under the same id, and says that it may repeat. Of one thread a channel takes
the messages in the order in which they were made: an all-clear never comes before its alert.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, and_, exists, func, or_, select, update

from rootwarden.model.message import Message, Occasion
from rootwarden.store.intake import Ready, put_messages
from rootwarden.store.legible import fit
from rootwarden.store.opening import Store
from rootwarden.store.tables import incidents, outbox

WAITING, SENDING, DELIVERED, GIVEN_UP = "waiting", "sending", "delivered", "given-up"


class Post(Struct, frozen=True):
    """A message that is due for a channel; `attempts` were made before."""

    id: str
    channel: str
    message: Message
    attempts: int
    created: datetime


class Backlog(Struct, frozen=True):
    """How many messages wait for a channel, since when the oldest, how many were delivered and given up.

    `error` is why the channel did not take one that waits, "" if it was not tried in vain.
    """

    channel: str
    waiting: int
    oldest: datetime | None
    delivered: int
    given_up: int
    error: str = ""


class Posted(Struct, frozen=True):
    """A message as it stands in the outbox."""

    id: str
    channel: str
    message: str
    state: str
    attempts: int
    created: datetime
    delivered: datetime | None
    error: str
    may_repeat: bool
    occasion: str = ""


def recover(store: Store, now: datetime) -> int:
    """Make ready again what was being sent when the program ended last; return how many messages that are."""
    with store.write() as connection:
        found = update(outbox).where(outbox.c.state == SENDING).values(state=WAITING, may_repeat=True, due=now)
        return connection.execute(found).rowcount


def hasten(store: Store, now: datetime) -> None:
    """Make due what waits after a failure: whoever starts the program again has mostly mended what was wrong."""
    with store.write() as connection:
        connection.execute(update(outbox).where(outbox.c.state == WAITING, outbox.c.due > now).values(due=now))


def take_back(store: Store, channel: str, now: datetime, *, critical: bool) -> int:
    """Make ready what a lane marked as being sent and never sent, for the store did not say so; return how many.

    To be called by the one who sends in this lane, and while it sends nothing.
    """
    lost = and_(outbox.c.channel == channel, outbox.c.critical == critical, outbox.c.state == SENDING)
    with store.read() as connection:  # mostly there is none, and looking must hold nobody up
        if connection.execute(select(outbox.c.id).where(lost).limit(1)).first() is None:
            return 0
    with store.write() as connection:
        return connection.execute(update(outbox).where(lost).values(state=WAITING, due=now)).rowcount


def take(
    store: Store,
    channel: str,
    now: datetime,
    *,
    critical: bool,
    untried: bool = False,
    impatient: datetime | None = None,
    hopeless: set[str] | None = None,
) -> Post | None:
    """Take the oldest message that is due in one lane of a channel, marked as being sent; None if there is none.

    A message waits for those of its thread that were made before it, in whatever lane of the channel. One that was made
    by `impatient` and was never tried does not, and none waits for the `hopeless`: these are the ids of messages that
    the channel refuses for good. Only an all-clear waits for these too, and is put among them, so that no later alert
    waits for it. `untried`: only what was never tried.
    """
    passed = set[str]() if hopeless is None else hopeless
    row = _first(store, channel, now, critical=critical, untried=untried, impatient=impatient, passed=passed)
    if row is None:
        return None
    with store.write() as connection:
        mine = update(outbox).where(outbox.c.id == row.id, outbox.c.state == WAITING)
        if connection.execute(mine.values(state=SENDING, attempts=row.attempts + 1)).rowcount != 1:
            return None
    message = msgspec.json.decode(row.body, type=Message)
    if row.may_repeat:
        message = replace(message, may_repeat=True)
    return Post(row.id, row.channel, message, row.attempts, row.created)


def _first(
    store: Store,
    channel: str,
    now: datetime,
    *,
    critical: bool,
    untried: bool,
    impatient: datetime | None,
    passed: set[str],
) -> Row[Any] | None:
    """Return the row of the message that `take` takes."""
    before = outbox.alias("before")
    older = exists().where(
        before.c.channel == outbox.c.channel,
        before.c.thread == outbox.c.thread,
        before.c.state.in_((WAITING, SENDING)),
        or_(before.c.created < outbox.c.created, and_(before.c.created == outbox.c.created, before.c.id < outbox.c.id)),
    )
    free = ~older.where(before.c.id.not_in(sorted(passed))) if passed else ~older
    if impatient is not None:
        free = or_(free, and_(outbox.c.attempts == 0, outbox.c.created <= impatient))
    due = (
        select(outbox, older.label("waits"))
        .where(outbox.c.channel == channel, outbox.c.critical == critical)
        .where(outbox.c.state == WAITING, outbox.c.due <= now, free)
        .order_by(outbox.c.due, outbox.c.created, outbox.c.id)
    )
    if untried:
        due = due.where(outbox.c.attempts == 0)
    with store.read() as connection:  # mostly there is none, and looking must hold nobody up
        for row in connection.execution_options(yield_per=20).execute(due):
            if not (row.waits and passed and _occasion(row.body) is Occasion.CLEARED):
                return row
            passed.add(row.id)
    return None


class _Occasion(Struct):
    occasion: Occasion


def _occasion(body: bytes) -> Occasion:
    return msgspec.json.decode(body, type=_Occasion).occasion


def delivered(store: Store, post: Post, now: datetime) -> None:
    """Note that a channel took a message."""
    with store.write() as connection:
        _set(connection, post, state=DELIVERED, delivered=now, error="")


def failed(store: Store, post: Post, why: str, due: datetime, *, may_repeat: bool) -> None:
    """Note that a channel did not take a message, and when to try again."""
    with store.write() as connection:
        marked = {"may_repeat": True} if may_repeat else {}
        _set(connection, post, state=WAITING, due=due, error=fit(why, 1000), **marked)


def given_up(store: Store, post: Post, why: str, others: Iterable[Ready], now: datetime) -> None:
    """Note that a message will not be sent to this channel any more, and have others told in the same transaction."""
    with store.write() as connection:
        _set(connection, post, state=GIVEN_UP, error=fit(why, 1000))
        put_messages(connection, others, now)


def _set(connection: Connection, post: Post, **values: object) -> None:
    connection.execute(update(outbox).where(outbox.c.id == post.id).values(values))


def next_due(store: Store, channel: str, *, critical: bool) -> datetime | None:
    """Return when the next message of a lane is due, None if none waits."""
    wanted = select(func.min(outbox.c.due)).where(
        outbox.c.channel == channel, outbox.c.critical == critical, outbox.c.state == WAITING
    )
    with store.read() as connection:
        return connection.execute(wanted).scalar()


def sending(store: Store) -> int:
    """Return how many messages are being sent."""
    with store.read() as connection:
        wanted = select(func.count()).select_from(outbox).where(outbox.c.state == SENDING)
        return int(connection.execute(wanted).scalar_one())


def undelivered(store: Store, channels: Collection[str]) -> int:
    """Return how many messages these channels have not taken yet."""
    with store.read() as connection:
        mine = and_(outbox.c.channel.in_(channels), outbox.c.state.in_((WAITING, SENDING)))
        return int(connection.execute(select(func.count()).select_from(outbox).where(mine)).scalar_one())


def backlog(store: Store, channels: Sequence[str]) -> list[Backlog]:
    """Return how each channel stands; also channels that have messages and are configured no more."""
    wanted = select(outbox.c.channel, outbox.c.state, func.count(), func.min(outbox.c.created)).group_by(
        outbox.c.channel, outbox.c.state
    )
    failed = select(outbox.c.channel, func.max(outbox.c.error)).where(
        outbox.c.state.in_((WAITING, SENDING)), outbox.c.attempts > 0, outbox.c.error != ""
    )
    with store.read() as connection:
        rows = [tuple(row) for row in connection.execute(wanted)]
        errors = {row[0]: row[1] for row in connection.execute(failed.group_by(outbox.c.channel))}
    found = []
    for name in dict.fromkeys((*channels, *(row[0] for row in rows))):
        states = {row[1]: (row[2], row[3]) for row in rows if row[0] == name}
        waiting = [states[state] for state in (WAITING, SENDING) if state in states]
        found.append(
            Backlog(
                name,
                sum(count for count, _ in waiting),
                min((oldest for _, oldest in waiting), default=None),
                states.get(DELIVERED, (0, None))[0],
                states.get(GIVEN_UP, (0, None))[0],
                errors.get(name, ""),
            )
        )
    return found


def posted(store: Store, thread: str, most: int = 100) -> list[Posted]:
    """Return the messages about an incident and what was joined to it, oldest first."""
    parts = select(incidents.c.id).where(incidents.c.joined_to == thread)
    mine = or_(outbox.c.thread == thread, outbox.c.thread.in_(parts))
    wanted = select(outbox).where(mine).order_by(outbox.c.created, outbox.c.id).limit(most)
    with store.read() as connection:
        return [
            Posted(
                row.id, row.channel, row.message, row.state, row.attempts, row.created, row.delivered, row.error,
                row.may_repeat, _occasion(row.body).value,
            )
            for row in connection.execute(wanted)
        ]  # fmt: skip
