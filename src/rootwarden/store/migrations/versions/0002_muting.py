"""Mutes, and links that were used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rootwarden.store.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "mutes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("code", sa.String(64), nullable=False, default=""),
        sa.Column("account", sa.String(64), nullable=False, default=""),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.Column("ended", Instant),
    )
    op.create_table(
        "used_links",
        sa.Column("nonce", sa.String(64), primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.String(255), nullable=False, default=""),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    op.drop_table("used_links")
    op.drop_table("mutes")
