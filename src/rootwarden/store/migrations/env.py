"""Runs the steps over the connection that the store hands over; Alembic loads this file by its path."""

from __future__ import annotations

from alembic import context

from rootwarden.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
