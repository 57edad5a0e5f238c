"""Dead letters: what was received and could not be understood, kept once as it came, with the first reasons.

Whoever may write into a queue chooses how much of it cannot be understood, and in what words that is said. So of one
message or file a few letters are kept and the number of the others, its body once, and little of its words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, select, update

from rootwarden.store.legible import fit, fit_key
from rootwarden.store.opening import Store
from rootwarden.store.statements import in_parts, insert_new
from rootwarden.store.tables import dead_letters, states

if TYPE_CHECKING:  # what commits letters together with all else imports this
    from rootwarden.store.intake import DeadLetter

# Under this name the state is kept of which letter people were told last.
TOLD = "letters-told"
# Letters of one message or file.
_MOST = 20
# Characters: 200 of the reason, and if it was longer a mark of 25 that tells it from others.
_WHY = 225
# What a place within a file ends with.
_WITHIN = re.compile(r"(?:, (?:line|record|event|message) \d+)+$")


class NewLetters(Struct, frozen=True):
    """Letters that came since another one: how many, the number of the last, and place and reason of the first."""

    count: int
    last: int
    first: tuple[tuple[str, str], ...]


def write_letters(connection: Connection, letters: Sequence[DeadLetter], at: datetime) -> None:
    """Keep letters, each once however often it comes."""
    rows, bodies = [], set[str]()
    for one in _few_of_each(letters):
        digest = hashlib.sha256(one.body or fit(one.source, 1000).encode()).hexdigest()[:32]
        rows.append({
            "at": at, "source": fit(one.source, 1000), "digest": digest, "why": fit_key(one.why, _WHY),
            "todo": fit(one.todo, 1000), "body": b"" if digest in bodies else one.body,
        })  # fmt: skip
        bodies.add(digest)
    if not rows:
        return
    there = _kept_bodies(connection, sorted(bodies))
    rows = [row | {"body": b""} if row["digest"] in there else row for row in rows]
    connection.execute(insert_new(connection, dead_letters, "digest", "why"), rows)


def _few_of_each(letters: Sequence[DeadLetter]) -> Iterator[DeadLetter]:
    """Yield the first letters of each message or file, and one that says how many more there were."""
    seen: dict[bytes, int] = {}
    keys = [one.body or _WITHIN.sub("", one.source).encode("utf-8", "surrogatepass") for one in letters]
    for key, one in zip(keys, letters, strict=True):
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= _MOST:
            yield one
    for key, one in dict(zip(reversed(keys), reversed(letters), strict=True)).items():
        if (more := seen[key] - _MOST) > 0:
            why = f"{more:,} more of it could not be understood, and are not kept singly"
            yield replace(one, source=_WITHIN.sub("", one.source), why=why, todo="look at what came as a whole")


def _kept_bodies(connection: Connection, digests: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in in_parts(digests):
        kept = select(dead_letters.c.digest).where(
            dead_letters.c.digest.in_(part), func.length(dead_letters.c.body) > 0
        )
        found.update(connection.execute(kept).scalars())
    return found


def letters_since(store: Store, number: int, most: int) -> NewLetters:
    """Return what came since the letter of this number (0: all), with so many of the first reasons, each once."""
    mine = dead_letters.c.id > number
    with store.read() as connection:
        count, last = connection.execute(select(func.count(), func.max(dead_letters.c.id)).where(mine)).one()
        wanted = select(dead_letters.c.source, dead_letters.c.why).where(mine).order_by(dead_letters.c.id).limit(1000)
        rows = connection.execute(wanted).all() if count else []
    by_reason: dict[str, str] = {}
    for source, why in rows:
        by_reason.setdefault(why, source)
    first = tuple((source, why) for why, source in list(by_reason.items())[:most])
    return NewLetters(count, last or number, first)


def count_letters(store: Store) -> int:
    """Return how much was received that could not be understood."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(dead_letters)).scalar_one())


class Letter(Struct, frozen=True, kw_only=True):
    """A dead letter as it is kept: where it came from, why it was not understood, what to do, and what came."""

    id: int
    at: datetime
    source: str
    why: str
    todo: str
    body: bytes


def letters(store: Store, most: int, number: int | None = None) -> list[Letter]:
    """Return the newest letters, or the one of a number; the body stands with one of those that share it."""
    wanted = select(dead_letters).order_by(dead_letters.c.id.desc()).limit(most)
    with store.read() as connection:
        rows = connection.execute(wanted if number is None else wanted.where(dead_letters.c.id == number)).all()
        alike = select(dead_letters.c.body).where(func.length(dead_letters.c.body) > 0)
        return [
            Letter(
                id=row.id, at=row.at, source=row.source, why=row.why, todo=row.todo,
                body=row.body or (number is not None and connection.execute(
                    alike.where(dead_letters.c.digest == row.digest).limit(1)).scalar()) or b"",
            )
            for row in rows
        ]  # fmt: skip


def discard(store: Store, last: int) -> int:
    """Let go of the letters up to a number; return how many that were.

    A body that a later letter shares stays with that one. SQLite gives numbers again that are free at the end, so that
    people would not be told of new letters: what they were told of ends with the newest that is left.
    """
    with store.write() as connection:
        left = select(dead_letters.c.digest, func.min(dead_letters.c.id).label("heir")).where(dead_letters.c.id > last)
        heirs = left.group_by(dead_letters.c.digest).subquery()
        bodies = select(heirs.c.heir, dead_letters.c.body).join(heirs, heirs.c.digest == dead_letters.c.digest)
        shared = bodies.where(dead_letters.c.id <= last, func.length(dead_letters.c.body) > 0)
        for heir, body in connection.execute(shared).all():
            connection.execute(update(dead_letters).where(dead_letters.c.id == heir).values(body=body))
        gone = connection.execute(dead_letters.delete().where(dead_letters.c.id <= last)).rowcount
        newest = connection.execute(select(func.max(dead_letters.c.id))).scalar() or 0
        told = connection.execute(select(states.c.value).where(states.c.name == TOLD)).scalar()
        if told is not None and int(told) > newest:
            connection.execute(update(states).where(states.c.name == TOLD).values(value=str(newest).encode()))
        return gone
