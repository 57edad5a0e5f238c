"""Statements that both databases understand but SQLAlchemy spells differently for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite


def insert_new(connection: Connection, table: Table, *key: str) -> Any:
    """Return an INSERT that leaves alone what is there already under its key."""
    return insert_into(connection, table).on_conflict_do_nothing(index_elements=list(key))


def insert_into(connection: Connection, table: Table) -> Any:
    """Return an INSERT that can say what becomes of what is there already."""
    if connection.dialect.name != "postgresql":
        return sqlite.insert(table)
    # Imported here: whoever keeps a file must not wait for all drivers of another database.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def in_parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a long list, because databases take only so many parameters."""
    for start in range(0, len(names), 500):
        yield names[start : start + 500]
