"""What a watch needs: events, alerts, incidents, the outbox, dead letters, watermarks, runs and states."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rootwarden.store.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("time", Instant, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("read_at", sa.Text, nullable=False),
        sa.Column("drill", sa.String(64), nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("account", "event_id", "digest", name="one_of_each_event"),
    )
    op.create_index("events_by_batch", "events", ["batch"])
    op.create_index("events_by_time", "events", ["time"])
    op.create_table(
        "alerts",
        sa.Column("thread", sa.String(80), primary_key=True),
        sa.Column("incident", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("window", sa.String(255), nullable=False),
        sa.Column("event_time", Instant, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("told", sa.String(16), nullable=False),
        sa.Column("raised", Instant, nullable=False),
        sa.Column("updated", Instant, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("alerts_by_incident", "alerts", ["incident", "rank", "event_time"])
    op.create_index("alerts_by_told", "alerts", ["told"])
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("subjects", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("first", Instant, nullable=False),
        sa.Column("last", Instant, nullable=False),
        sa.Column("opened", Instant, nullable=False),
        sa.Column("updated", Instant, nullable=False),
        sa.Column("joined_to", sa.String(32), nullable=False, default=""),
        sa.Column("by", sa.String(255), nullable=False, default=""),
        sa.Column("at", Instant),
        sa.Column("note", sa.Text, nullable=False, default=""),
        sa.Column("step", sa.Integer, nullable=False, default=0),
        sa.Column("remind", Instant),
    )
    op.create_index("incidents_by_state", "incidents", ["state", "rank", "last"])
    op.create_index("incidents_by_remind", "incidents", ["remind"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("thread", sa.String(80), nullable=False),
        sa.Column("critical", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, default=0),
        sa.Column("may_repeat", sa.Boolean, nullable=False, default=False),
        sa.Column("error", sa.Text, nullable=False, default=""),
        sa.Column("delivered", Instant),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("outbox_by_due", "outbox", ["channel", "critical", "state", "due"])
    op.create_index("outbox_by_thread", "outbox", ["thread"])
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("todo", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("digest", "why", name="one_of_each_letter"),
    )
    op.create_table(
        "watermarks",
        sa.Column("source", sa.String(512), primary_key=True),
        sa.Column("place", sa.String(1024), primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("value", sa.Text, nullable=False, default=""),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("started", Instant, nullable=False),
        sa.Column("finished", Instant),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("runs_by_kind", "runs", ["kind", "started"])
    op.create_table(
        "states",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    op.drop_table("states")
    op.drop_table("runs")
    op.drop_table("watermarks")
    op.drop_table("dead_letters")
    op.drop_table("outbox")
    op.drop_table("incidents")
    op.drop_table("alerts")
    op.drop_table("events")
    op.drop_table("batches")
