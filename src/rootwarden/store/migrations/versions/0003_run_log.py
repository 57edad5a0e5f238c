"""The run log: each call that changes AWS, written down before it is made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rootwarden.store.tables import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "run_steps",
        sa.Column("run", sa.String(32), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("change", sa.String(128), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("call", sa.Integer, nullable=False, default=0),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("began", Instant, nullable=False),
        sa.Column("ended", Instant),
        sa.Column("kept", sa.LargeBinary, nullable=False, default=b""),
        sa.Column("detail", sa.Text, nullable=False, default=""),
    )


def downgrade() -> None:
    """Drop the table with all that is in it."""
    op.drop_table("run_steps")
